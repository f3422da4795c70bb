#!/bin/sh
# Each tool that a run starts in turn replaced by one that fails, says it did well and does nothing, hangs, or prints
# 1 GB first: a verdict is right or there is none, nothing is left running, and the next run is right.
# SOAK=1 (make soak): all of them; else those that take no time.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/sched/fake.sh
trap 'rm -rf "$tmp"' EXIT
fake_setup

fake_run right --mode n,m
right="$(verdict right n) $(verdict right m)"
is "$right" "pass known" "the verdicts of a run in peace"

if [ "${SOAK:-}" ]; then ills='fail silent hang flood'; else ills='fail silent'; fi

# ill TOOL ILL: its path is put in front; the tool it stands for is the one that would be found without
ill() {
	real=$(command -v "$1")
	rm -rf "$tmp/ill"
	mkdir "$tmp/ill"
	case $2 in
	fail) body='echo "it is broken" >&2; exit 3' ;;
	silent) body='exit 0' ;;
	hang) body='trap "" TERM; sleep 1000 & wait; sleep 1000' ;;
	flood) body="head -c 1073741824 /dev/zero | tr '\\0' x; exec $real \"\$@\"" ;;
	esac
	printf '#!/bin/sh\n%s\n' "$body" >"$tmp/ill/$1"
	chmod +x "$tmp/ill/$1"
}

# What the tool does is done again: nothing of it is kept.
forget() {
	rm -rf "$cache"/cells "$cache"/objects "$cache"/state.db*
}

# compiler and linker by the names that kbuild has for them
prefix=$(sed -n 's/^cross_compile *= *//p' arches/x86_64.ini)
wrong=0 lost=0 left=0 nr=0
for tool in make "${prefix}gcc" "${prefix}ld" qemu-system-x86_64 pahole bpftool; do
	for how in $ills; do
		forget
		ill $tool "$how"
		# these two are named, and not looked up
		pahole='' bpftool=${BTFMATRIX_BPFTOOL:-}
		[ $tool != pahole ] || pahole="--pahole $tmp/ill/pahole"
		[ $tool != bpftool ] || bpftool=$tmp/ill/bpftool
		# shellcheck disable=SC2086 # an option and its value, or nothing
		BTFMATRIX_BPFTOOL=$bpftool PATH=$tmp/ill:$PATH fake_run ill --mode n --retries 0 $pahole 2>/dev/null
		got=$(verdict ill n)
		nr=$((nr + 1))
		case $tool-$how-$got-$status in
		# floods, and then does what it should
		*-flood-pass-0) ;;
		# one witness less, and its reason; a tool that is not right has no finding to tell
		bpftool-*-error-2 | bpftool-*-pass-0) ;;
		# no verdict, or no run at all, and why
		make-*-error-2 | *gcc-*-error-2 | *ld-*-error-2 | pahole-*-error-2 | pahole-*--2) ;;
		qemu-*-error-2 | qemu-*-fail-1) ;;
		*)
			wrong=$((wrong + 1))
			echo "# $tool that does '$how': verdict '$got', status $status"
			;;
		esac
		# an error says of which tool
		[ $status -ne 2 ] || grep -q -e "$tool\|the build left no vmlinux" "$tmp/ill.out" "$tmp/ill.err" || {
			wrong=$((wrong + 1))
			echo "# $tool that does '$how' is not named"
		}
		all_gone 15 || left=$((left + 1))
		# with the real one again, on what the ill one left
		[ "$how" = silent ] || continue
		fake_run after --mode n,m
		[ "$(verdict after n) $(verdict after m)" = "$right" ] || lost=$((lost + 1))
	done
done
echo "# $nr ill tools: $lost lost, $wrong wrong, $left orphans"
is "$wrong" 0 "no ill tool leads to a wrong verdict"
is "$lost" 0 "the run after one is right"
is "$left" 0 "and none leaves a process"
finish
