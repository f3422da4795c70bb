#!/bin/sh
# btfmatrix pahole: the real pahole on a small program with a weak and a strong definition, and paholes
# that fail in every way they can.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_PAHOLE:?the pahole to run}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
features=--btf_features=encode_force,var,global_var
LLVM_OBJCOPY=objcopy
export LLVM_OBJCOPY

cat >"$tmp/weak.c" <<'END'
struct weak_type { int x; };
int before = 1;
struct weak_type var __attribute__((weak)) = { 1 };
int behind = 1;
END
cat >"$tmp/strong.c" <<'END'
struct strong_type { int x, y; };
struct strong_type var = { 1, 2 };
END
gcc -g -c -o "$tmp/weak.o" "$tmp/weak.c" && gcc -g -c -o "$tmp/strong.o" "$tmp/strong.c" &&
	gcc -nostdlib -static -Wl,-e,0 -o "$tmp/linked" "$tmp/weak.o" "$tmp/strong.o" &&
	ld -r -o "$tmp/module.ko" "$tmp/weak.o" "$tmp/strong.o" || exit 2

# front PAHOLE ARGS...: leaves $tmp/out, $tmp/err, $status
front() {
	front_real=$1
	shift
	"$BTFMATRIX" pahole --real="$front_real" $front_options -- "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}
front_options=

# fake BODY: a pahole of our own; $out is the file it was told to write
fake() {
	{
		echo '#!/bin/sh'
		echo 'for a; do case $a in --btf_encode_detached=*) out=${a#*=} ;; esac; done'
		echo "$1"
	} >"$tmp/fake"
	chmod +x "$tmp/fake"
}

# nothing_left NAME: no file of ours is left over
nothing_left() {
	is "$(find "$tmp" -name '*btfmatrix-*' -o -name '*.tmp-*')" "" "$1"
}

# btf FILE: its .BTF, to standard output
btf() {
	objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc "$1" "$tmp/btf.bin" &&
		cat "$tmp/btf.bin"
}

# As lld leaves it in the first link of vmlinux: an empty .BTF in a segment, with more behind it, and its
# bounds referred to. llvm-objcopy enlarges no section that is in a segment.
cat >"$tmp/room.lds" <<'END'
SECTIONS {
	. = 0x100000;
	.text : { *(.text) }
	.rodata : { *(.rodata*) QUAD(1) }
	.BTF : { start_of_btf = .; *(.BTF) }
	.BTF_ids : { QUAD(2) }
	.data : { *(.data) }
}
END
newest() {
	for newest_of in "/usr/bin/$1-"[0-9]* "/usr/bin/$1"; do
		[ ! -x "$newest_of" ] || echo "$newest_of"
	done | sort -V | tail -n 1
}
lld=$(newest ld.lld) llvm_objcopy=$(newest llvm-objcopy)
if [ "$lld" ] && [ "$llvm_objcopy" ]; then
	"$lld" -e 0 -T "$tmp/room.lds" -o "$tmp/room" "$tmp/strong.o" || exit 2
	readelf -SW "$tmp/room" | grep -q ' \.BTF .* 000000 00 *A ' || exit 2
	LLVM_OBJCOPY=$llvm_objcopy front "$BTFMATRIX_PAHOLE" -J $features "$tmp/room"
	is $status 0 "an empty .BTF in a segment: status"
	is "$(btf "$tmp/room" | head -c 2 | od -An -tx1 | tr -d ' ')" 9feb \
		"an empty .BTF in a segment: gets its contents"
else
	ok 0 "an empty .BTF in a segment # SKIP no lld and llvm-objcopy"
fi

front "$BTFMATRIX_PAHOLE" --version
is $status 0 "--version: status"
is "$(cat "$tmp/out")" "$("$BTFMATRIX_PAHOLE" --version)" "--version: is pahole's"

# repaired, in the file itself
for image in linked module.ko; do
	cp "$tmp/$image" "$tmp/ours-$image"
	front_options="--report=$tmp/report"
	front "$BTFMATRIX_PAHOLE" -J "$features" "$tmp/ours-$image"
	is $status 0 "$image: status"
	has "$tmp/report" '"duplicate-var": 1' "$image: the report has the repair"
	has "$tmp/report" "\"image\": \"ours-$image\"" "$image: the report has the image"
	btf "$tmp/ours-$image" >"$tmp/ours.btf"
	is "$(grep -c -a strong_type "$tmp/ours.btf")" 1 "$image: the true type is there"
	is "$(grep -c -a weak_type "$tmp/ours.btf")" 0 "$image: the other one is not"
	nothing_left "$image: nothing is left over"

	# a second time there is a .BTF to be replaced
	front "$BTFMATRIX_PAHOLE" -J "$features" "$tmp/ours-$image"
	is $status 0 "$image again: status"
	is "$(readelf -SW "$tmp/ours-$image" | grep -c ' \.BTF ')" 1 "$image again: one .BTF"
	btf "$tmp/ours-$image" | cmp -s - "$tmp/ours.btf"
	ok $? "$image again: the same BTF"
done

# into a file of its own; the report is named after the image
front_options=
mkdir "$tmp/reports"
BTFMATRIX_PAHOLE_REPORT_DIR=$tmp/reports
export BTFMATRIX_PAHOLE_REPORT_DIR
front "$BTFMATRIX_PAHOLE" -J "$features" "--btf_encode_detached=$tmp/detached" "$tmp/linked"
is $status 0 "detached: status"
has "$tmp/reports/linked.btf-repairs.json" '"duplicate-var": 1' "detached: the report"
btf "$tmp/ours-linked" | cmp -s - "$tmp/detached"
ok $? "detached: the same BTF as in the file"
is "$(readelf -SW "$tmp/linked" | grep -c ' \.BTF ')" 0 "detached: the image is as it was"

# split BTF, of the image whose base it is: all variables are in the split one
cp "$tmp/linked" "$tmp/base"
front "$BTFMATRIX_PAHOLE" -J --btf_features=encode_force "$tmp/base"
front "$BTFMATRIX_PAHOLE" -J "$features" --btf_base "$tmp/base" \
	--btf_encode_detached "$tmp/split" "$tmp/base"
is $status 0 "split: status"
has "$tmp/reports/base.btf-repairs.json" '"duplicate-var": 1' "split: the report"
is "$(grep -c -a behind "$tmp/split")" 1 "split: has the variables"
is "$(grep -c -a strong_type "$tmp/split")" 0 "split: has no type of the base's"

# stock
cp "$tmp/linked" "$tmp/stock"
cp "$tmp/linked" "$tmp/real"
"$BTFMATRIX_PAHOLE" -J "$features" "$tmp/real"
front_options=--stock
front "$BTFMATRIX_PAHOLE" -J "$features" "$tmp/stock"
front_options=
is $status 0 "stock: status"
cmp -s "$tmp/stock" "$tmp/real"
ok $? "stock: byte for byte what pahole makes"
has "$tmp/reports/stock.btf-repairs.json" '"repairs": \[\]' "stock: an empty report"

# failures
rm -f "$tmp"/reports/*
fake 'echo oops >&2; echo half >"$out"; exit 7'
front "$tmp/fake" -J "$tmp/linked"
is $status 7 "pahole fails: its status"
is "$(cat "$tmp/err")" oops "pahole fails: its message alone"
nothing_left "pahole fails: nothing is left over"

fake 'kill -9 $$'
front "$tmp/fake" -J "$tmp/linked"
is $status 137 "pahole is killed: status as a shell's"

fake 'exit 0'
front "$tmp/fake" -J "$tmp/linked"
is $status 0 "pahole writes nothing: status"
is "$(cat "$tmp/err")" "" "pahole writes nothing: no complaint"

echo 'int x;' >"$tmp/plain.c" && gcc -c -o "$tmp/plain.o" "$tmp/plain.c"
"$BTFMATRIX_PAHOLE" -J "$tmp/plain.o" 2>/dev/null
expected=$?
front "$BTFMATRIX_PAHOLE" -J "$tmp/plain.o"
is $status $expected "no DWARF: pahole's status"

front "$tmp/nosuch" -J "$tmp/linked"
is $status 2 "no pahole: status"
has "$tmp/err" "nosuch" "no pahole: it is named"

is "$(ls "$tmp/reports")" "" "no report of what failed"

# BTF that cannot be read is the verifier's to judge
fake '[ "$1" = --version ] && echo v1.30 || echo garbage >"$out"'
front "$tmp/fake" -J "--btf_encode_detached=$tmp/garbage" "$tmp/linked"
is $status 0 "garbage: status"
has "$tmp/err" 'linked: BTF is left as pahole wrote it: .* too few' "garbage: a warning"
is "$(cat "$tmp/garbage")" garbage "garbage: it is as pahole wrote it"

LLVM_OBJCOPY='sh -c "exit 3" objcopy'
front "$BTFMATRIX_PAHOLE" -J "$features" "$tmp/linked"
is $((status != 0)) 1 "objcopy fails: status"
LLVM_OBJCOPY=objcopy

# a signal ends pahole too, and leaves nothing
fake 'echo $$ >'"$tmp"'/pid; exec sleep 60'
rm -f "$tmp/pid"
"$BTFMATRIX" pahole --real="$tmp/fake" -- -J "$tmp/linked" 2>"$tmp/err" &
front_pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s "$tmp/pid" ] && break
	sleep 0.1
done
kill -TERM $front_pid
wait $front_pid
is $? 130 "a signal: status"
kill -0 "$(cat "$tmp/pid")" 2>/dev/null
is $? 1 "a signal: pahole has ended"
nothing_left "a signal: nothing is left over"

finish
