#!/bin/sh
# Live mutation: kernels of mode m are booted with a vmlinux_btf_extra.ko whose BTF was damaged, and the checks
# of values must name it, by what the kernel says of itself alone. Uses the builds that the end-to-end test left.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
edit_btf=$BTFMATRIX_BUILD/tests/history/edit_btf
cells=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# kept ARCH: the newest kept build of mode m
kept() {
	for json in $(ls -t "$cells/$1/gcc/6.12/m"/*/build.json 2>/dev/null); do
		dir=${json%/build.json}
		[ -s "$dir/vmlinux" ] && echo "$dir" && return
	done
	return 1
}

# boot ARCH MODULE: leaves $tmp/out
boot() {
	"$BTFMATRIX" verify --target qemu --arch "$1" --image "$dir/image" --vmlinux "$dir/vmlinux" \
		--load-module "$2" --kernel 6.12 --checks 'live.*' >"$tmp/out" 2>"$tmp/err" ||
		sed 's/^/# /' "$tmp/err"
}

# damaged ARCH EDIT CHECK PATH: the check names the path after the edit
damaged() {
	mkdir -p "$tmp/ko"
	"$edit_btf" --base "$dir/vmlinux" "$dir/vmlinux_btf_extra.ko" "$tmp/btf" "$2" &&
		"$objcopy" --update-section .BTF="$tmp/btf" "$dir/vmlinux_btf_extra.ko" \
			"$tmp/ko/vmlinux_btf_extra.ko" || {
		ok 1 "$1: $2: the module was damaged"
		return
	}
	boot "$1" "$tmp/ko/vmlinux_btf_extra.ko"
	for check in $3; do
		has "$tmp/out" "^fail  *$check" "$1: $2: $check fails"
	done
	has "$tmp/out" "^  vmlinux_btf_extra: $4: " "$1: $2: it names $4"
}

for arch in x86_64 s390x; do
	objcopy=$(sed -n 's/^cross_compile = //p' arches/$arch.ini)objcopy
	if ! dir=$(kept $arch); then
		ok 1 "$arch: a build of mode m was kept in $cells"
		continue
	fi
	boot $arch "$dir/vmlinux_btf_extra.ko"
	has "$tmp/out" '^pass  *live.value-bpf' "$arch: sound as it is, by BPF"
	has "$tmp/out" '^pass  *live.value-kcore' "$arch: sound as it is, from memory"
	# the members' offsets are wrong
	damaged $arch members:init_task:pid:static_prio 'live.value-bpf live.value-kcore' 'init_task\.pid'
	# another type, in which the member is not, or is another
	damaged $arch type:init_uts_ns:init_nsproxy 'live.value-bpf live.value-kcore' \
		'init_uts_ns\.name\.release'
	# another place: BPF finds variables by their names, and memory by their offsets
	damaged $arch swap:system_state live.value-kcore system_state
done
finish
