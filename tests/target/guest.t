#!/bin/sh
# One kernel in guests that differ in how the probe's frames leave them and how they are ended. Each is a descriptor
# of its own in a copy of the project's files. Uses a build that the end-to-end test left.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
cells=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

dir=
for json in $(ls -t "$cells"/x86_64/gcc/6.12/n/*/build.json 2>/dev/null); do
	[ -s "${json%/build.json}/vmlinux" ] && dir=${json%/build.json} && break
done
if [ -z "$dir" ]; then
	ok 1 "x86_64: a build of mode n was kept in $cells"
	finish
fi

mkdir "$tmp/arches"
for part in configs docs harness packages.list patches; do
	ln -s "$PWD/$part" "$tmp/$part"
done
cp arches/*.ini "$tmp/arches/"

# guest NAME LINES [CONSOLE] [STATUS]: boots x86_64 with other lines in [qemu]; leaves $tmp/out, $tmp/err
guest() {
	sed -e '/^channel/d' -e '/^console/d' -e '/^append/d' -e "s|^\[elf\]|$2\nconsole = ${3-ttyS0}\n&|" arches/x86_64.ini >"$tmp/arches/$1.ini"
	BTFMATRIX_DIR="$tmp" "$BTFMATRIX" verify --target qemu --arch "$1" --image "$dir/image" --vmlinux "$dir/vmlinux" \
		--kernel 6.12 --mode n --checks 'live.*' >"$tmp/out" 2>"$tmp/err"
	is $? "${4-0}" "$1: status ${4-0}"
}
verdicts() {
	sed -n 's/^\(pass\|fail\|known\|skipped\)  *\([^ ]*\)  *\([0-9]* item\).*/\1 \2 \3/p' "$tmp/out"
}

guest virtio 'channel = virtio-pci'
has "$tmp/out" '^pass  *live.kallsyms-percpu  *[1-9][0-9]* items' "virtio: the report has the symbols"
good=$(verdicts)

guest serial 'channel = serial\nchannel_device = /dev/ttyS1'
is "$(verdicts)" "$good" "a second serial port: the same report"

guest console 'channel = console'
is "$(verdicts)" "$good" "frames on the console: the same report"

# The console on the second port, the channel on the third
guest moved 'console_port = 1\nchannel = serial\nchannel_device = /dev/ttyS2' ttyS1
is "$(verdicts)" "$good" "the console on another port: the same report"

guest reset 'channel = virtio-pci\nend = reboot'
is "$(verdicts)" "$good" "a machine that is reset: the same report"
is "$(grep -c killed "$tmp/err")" 0 "a machine that is reset: it ends by itself"

# Without ACPI a PC knows of no power-off (and of one CPU alone), and halts. QEMU is killed.
guest halts 'channel = virtio-pci\nappend = no_timer_check acpi=off'
has "$tmp/out" '^pass  *live.percpu-offsets  *2 items' "a machine without power-off: the report of one CPU"
has "$tmp/err" 'did not end; QEMU was killed' "a machine without power-off: that is said"
guest killed 'channel = virtio-pci\nappend = no_timer_check acpi=off\nend = kill'
has "$tmp/out" '^pass  *live.percpu-offsets  *2 items' "a machine that is killed: the report of one CPU"
is "$(grep -c killed "$tmp/err")" 0 "a machine that is killed: as its descriptor says"

# A descriptor that lies
guest no-bus 'channel = virtio-pci\nchannel_bus = pciB' ttyS0 2
has "$tmp/err" pciB "a bus that is not there: it is named"
finish
