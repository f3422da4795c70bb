#!/bin/sh
# Descriptors that lie: each gets a verdict that names the line at fault. Uses the builds that the end-to-end
# test left in the cache.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# The descriptor is of the user's own, outside the project; results too.
own=$tmp/x86_64.ini

# lie NAME KEY VALUE WANTED: x86_64 with KEY = VALUE; the line of KEY and the words WANTED are told
lie() {
	sed "s|^$2 = .*|$2 = $3|" arches/x86_64.ini >"$own"
	expect_blame "$1" "$2 = " "$4"
}

# expect_blame NAME LINE-START WANTED
expect_blame() {
	line=$(grep -n "^$2" "$own" | head -n 1 | cut -d: -f1)
	"$BTFMATRIX" arch check "$own" --mode n --results "$tmp/results" --quiet >"$tmp/out" 2>"$tmp/err"
	status=$?
	cat "$tmp/err" >>"$tmp/out"
	ok_if "$1: not status 0" test $status -ne 0
	has "$tmp/out" "$own:$line: $3" "$1: the line is named"
}

cp arches/x86_64.ini "$own"
"$BTFMATRIX" arch check "$own" --mode n --results "$tmp/results" --quiet >"$tmp/out" 2>"$tmp/err"
is $? 0 "a true descriptor from outside the project: status 0"
has "$tmp/out" '^x86_64/gcc/6.12/n .* pass$' "a true descriptor: pass"

# what is built
sed "s|^machine = 62|machine = 183|" arches/x86_64.ini >"$own"
expect_blame "another ELF machine" "machine = 183" "\[elf\] machine: the vmlinux that was built says 62"
lie "another word size" bits 32 '\[elf\] bits: the vmlinux that was built says 64'
lie "another byte order" byte_order big '\[elf\] byte_order: the vmlinux that was built says little'
lie "no per-CPU section" percpu_section no '\[elf\] percpu_section: there is one'
lie "no such folder of the kernel" srcarch nosuch '\[kernel\] srcarch: there is no .*/arch/nosuch'
lie "no such target of make" image_target zbImage '\[kernel\] image_target: make knows no such target'
lie "an image file that is not made" image_file arch/x86/boot/zbImage '\[kernel\] image_file: `make bzImage`'
lie "no such compiler" cross_compile nosuch-linux-gnu- '\[toolchain\] cross_compile: `make deps`, or install the package gcc'
sed "s|^kconfig =|&\n	CONFIG_NO_SUCH_THING=y|" arches/x86_64.ini >"$own"
expect_blame "no such Kconfig symbol" '	CONFIG_NO_SUCH_THING' 'CONFIG_NO_SUCH_THING'

# what runs
lie "no such emulator" binary qemu-system-nosuch '\[qemu\] binary: `make deps`, or install the package qemu-system-x86'
lie "no such CPU" cpu nosuch '\[qemu\] cpu: QEMU has no such CPU'
lie "a console that is not there" console ttyNONE0 '\[qemu\] console: the kernel has no console=ttyNONE0'
lie "a channel of another bus" channel virtio-ccw '\[qemu\] channel: this machine has no'
lie "a deadline that is too short" deadline_s 1 '\[qemu\] deadline_s: the guest was still writing'
sed 's|^channel = .*|channel = serial\nchannel_device = /dev/ttyS9|' arches/x86_64.ini >"$own"
expect_blame "a channel device that is not there" channel_device '\[qemu\] channel_device: the guest has no such channel'
sed 's|^image_target|uname = ppc64\n&|' arches/x86_64.ini >"$own"
expect_blame "another machine's name" uname '\[kernel\] uname: `uname -m` says x86_64'
finish
