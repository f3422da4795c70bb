#!/bin/sh
# What btfmatrix encode writes of the kernels that the end-to-end tests left, against what pahole writes of the
# same images and on the same base: every variable and every type is the same, or the difference is of a class
# that vmlinux proves. The counts are printed. BTFMATRIX_PAHOLES names further paholes to compare with.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
: "${BTFMATRIX_PAHOLE:?a pahole with global_var}"
compare=$BTFMATRIX_BUILD/tests/encode/compare
cells=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
features=encode_force,var,float,enum64,decl_tag,type_tag,optimized_func,consistent_func

# kept ARCH: the newest kept vmlinux of mode n
kept() {
	ls -t "$cells/$1/gcc/6.12/n"/*/vmlinux 2>/dev/null | head -n 1
}

# compared NAME ARGS...: the program finds an explanation for everything
compared() {
	compared_name=$1
	shift
	"$compare" "$@" >"$tmp/out" 2>&1
	ok $? "$compared_name: every difference is explained"
	sed 's/^/# /' "$tmp/out"
}

# with PAHOLE ARCH VMLINUX
with() {
	name="$2, pahole $("$1" --version | tr -d v)"
	"$1" -J --btf_features=$features --btf_features=+global_var \
		--btf_encode_detached="$tmp/y.btf" "$3" 2>/dev/null &&
		"$1" -J --btf_features=$features --btf_encode_detached="$tmp/n.btf" "$3" \
			2>/dev/null &&
		"$BTFMATRIX" encode "$3" --base "$tmp/n.btf" --mode y -o "$tmp/ours.y.btf" \
			>/dev/null &&
		compared "$name, y" "$3" "$tmp/ours.y.btf" "$tmp/y.btf" || ok 1 "$name, y"
	"$1" -J --btf_features=$features --btf_features=+global_var --btf_base="$3" \
		--btf_encode_detached="$tmp/m.btf" "$3" 2>/dev/null &&
		compared "$name, m" --base "$3" "$3" "$tmp/ours.m.btf" "$tmp/m.btf" ||
		ok 1 "$name, m"
}

for arch in x86_64 arm64 s390x; do
	vmlinux=$(kept $arch)
	if [ -z "$vmlinux" ]; then
		ok 0 "$arch # SKIP no build of mode n was kept in $cells"
		continue
	fi
	"$BTFMATRIX" encode "$vmlinux" -o "$tmp/ours.m.btf" >/dev/null
	ok $? "$arch: encoded"
	for pahole in "$BTFMATRIX_PAHOLE" ${BTFMATRIX_PAHOLES-}; do
		with "$pahole" $arch "$vmlinux"
	done
done
finish
