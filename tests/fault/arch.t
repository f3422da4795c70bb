#!/bin/sh
# btfmatrix arch list and new, and what they refuse. No kernel is built.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# arch ARGS...: leaves $tmp/out, $tmp/err, $status
arch() {
	"$BTFMATRIX" arch "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

arch list
is $status 0 "list: status 0"
for file in arches/*.ini; do
	name=$(basename "$file" .ini)
	has "$tmp/out" "^$name " "list has $name"
done
arch list --format json
is "$(python3 -c 'import json, sys; print(len(json.load(sys.stdin)))' <"$tmp/out")" \
	"$(ls arches/*.ini | wc -l)" "list --format json has each"

# a machine that has nothing: a project whose one architecture needs tools that nobody has
export BTFMATRIX_DIR=$tmp/project
mkdir -p "$BTFMATRIX_DIR/harness" "$BTFMATRIX_DIR/arches"
cp -R configs patches docs "$BTFMATRIX_DIR/"
cp -R harness/probe "$BTFMATRIX_DIR/harness/"
sed 's/s390x-linux-gnu-/nosuch-linux-gnu-/; s/^binary = .*/binary = qemu-system-nosuch/' arches/s390x.ini \
	>"$BTFMATRIX_DIR/arches/nosuch.ini"
arch list
has "$tmp/out" '^nosuch .* no compiler, no linker, no QEMU: install the packages gcc-s390x-linux-gnu' "list: what is missing, and the packages"
cp packages.list "$BTFMATRIX_DIR/"
arch list
has "$tmp/out" '^nosuch .* no QEMU: `make deps`, or install the packages gcc-s390x-linux-gnu' "list: and the target that installs them"
echo 'bits = 33' >>"$BTFMATRIX_DIR/arches/nosuch.ini"
arch list
is $status 2 "list: a bad descriptor is an error"
has "$tmp/err" 'nosuch.ini:[0-9]*: ' "list: with its file and line"
unset BTFMATRIX_DIR

arch new own -o "$tmp/own.ini"
is $status 0 "new: status 0"
"$BTFMATRIX" plan --arch-file "$tmp/own.ini" --mode m >"$tmp/out" 2>"$tmp/err"
is $? 0 "new: what it writes is a descriptor"
has "$tmp/out" '^own/gcc/6.12/m$' "new: its cell has the name of the file"
grep -v '^;' "$tmp/own.ini" >"$tmp/bare"
cp "$tmp/own.ini" "$tmp/before"
arch new own -o "$tmp/own.ini"
is $status 2 "new: not over a file that is there"
ok_if "new: which it leaves alone" cmp -s "$tmp/own.ini" "$tmp/before"
has "$tmp/err" 'is there already' "new: and says so"
arch new own
ok_if "new: without -o the same on standard output" test "$(grep -vc '^;' "$tmp/out")" = "$(grep -c '' "$tmp/bare")"
for bad in 'Own' '../own' 'a b' ''; do
	arch new "$bad"
	is $status 2 "new: '$bad' is no name"
done
arch new
is $status 2 "new: a name is needed"
arch new a b
is $status 2 "new: one name is enough"
arch new own -o "$tmp/nowhere/own.ini"
is $status 2 "new: a folder that is not there"

arch
is $status 2 "no command: status 2"
arch frobnicate
is $status 2 "a command that is not there: status 2"
has "$tmp/err" "no command 'arch frobnicate'" "it is named"
arch check
is $status 2 "check: a file is needed"
arch check "$tmp/nowhere.ini"
is $status 2 "check: a file that is not there: status 2"
has "$tmp/err" 'nowhere.ini' "check: it is named"
arch check "$tmp/bare" --frobnicate
is $status 2 "check: an option that run does not have"
finish
