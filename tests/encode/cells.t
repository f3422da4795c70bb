#!/bin/sh
# btfmatrix encode on the kernels that the end-to-end tests left: what it writes of their variables is right to
# the last one, with no finding that is known, and a kernel that boots takes it.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
cells=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
: >"$tmp/nothing-known.ini"

# kept ARCH: the newest kept build of mode m
kept() {
	for json in $(ls -t "$cells/$1/gcc/6.12/m"/*/build.json 2>/dev/null); do
		dir=${json%/build.json}
		[ -s "$dir/vmlinux_btf_extra.ko" ] && echo "$dir" && return
	done
	return 1
}

# right NAME ARGS...
right() {
	right_name=$1
	shift
	"$BTFMATRIX" verify --known "$tmp/nothing-known.ini" --limit 5 "$@" >"$tmp/verified" 2>&1
	right_status=$?
	ok $right_status "$right_name: nothing is found"
	[ $right_status -eq 0 ] || grep -v -e ^pass -e ^skipped "$tmp/verified" | sed 's/^/# /'
}

test_arch() {
	if ! dir=$(kept "$1"); then
		ok 0 "$1 # SKIP no build of mode m was kept in $cells"
		return
	fi
	mkdir "$tmp/$1" && cp "$dir/vmlinux_btf_extra.ko" "$tmp/$1/"
	"$BTFMATRIX" encode "$dir/vmlinux" --embed -o "$tmp/$1/vmlinux_btf_extra.ko" >"$tmp/out" 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" "0 " "$1, m: encoded"
	sed 's/^/# /' "$tmp/out"
	right "$1, m" --arch "$1" --mode m --vmlinux "$dir/vmlinux" --extra-module "$tmp/$1/vmlinux_btf_extra.ko"
	"$BTFMATRIX" encode "$dir/vmlinux" --mode y -o "$tmp/$1.btf" >"$tmp/out" 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" "0 " "$1, y: encoded"
	right "$1, y" --arch "$1" --mode y --vmlinux "$dir/vmlinux" --btf "$tmp/$1.btf"
}

for arch in x86_64 arm64 s390x; do
	test_arch $arch
done

if dir=$(kept x86_64); then
	right "x86_64, m, booted" --arch x86_64 --mode m --vmlinux "$dir/vmlinux" \
		--extra-module "$tmp/x86_64/vmlinux_btf_extra.ko" --target qemu --image "$dir/image" \
		--load-module "$tmp/x86_64/vmlinux_btf_extra.ko"
	has "$tmp/verified" '^pass *live\.btf-accepted' "x86_64, m, booted: the kernel takes it"
fi
finish
