#!/bin/sh
# Proof by mutation: the BTF of the kernels that the end-to-end tests left, damaged in every way there is in
# damage.c. Each must be named by the right check; the score is printed for each architecture.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX_BUILD:?folder with the test programs}"
mutate=$BTFMATRIX_BUILD/tests/mutate/mutate
cells=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export TMPDIR="$tmp" BTFMATRIX_DIR="$PWD"

# kept ARCH MODE: the newest kept build
kept() {
	for json in $(ls -t "$cells/$1/gcc/6.12/$2"/*/build.json 2>/dev/null); do
		dir=${json%/build.json}
		[ -s "$dir/vmlinux" ] && echo "$dir" && return
	done
	return 1
}

mutate_mode() {
	if ! dir=$(kept "$1" "$2"); then
		echo "not ok 1 - $1: a build of mode $2 was kept in $cells"
		return 1
	fi
	if [ "$2" = m ]; then
		"$mutate" "$1" m "$dir/vmlinux" "$dir/vmlinux_btf_extra.ko"
	else
		"$mutate" "$1" "$2" "$dir/vmlinux"
	fi
}

mutate_arch() {
	for mode in y m; do
		mutate_mode "$1" $mode >"$tmp/$1.$mode" 2>&1
		echo $? >"$tmp/$1.$mode.status"
	done
}

# show ARCH MODE: its results, numbered on, and its score
show() {
	while IFS= read -r line; do
		case $line in
		"ok "*) ok 0 "$1: ${line#* - }" ;;
		"not ok "*) ok 1 "$1: ${line#* - }" ;;
		1..*) ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$tmp/$1.$2"
	score=$(sed -n 's/^# .* mode .: \([0-9]* of [0-9]*\) mutants.*/\1/p' "$tmp/$1.$2")
	is "$(cat "$tmp/$1.$2.status")" 0 "$1, mode $2: ${score:-none} named by the right check"
}

pids=
for arch in x86_64 s390x; do
	mutate_arch $arch &
	pids="$pids $!"
done
wait $pids
for arch in x86_64 s390x; do
	for mode in y m; do
		show $arch $mode
	done
done
finish
