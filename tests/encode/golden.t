#!/bin/sh
# btfmatrix encode on small images of three architectures, whose base a real pahole made, or made of nothing
# that is needed; what it writes must be right to the last variable, with no finding that is known.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_PAHOLE:?the pahole that makes the base}"
src=tests/encode/src
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
: >"$tmp/nothing-known.ini"
features=encode_force,var,float,enum64,decl_tag,type_tag,optimized_func,consistent_func

# link BLOB OUT: the image with this .BTF
link() {
	"$cc" -c -DBTF_FILE="\"$1\"" -o "$dir/btf.o" $src/btf.S &&
		"$cc" -nostdlib -static -no-pie -Wl,--build-id=none,-e,0,-z,noexecstack \
			-Wl,--no-warn-rwx-segments -Wl,-T,"$dir/image.lds" -o "$2" \
			"$dir/variables.o" "$dir/weak.o" "$dir/prefixed.o" "$dir/btf.o"
}

build() {
	sed "s/PERCPU_BASE/$1/" $src/image.lds >"$dir/image.lds"
	for file in variables weak prefixed; do
		"$cc" -std=gnu17 -g -O1 -ffreestanding -fno-pie -fno-stack-protector \
			-fno-asynchronous-unwind-tables -c -o "$dir/$file.o" $src/$file.c || return
	done
	: >"$dir/empty"
	"${cc%gcc}objcopy" --prefix-symbols=__pi_ "$dir/prefixed.o" &&
		link "$dir/empty" "$dir/bare" &&
		"$BTFMATRIX_PAHOLE" -J --btf_features=$features \
			--btf_encode_detached="$dir/n.btf" "$dir/bare" &&
		link "$dir/n.btf" "$dir/n" &&
		"$cc" -c -DBTF_FILE="\"$dir/empty\"" -o "$dir/extra.ko" $src/btf.S &&
		echo 'int the_only_type;' >"$dir/poor.c" &&
		"$cc" -g -c -o "$dir/poor.o" "$dir/poor.c" &&
		"$BTFMATRIX_PAHOLE" -J --btf_features=encode_force \
			--btf_encode_detached="$dir/poor.btf" "$dir/poor.o"
}

# encode ARGS...: leaves $dir/out, $dir/err and $status
encode() {
	"$BTFMATRIX" encode "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

# right MODE IMAGE MODULE NAME: the verifier finds nothing, known or not
right() {
	"$BTFMATRIX" verify --known "$tmp/nothing-known.ini" --limit 0 --arch "$arch" \
		--mode "$1" --vmlinux "$2" ${3:+--extra-module "$3"} >"$dir/verified" 2>&1
	right_status=$?
	ok $right_status "$arch: $4: nothing is found"
	[ $right_status -eq 0 ] || grep -v -e ^pass -e ^skipped "$dir/verified" | sed 's/^/# /'
}

# type VARIABLE WANTED: what the blob last dumped has for it
type_is() {
	is "$(sed -n "s/^[0-9.a-z_]* [0-9a-fx]* [0-9]* $1 //p" "$dir/dump")" "$2" \
		"$arch: the type of $1"
}

test_arch() {
	arch=$1 cc=$2gcc
	dir=$tmp/$arch
	if ! command -v "$cc" >/dev/null; then
		ok 0 "$arch # SKIP no $cc"
		return
	fi
	mkdir "$dir" || exit 2
	build "$3" >"$dir/build.log" 2>&1
	built=$?
	ok $built "$arch: the images are made"
	if [ $built -ne 0 ]; then
		sed 's/^/# /' "$dir/build.log"
		return
	fi

	encode "$dir/n" -o "$dir/m.btf"
	is $status 0 "$arch: m: status"
	is "$(cat "$dir/err")" "" "$arch: m: no complaint"
	has "$dir/out" '^  *2 \.data\.\.percpu, in the base' "$arch: m: the per-CPU variables are the base's"
	has "$dir/out" 'generated-name' "$arch: m: what is left out is said"
	encode "$dir/n" --embed -o "$dir/extra.ko"
	is $status 0 "$arch: m, embedded: status"
	right m "$dir/n" "$dir/extra.ko" "m"
	"$BTFMATRIX" layout --vmlinux "$dir/n" --module "$dir/extra.ko" --section .notes \
		>"$dir/out" 2>"$dir/err"
	has "$dir/out" 'note\[5\]\|note' "$arch: m: a variable in a note"

	encode "$dir/bare" --base "$dir/n.btf" --mode y -o "$dir/y.btf"
	is $status 0 "$arch: y: status"
	link "$dir/y.btf" "$dir/y" 2>/dev/null
	right y "$dir/y" "" "y"

	# every type is made by us
	encode "$dir/bare" --base "$dir/poor.btf" --mode y -o "$dir/made.btf"
	is $status 0 "$arch: y of a base without types: status"
	link "$dir/made.btf" "$dir/made" 2>/dev/null
	right y "$dir/made" "" "y of a base without types"

	# what has all variables already gets them again
	encode "$dir/y" --mode y -o "$dir/again.btf"
	is $status 0 "$arch: y of y: status"
	link "$dir/again.btf" "$dir/again" 2>/dev/null
	right y "$dir/again" "" "y of y"
	"$BTFMATRIX" diff "$dir/y" "$dir/again" >"$dir/out" 2>&1
	is $? 0 "$arch: y of y: the same variables and types"
	encode "$dir/y" -o "$dir/nothing.btf"
	is $status 2 "$arch: m of y: there is nothing to be written"
	is "$(ls "$dir" | grep -c nothing.btf)" 0 "$arch: m of y: and no file is"
}

test_arch x86_64 x86_64-linux-gnu- 0
test_arch arm64 aarch64-linux-gnu- 0x200000
test_arch s390x s390x-linux-gnu- 0x200000
finish
