#!/bin/sh
# btfmatrix encode where it cannot: each is one clear line, the status says so, and no half of a file is left.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_PAHOLE:?the pahole that makes the base}"
tmp=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
cc=x86_64-linux-gnu-gcc objcopy=x86_64-linux-gnu-objcopy
LLVM_OBJCOPY=$objcopy
export LLVM_OBJCOPY

cat >"$tmp/code.c" <<'END'
struct point { int x, y; } point = { 1, 2 };
static long numbers[3] = { 1 };
long *get(void) { return numbers; }
END
$cc -g -c -o "$tmp/code.o" "$tmp/code.c" &&
	$cc -g -nostdlib -static -no-pie -Wl,-e,0 -o "$tmp/bare" "$tmp/code.o" &&
	cp "$tmp/bare" "$tmp/vmlinux" &&
	"$BTFMATRIX_PAHOLE" -J --btf_features=encode_force "$tmp/vmlinux" &&
	$objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc "$tmp/vmlinux" \
		"$tmp/base.btf" || exit 2

# encode ARGS...: leaves $tmp/said, $tmp/err, $status
encode() {
	rm -f "$tmp/result"
	"$BTFMATRIX" encode -o "$tmp/result" "$@" >"$tmp/said" 2>"$tmp/err"
	status=$?
}

# refused NAME PATTERN ARGS...: an error of one line, and no file
refused() {
	refused_name=$1 pattern=$2
	shift 2
	encode "$@"
	is $status 2 "$refused_name: status"
	has "$tmp/err" "$pattern" "$refused_name: said"
	is "$(wc -l <"$tmp/err")" 1 "$refused_name: in one line"
	is "$(ls "$tmp" | grep -c '^result')" 0 "$refused_name: no file"
}

encode "$tmp/vmlinux"
is "$status $(cat "$tmp/err")" "0 " "what all others are held against: status"
cp "$tmp/result" "$tmp/whole"

refused "no such file" 'nosuch' "$tmp/nosuch"
: >"$tmp/empty"
refused "an empty file" 'empty' "$tmp/empty"
refused "no ELF file" 'code\.c' "$tmp/code.c"
refused "no BTF" 'bare: no \.BTF section' "$tmp/bare"
refused "an object file" 'code\.o: an object file' "$tmp/code.o" --base "$tmp/base.btf"
$objcopy --strip-debug "$tmp/vmlinux" "$tmp/stripped"
refused "no DWARF" 'stripped: no DWARF' "$tmp/stripped"
$objcopy --strip-all --keep-section='.debug*' --keep-section=.BTF "$tmp/vmlinux" "$tmp/nameless"
refused "no symbols" 'nameless' "$tmp/nameless"
refused "a base that is not there" 'nosuch' "$tmp/vmlinux" --base "$tmp/nosuch"
refused "a base that is none" 'code\.c' "$tmp/vmlinux" --base "$tmp/code.c"
refused "a base without BTF" 'bare: no \.BTF section' "$tmp/vmlinux" --base "$tmp/bare"

# cut off, and with bytes flipped: an answer or an error, never a crash, and nothing that is not whole
size=$(wc -c <"$tmp/vmlinux")
wrong=
for part in 64 500 1000 2000 4000; do
	[ $part -lt "$size" ] || continue
	head -c $part "$tmp/vmlinux" >"$tmp/damaged"
	encode "$tmp/damaged"
	[ $status -eq 2 ] || wrong="$wrong $part"
done
is "$wrong" "" "vmlinux cut off at five places: an error each"
size=$(wc -c <"$tmp/base.btf")
wrong=
for at in 0 2 4 8 12 16 20; do
	cp "$tmp/base.btf" "$tmp/damaged"
	printf '\377\377' | dd of="$tmp/damaged" bs=1 seek=$at conv=notrunc 2>/dev/null
	encode "$tmp/vmlinux" --base "$tmp/damaged"
	[ $status -eq 2 ] || wrong="$wrong $at"
done
is "$wrong" "" "each field of the base's header damaged: an error each"
wrong=
at=24
while [ $at -lt "$size" ]; do
	cp "$tmp/base.btf" "$tmp/damaged"
	printf '\377' | dd of="$tmp/damaged" bs=1 seek=$at conv=notrunc 2>/dev/null
	encode "$tmp/vmlinux" --base "$tmp/damaged"
	[ $status -le 2 ] || wrong="$wrong $at:$status"
	at=$((at + 5))
done
is "$wrong" "" "one byte of the base in five damaged: no crash"
wrong=
offset=$(readelf -SW "$tmp/vmlinux" | awk '{ sub(/^ *\[ */, "") } $2 == ".debug_info" { print $5 " " $6 }')
at=$((0x${offset% *}))
end=$((at + 0x${offset#* }))
while [ $at -lt $end ]; do
	cp "$tmp/vmlinux" "$tmp/damaged"
	printf '\377' | dd of="$tmp/damaged" bs=1 seek=$at conv=notrunc 2>/dev/null
	encode "$tmp/damaged"
	[ $status -le 2 ] || wrong="$wrong $at:$status"
	at=$((at + 3))
done
is "$wrong" "" "one byte of DWARF in three damaged: no crash"

# where it cannot be written
refused "a folder that is not there" 'nosuch' "$tmp/vmlinux" -o "$tmp/nosuch/result"
"$BTFMATRIX" encode "$tmp/vmlinux" -o /dev/full >"$tmp/said" 2>"$tmp/err"
is $? 2 "a full disk: status"
has "$tmp/err" '/dev/full: No space left' "a full disk: said"
(
	ulimit -f 0
	trap '' XFSZ
	"$BTFMATRIX" encode "$tmp/vmlinux" -o "$tmp/result" >/dev/null 2>&1
)
is $? 2 "a file that may not grow: status"
is "$(find "$tmp" -name 'result*')" "" "a file that may not grow: nothing is left"
echo before >"$tmp/old"
encode "$tmp/stripped"
"$BTFMATRIX" encode "$tmp/stripped" -o "$tmp/old" >/dev/null 2>&1
is "$(cat "$tmp/old")" before "an error: what was there stays"
"$BTFMATRIX" encode "$tmp/vmlinux" -o - 2>/dev/null | cmp -s - "$tmp/whole"
ok $? "standard output: all of it, and nothing else"

# into ELF files
cp "$tmp/code.o" "$tmp/module.ko"
"$BTFMATRIX" encode "$tmp/vmlinux" --embed -o "$tmp/module.ko" >/dev/null 2>&1
is $? 0 "embedded: status"
$objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc "$tmp/module.ko" "$tmp/back"
cmp -s "$tmp/back" "$tmp/whole"
ok $? "embedded: all of it"
cp "$tmp/module.ko" "$tmp/module.before"
LLVM_OBJCOPY='sh -c "exit 3" objcopy' "$BTFMATRIX" encode "$tmp/vmlinux" --embed \
	-o "$tmp/module.ko" >/dev/null 2>"$tmp/err"
is $? 2 "objcopy fails: status"
cmp -s "$tmp/module.ko" "$tmp/module.before"
ok $? "objcopy fails: the file is as it was"
"$BTFMATRIX" encode "$tmp/vmlinux" --embed -o "$tmp/code.c" >/dev/null 2>"$tmp/err"
is $? 2 "embedded in no ELF file: status"
is "$(find "$tmp" -name '*btfmatrix-*' -o -name '*.tmp-*')" "" "nothing is left over"

# a signal, whenever it comes, leaves the old file or the whole new one
wrong=
for delay in 0 0.005 0.01 0.02 0.05; do
	rm -f "$tmp/result"
	"$BTFMATRIX" encode "$tmp/vmlinux" -o "$tmp/result" >/dev/null 2>&1 &
	pid=$!
	sleep $delay
	kill -TERM $pid 2>/dev/null
	wait $pid
	status=$?
	case $status in 0 | 130 | 143) ;; *) wrong="$wrong $delay:status $status" ;; esac
	[ ! -e "$tmp/result" ] || cmp -s "$tmp/result" "$tmp/whole" || wrong="$wrong $delay:half"
done
is "$wrong" "" "a signal: no half of a file"
is "$(find "$tmp" -name '*.tmp-*')" "" "a signal: nothing is left over"

# more variables than a DATASEC before Linux 7 has room for
awk 'BEGIN { for (i = 0; i < 70000; i++) print "char v" i " = 1;" }' >"$tmp/many.c"
$cc -g -c -o "$tmp/many.o" "$tmp/many.c" &&
	$cc -nostdlib -static -no-pie -Wl,-e,0 -o "$tmp/many" "$tmp/many.o"
refused "70000 variables" '\.data has 70000 variables.*65535.*--wide-vlen' "$tmp/many" \
	--base "$tmp/base.btf"
encode "$tmp/many" --base "$tmp/base.btf" --wide-vlen
is $status 0 "70000 variables, for Linux 7: status"
has "$tmp/said" '70000 variables' "70000 variables, for Linux 7: all of them"
finish
