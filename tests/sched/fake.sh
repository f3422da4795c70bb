# A run whose kernels are there already; sourced, after tests/tap.sh. The make in tests/sched/fake copies kernels that
# the end-to-end test has built; QEMU, probe and verifier are the real ones. The cache is the test's own, but for
# sources and tools, which are only read.
: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
. tests/sched/orphans.sh
real_cache=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix
export XDG_CACHE_HOME="$tmp/xdg"
cache=$XDG_CACHE_HOME/btfmatrix
export FAKE_KERNELS="$tmp/kernels"

# the newest build of a mode that is whole
newest_build() {
	ls -dt "$real_cache/cells/x86_64/gcc/6.12/$1"/*/ 2>/dev/null | while read -r dir; do
		[ -f "$dir/build.json" ] && echo "$dir" && break
	done
}

fake_setup() {
	mkdir -p "$cache" "$tmp/bin"
	for dir in source tools debian series probe; do
		ln -s "$real_cache/$dir" "$cache/$dir"
	done
	for mode in n m y; do
		dir=$(newest_build $mode)
		if [ ! "$dir" ]; then
			echo "1..0 # SKIP no kernel of x86_64/gcc/6.12/$mode in the cache; make run builds it"
			exit 0
		fi
		mkdir -p "$FAKE_KERNELS/$mode"
		cp "$dir"/vmlinux "$dir"/image "$dir"/config "$FAKE_KERNELS/$mode/"
		cp "$dir"/*.ko "$dir"/repairs.json "$dir"/extra-repairs.json "$FAKE_KERNELS/$mode/" 2>/dev/null
	done
	# counts boots
	cat >"$tmp/bin/qemu-system-x86_64" <<EOF
#!/bin/sh
[ "\$1" = --version ] || echo boot >>"$tmp/boots"
exec $(command -v qemu-system-x86_64) "\$@"
EOF
	chmod +x "$tmp/bin/qemu-system-x86_64"
	: >"$tmp/boots"
	PATH=$tmp/bin:$PWD/tests/sched/fake:$PATH
	objects=$cache/objects/x86_64-gcc-6.12-$(basename "$(ls -d "$cache"/source/linux-6.12-* | tail -n 1)" | sed 's/.*-//')
}

# fake_run NAME ARGS...: leaves $tmp/NAME.out, $tmp/NAME.err and $status
fake_run() {
	name=$1
	shift
	env "$mark" "${PROGRAM:-$BTFMATRIX}" run --arch x86_64 --results "$tmp/results" "$@" >"$tmp/$name.out" 2>"$tmp/$name.err"
	status=$?
	[ $status -eq 0 ] || tail -n 5 "$tmp/$name.err" | sed 's/^/# /'
}

# verdict NAME MODE: the last column of the cell's row, without "(flaky)"
verdict() {
	awk -v cell="x86_64/gcc/6.12/$2" '$1 == cell { sub(/ \(flaky\)$/, ""); print $NF; exit }' "$tmp/$1.out"
}

# how many makes and boots there were so far
makes() { cat "$cache"/objects/*/made 2>/dev/null | wc -l; }
boots() { wc -l <"$tmp/boots"; }
