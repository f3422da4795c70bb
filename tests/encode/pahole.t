#!/bin/sh
# btfmatrix pahole in front of a pahole that cannot encode all variables: one that says it is 1.24, has the
# real one do the work, and fails when it is told of what 1.24 does not know.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_PAHOLE:?the pahole to run}"
: "${BTFMATRIX_BUILD:?folder with the test programs}"
src=tests/encode/src
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
: >"$tmp/nothing-known.ini"
LLVM_OBJCOPY=x86_64-linux-gnu-objcopy
export LLVM_OBJCOPY

cat >"$tmp/old" <<END
#!/bin/sh
for arg; do
	case \$arg in
	--version) echo v1.24; exit ;;
	--btf_features=*|--supported_btf_features|--encode_all_btf_vars)
		echo "pahole: unrecognized option '\$arg'" >&2; exit 64 ;;
	esac
done
echo "\$*" >>"$tmp/calls"
exec "$BTFMATRIX_PAHOLE" --btf_gen_floats "\$@"
END
chmod +x "$tmp/old"

# front PAHOLE ARGS...: leaves $tmp/out, $tmp/err, $status
front() {
	front_real=$1
	shift
	: >"$tmp/calls"
	"$BTFMATRIX" pahole --real="$front_real" $front_options -- "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}
front_options=

link() {
	x86_64-linux-gnu-gcc -c -DBTF_FILE="\"$1\"" -o "$tmp/btf.o" $src/btf.S &&
		x86_64-linux-gnu-gcc -nostdlib -static -no-pie -Wl,--build-id=none,-e,0,-z,noexecstack \
			-Wl,--no-warn-rwx-segments -Wl,-T,"$tmp/image.lds" -o "$2" \
			"$tmp/variables.o" "$tmp/weak.o" "$tmp/btf.o"
}

sed 's/PERCPU_BASE/0/' $src/image.lds >"$tmp/image.lds"
for file in variables weak; do
	x86_64-linux-gnu-gcc -std=gnu17 -g -O1 -ffreestanding -fno-pie -fno-stack-protector \
		-fno-asynchronous-unwind-tables -c -o "$tmp/$file.o" $src/$file.c || exit 2
done
: >"$tmp/empty"
link "$tmp/empty" "$tmp/bare" || exit 2
x86_64-linux-gnu-gcc -c -DBTF_FILE="\"$tmp/empty\"" -o "$tmp/extra.ko" $src/btf.S || exit 2

# what the kernels' gates ask
front "$tmp/old" --supported_btf_features
is "$status $(cat "$tmp/out")" "0 global_var" "an old pahole has global_var, and nothing else"
front "$tmp/old" --encode_all_btf_vars --version
is "$status $(cat "$tmp/out")" "0 v1.24" "an old pahole has --encode_all_btf_vars"
front "$BTFMATRIX_PAHOLE" --supported_btf_features
is "$(cat "$tmp/out")" "$("$BTFMATRIX_PAHOLE" --supported_btf_features)" \
	"a pahole with global_var says what it says"
cat >"$tmp/between" <<'END'
#!/bin/sh
echo encode_force,var
END
chmod +x "$tmp/between"
front "$tmp/between" --supported_btf_features
is "$(cat "$tmp/out")" "encode_force,var,global_var" "a pahole without it has it behind what it says"
front_options=--stock
front "$tmp/old" --encode_all_btf_vars -J "$tmp/bare"
is $status 64 "stock: an old pahole has not"
front "$tmp/old" --supported_btf_features
is $status 64 "stock: nor does it say so"
front_options=

# right MODE IMAGE MODULE NAME
right() {
	"$BTFMATRIX" verify --known "$tmp/nothing-known.ini" --limit 0 --arch x86_64 --mode "$1" \
		--vmlinux "$2" ${3:+--extra-module "$3"} >"$tmp/verified" 2>&1
	right_status=$?
	ok $right_status "$4: nothing is found"
	[ $right_status -eq 0 ] || grep -v -e ^pass -e ^skipped "$tmp/verified" | sed 's/^/# /'
}

mkdir "$tmp/reports"
BTFMATRIX_PAHOLE_REPORT_DIR=$tmp/reports
export BTFMATRIX_PAHOLE_REPORT_DIR

front "$tmp/old" -J --btf_encode_detached="$tmp/n.btf" "$tmp/bare"
is $status 0 "n: status"
link "$tmp/n.btf" "$tmp/n"
right n "$tmp/n" "" "n"

# in parallel 1.24 writes something else each time
front "$tmp/old" -J -j4 --btf_encode_detached="$tmp/n.btf" "$tmp/bare"
is "$status $(grep -c -e -j4 "$tmp/calls")" "0 0" "an old pahole is not told to work in parallel"
sed 's/echo v1.24/echo v1.28/' "$tmp/old" >"$tmp/new" && chmod +x "$tmp/new"
front "$tmp/new" -J -j4 --btf_encode_detached="$tmp/n.btf" "$tmp/bare"
is "$status $(grep -c -e -j4 "$tmp/calls")" "0 1" "a new one is"

# 1.24 does not see what is at address 0; nor does this one, which a real one stands in for
cat >"$tmp/blind" <<END
#!/bin/sh
for arg; do
	case \$arg in
	--version) echo v1.24; exit ;;
	--btf_encode_detached=*) out=\${arg#*=} ;;
	esac
done
"$BTFMATRIX_PAHOLE" "\$@" && "$BTFMATRIX_BUILD/tests/golden/btf_corrupt" "$tmp/n" "\$out" \
	missing pcpu_first
END
chmod +x "$tmp/blind"
front "$tmp/blind" -J --btf_encode_detached="$tmp/blind.btf" "$tmp/bare"
is "$status $(cat "$tmp/err")" "0 " "a per-CPU variable is missing: status"
has "$tmp/reports/bare.btf-repairs.json" '"encoded": 2' "a per-CPU variable is missing: the report"
link "$tmp/blind.btf" "$tmp/completed"
# btf_corrupt leaves its VAR behind, which 1.24 does not
"$BTFMATRIX" verify --known "$tmp/nothing-known.ini" --arch x86_64 --mode n --checks 'percpu.*' \
	--vmlinux "$tmp/completed" >"$tmp/verified" 2>&1
is $? 0 "a per-CPU variable is missing: it is added, and right"
front_options=--stock
front "$tmp/blind" -J --btf_encode_detached="$tmp/blind.btf" "$tmp/bare"
front_options=
link "$tmp/blind.btf" "$tmp/incomplete"
"$BTFMATRIX" verify --known "$tmp/nothing-known.ini" --arch x86_64 --mode n \
	--vmlinux "$tmp/incomplete" >"$tmp/verified" 2>&1
has "$tmp/verified" 'percpu.none-missing: 1 finding' "stock: it is not"
for option in --btf_features=+global_var --encode_all_btf_vars; do
	front "$tmp/old" -J $option --btf_encode_detached="$tmp/y.btf" "$tmp/bare"
	is "$status $(cat "$tmp/err")" "0 " "y, $option: status"
	has "$tmp/reports/bare.btf-repairs.json" '"pahole": "1.24+encode"' "y, $option: the report"
	link "$tmp/y.btf" "$tmp/y"
	right y "$tmp/y" "" "y, $option"

	front "$tmp/old" -J $option --btf_base "$tmp/n" --btf_encode_detached="$tmp/m.btf" \
		"$tmp/n"
	is "$status $(cat "$tmp/err")" "0 " "m, $option: status"
	is "$(cat "$tmp/calls")" "" "m, $option: pahole is not needed"
	x86_64-linux-gnu-objcopy --update-section .BTF="$tmp/m.btf" "$tmp/extra.ko"
	right m "$tmp/n" "$tmp/extra.ko" "m, $option"
done

# into the image itself, as link-vmlinux.sh has it
cp "$tmp/variables.o" "$tmp/object.o"
x86_64-linux-gnu-gcc -nostdlib -static -no-pie -Wl,-e,0 -o "$tmp/image" "$tmp/variables.o" "$tmp/weak.o"
front "$tmp/old" -J --encode_all_btf_vars "$tmp/image"
is $status 0 "in the image: status"
is "$("$BTFMATRIX" layout --vmlinux "$tmp/image" --section .data 2>/dev/null | grep -c unbounded)" 1 \
	"in the image: it has its variables"
front "$tmp/old" -J --encode_all_btf_vars "$tmp/object.o"
is $status 0 "an object file: status"
has "$tmp/err" 'object.o: an object file' "an object file: why it has no variables"

# with --encode also in front of one that could do it itself, and not otherwise
front_options=--encode
front "$BTFMATRIX_PAHOLE" -J --btf_features=default,global_var --btf_encode_detached="$tmp/y.btf" \
	"$tmp/bare"
is $status 0 "--encode: status"
link "$tmp/y.btf" "$tmp/y"
right y "$tmp/y" "" "--encode"
front_options=
front "$BTFMATRIX_PAHOLE" -J --encode_all_btf_vars --btf_encode_detached="$tmp/native.btf" \
	"$tmp/bare"
is $status 0 "a pahole with global_var is told so by the other option: status"
grep -q '"encoded"' "$tmp/reports/bare.btf-repairs.json"
is $? 1 "... and does it itself"
link "$tmp/native.btf" "$tmp/native"
is "$("$BTFMATRIX" layout --vmlinux "$tmp/native" --section .data 2>/dev/null | grep -c packed)" 1 \
	"... all of it"
is "$(find "$tmp" -name '*btfmatrix-*' -o -name '*.tmp-*')" "" "nothing is left over"

# what cannot be encoded fails the build
rm -f "$tmp/y.btf"
x86_64-linux-gnu-strip -g -o "$tmp/stripped" "$tmp/n"
front "$tmp/old" -J --encode_all_btf_vars --btf_base "$tmp/n" \
	--btf_encode_detached="$tmp/y.btf" "$tmp/stripped"
is $status 2 "no DWARF: status"
has "$tmp/err" 'stripped' "no DWARF: the file is named"
is "$(ls "$tmp" | grep -c '^y.btf')" 0 "no DWARF: no file"
finish
