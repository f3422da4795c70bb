#!/bin/sh
# Files that are not what they should be: verify, layout and diff say so in a clear line with the file's name
# and end with status 1 or 2: no crash, no hang, no more memory than a small multiple of the file.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the programs under the sanitizers}"
: "${BTFMATRIX_PAHOLE:?a pahole of version 1.28 or later}"
src=tests/golden/src
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export BTFMATRIX_DIR="$PWD"
# A sanitizer's complaint must not look like a status of ours.
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99
sanitized=$BTFMATRIX_BUILD/btfmatrix
# KiB of address space for the program as users have it, most of it libraries
memory=800000
seconds=60

# run PROGRAM ARGS...: leaves $tmp/out with all it said, $status; 124 is a hang
run() {
	timeout -k 5 $seconds "$@" >"$tmp/out" 2>&1 </dev/null
	status=$?
}

# run_limited ARGS...: with little memory
run_limited() {
	(ulimit -v $memory && exec timeout -k 5 $seconds "$BTFMATRIX" "$@") >"$tmp/out" 2>&1 </dev/null
	status=$?
}

# refused NAME FILE: it ended with 1 or 2, and named the file
refused() {
	if [ $status -ne 1 ] && [ $status -ne 2 ]; then
		ok 1 "$1: status 1 or 2"
		echo "# status $status"
	elif ! grep -q -F -e "${2##*/}" "$tmp/out"; then
		ok 1 "$1: says which file it is"
	else
		ok 0 "$1: status $status"
		return
	fi
	cut -c 1-200 "$tmp/out" | head -n 20 | sed 's/^/# /'
}

# bad NAME FILE: all that reads such files
bad() {
	run "$sanitized" verify --vmlinux "$2"
	refused "verify: $1" "$2"
	run_limited verify --vmlinux "$2"
	refused "verify, little memory: $1" "$2"
	run "$sanitized" verify --vmlinux "$tmp/image" --module "$2"
	refused "verify --module: $1" "$2"
	run_limited verify --btf "$2"
	refused "verify --btf, little memory: $1" "$2"
	run "$sanitized" layout --vmlinux "$2"
	refused "layout: $1" "$2"
	run_limited diff "$tmp/image" "$2"
	refused "diff, little memory: $1" "$2"
}

# A small image as in the golden tests.
make_image() {
	cc=x86_64-linux-gnu-gcc
	link="-nostdlib -static -no-pie -Wl,--build-id=none,-e,0,-z,noexecstack -Wl,--no-warn-rwx-segments"
	sed 's/PERCPU_BASE/0/' $src/image.lds >"$tmp/image.lds"
	: >"$tmp/empty"
	for file in image other; do
		$cc -std=gnu17 -g -O1 -ffreestanding -fno-pie -fno-stack-protector \
			-fno-asynchronous-unwind-tables -c -o "$tmp/$file.o" $src/$file.c || return
	done
	$cc -c -DBTF_FILE="\"$tmp/empty\"" -o "$tmp/assembly.o" $src/assembly.S &&
		$cc $link -Wl,-T,"$tmp/image.lds" -o "$tmp/bare" "$tmp/image.o" "$tmp/other.o" \
			"$tmp/assembly.o" &&
		"$BTFMATRIX_PAHOLE" -J --btf_features=encode_force,var --btf_encode_detached="$tmp/btf" \
			"$tmp/bare" &&
		$cc -c -DBTF_FILE="\"$tmp/btf\"" -o "$tmp/assembly.o" $src/assembly.S &&
		$cc $link -Wl,-T,"$tmp/image.lds" -o "$tmp/image" "$tmp/image.o" "$tmp/other.o" \
			"$tmp/assembly.o"
}

make_image >"$tmp/log" 2>&1
made=$?
ok $made "a small image is made"
if [ $made -ne 0 ]; then
	sed 's/^/# /' "$tmp/log"
	finish
fi
run "$sanitized" verify --vmlinux "$tmp/image"
is $status 0 "and is right"

# Files that are no image at all
: >"$tmp/nothing"
bad "an empty file" "$tmp/nothing"
head -c 100000 "$BTFMATRIX" | tr '\000-\377' '\001-\377\000' >"$tmp/garbage"
bad "garbage" "$tmp/garbage"
printf '\177ELF' >"$tmp/magic"
bad "four bytes of ELF" "$tmp/magic"
{ printf '\177ELF\002\001\001' && head -c 60000 "$tmp/garbage"; } >"$tmp/garbage-elf"
bad "garbage behind an ELF header" "$tmp/garbage-elf"
{ printf '\237\353\001\000\030\000\000\000' && head -c 60000 "$tmp/garbage"; } >"$tmp/garbage-btf"
bad "garbage behind a BTF header" "$tmp/garbage-btf"
bad "a file that never ends" /dev/zero
mkdir "$tmp/folder"
bad "a folder" "$tmp/folder"
mkfifo "$tmp/fifo"
bad "a FIFO that nobody writes to" "$tmp/fifo"
truncate -s 4G "$tmp/sparse"
bad "4 GiB of nothing" "$tmp/sparse"
bad "a file that is not there" "$tmp/not-there"

# An image with 4 GiB behind it is still that image.
cp "$tmp/image" "$tmp/long" && truncate -s 4G "$tmp/long"
run_limited verify --vmlinux "$tmp/long"
is $status 0 "an image with 4 GiB of nothing behind it is right"

# each_of NAME COMMAND...: for all of $tmp/made, files that are wrong somewhere; OK statuses are in $wanted
each_of() {
	each_name=$1
	shift
	each_failed=0
	for each_file in "$tmp"/made/*; do
		run "$@" "$each_file"
		case " $wanted " in *" $status "*) ;; *)
			each_failed=1
			echo "# $each_file: status $status"
			grep -m 3 -e 'ERROR: ' -e 'runtime error' -e '    #[0-4]' "$tmp/out" | sed 's/^/# /'
			mkdir -p "$BTFMATRIX_BUILD/found" && cp "$each_file" "$BTFMATRIX_BUILD/found/"
			;;
		esac
	done
	ok $each_failed "$each_name"
}

# Cut off at every 64th of its length.
size=$(wc -c <"$tmp/image")
mkdir "$tmp/made"
i=1
while [ $i -lt 64 ]; do
	head -c $((size * i / 64)) "$tmp/image" >"$tmp/made/cut-$i"
	i=$((i + 1))
done
wanted="1 2"
each_of "verify: cut off at every 64th" "$sanitized" verify --vmlinux
each_of "layout: cut off at every 64th" "$sanitized" layout --vmlinux
each_of "diff: cut off at every 64th" "$sanitized" diff "$tmp/image"
rm -r "$tmp/made"

size=$(wc -c <"$tmp/btf")
mkdir "$tmp/made"
i=1
while [ $i -lt 64 ]; do
	head -c $((size * i / 64)) "$tmp/btf" >"$tmp/made/cut-btf-$i"
	i=$((i + 1))
done
each_of "verify --btf: cut off at every 64th" "$sanitized" verify --btf
rm -r "$tmp/made"

# Bits flipped. Most are in code and DWARF: what matters to nobody may be right.
"$BTFMATRIX_BUILD/tests/fault/flip_bits" "$tmp/image" "$tmp/made" 150 1
ok $? "150 images with flipped bits are made"
wanted="0 1 2"
each_of "verify: bits flipped" "$sanitized" verify --vmlinux
wanted="0 2"
each_of "layout: bits flipped" "$sanitized" layout --vmlinux
wanted="0 1 2"
each_of "diff: bits flipped" "$sanitized" diff "$tmp/image"
rm -r "$tmp/made"

"$BTFMATRIX_BUILD/tests/fault/flip_bits" "$tmp/btf" "$tmp/made" 100 2
ok $? "100 blobs with flipped bits are made"
wanted="0 1 2"
each_of "verify --btf: bits flipped" "$sanitized" verify --btf

# Files made to take hours, or all memory: see hostile.c.
"$BTFMATRIX_BUILD/tests/fault/hostile" "$tmp/hostile"
ok $? "hostile files are made"
for file in "$tmp"/hostile/*; do
	name=${file##*/}
	run_limited verify --mode n --arch x86_64 --vmlinux "$file"
	is $status 1 "hostile: verify: $name"
	run_limited layout --vmlinux "$file"
	case $status in 0 | 2) layout_failed=0 ;; *) layout_failed=1 ;; esac
	ok $layout_failed "hostile: layout: $name"
	run_limited diff "$file" "$file"
	case $status in 0 | 2) diff_failed=0 ;; *) diff_failed=1 ;; esac
	ok $diff_failed "hostile: diff: $name"
done

# What is said of a blob that is cut off: where, and which type.
head -c 400 "$tmp/btf" >"$tmp/cut.btf"
run "$sanitized" verify --btf "$tmp/cut.btf"
has "$tmp/out" 'cut\.btf: offset [0-9]*: ' "a cut blob: file and offset are told"
"$BTFMATRIX_BUILD/tests/golden/btf_corrupt" "$tmp/image" "$tmp/type.btf" type-id pcpu_first
run "$sanitized" verify --btf "$tmp/type.btf"
has "$tmp/out" 'pcpu_first: .*\[[0-9]*\] var: ' "a VAR of a type that is not there: its type id is told"
finish
