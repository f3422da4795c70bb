#!/bin/sh
# `verify` as a tool of its own, on the kernels that smoke.t left: nothing said of them, stripped, as raw BTF,
# with the module; and its machine-readable formats, read by others' parsers.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export PYTHONDONTWRITEBYTECODE=1

# kept ARCH MODE FILE: that file of the newest kept build
kept() {
	for file in $(ls -t "$cache/cells/$1/gcc/6.12/$2"/*/"$3" 2>/dev/null); do
		[ -s "$file" ] && echo "$file" && return
	done
}

# verify ARGS...: leaves $status, $tmp/out and $tmp/err
verify() {
	"$BTFMATRIX" verify "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

# Nothing said but the file: what the mode promises is not asked, the rest is.
for arch in x86_64 s390x; do
	vmlinux=$(kept $arch n vmlinux)
	verify --vmlinux "$vmlinux"
	is $status 0 "$arch, mode n, nothing said of it: no findings"
	has "$tmp/out" '^skipped  mode.datasecs  *no mode was said' "$arch: no mode is held against it"
	has "$tmp/out" '^pass     percpu.none-missing ' "$arch: per-CPU variables are held against DWARF"
	has "$tmp/out" '^skipped  global.sorted ' "$arch: it has no global variables, and that is no pass"
done

vmlinux=$(kept x86_64 m vmlinux)
module=$(kept x86_64 m vmlinux_btf_extra.ko)
cp "$module" "$tmp/box.ko"
verify --vmlinux "$vmlinux" --module "$tmp/box.ko" --checks 'global.*,-global.none-missing'
is $status 0 "a container of vmlinux's variables under another name: no findings"
has "$tmp/out" '^pass     global.offset-matches-symbol  *[0-9]\{4\}' "it is held against vmlinux"

# A stripped file, and its debug file found by its name in .gnu_debuglink.
objcopy --only-keep-debug "$vmlinux" "$tmp/vmlinux.debug" &&
	(cd "$tmp" && objcopy --strip-all --add-gnu-debuglink=vmlinux.debug "$vmlinux" stripped)
is $? 0 "a kernel is stripped"
verify --vmlinux "$tmp/stripped" --checks 'percpu.*'
is $status 0 "a stripped kernel with a debug file beside it: no findings"
has "$tmp/out" '^pass     percpu.none-missing ' "its debug file is found and read"
mv "$tmp/vmlinux.debug" "$tmp/elsewhere"
verify --vmlinux "$tmp/stripped" --debug "$tmp/elsewhere" --checks percpu.type-matches-dwarf
is $status 0 "its debug file is named: no findings"
verify --vmlinux "$tmp/stripped"
is $status 0 "a stripped kernel by itself: no findings"
has "$tmp/out" '^skipped  percpu.symbol-exists .*stripped' "what lacks symbols is skipped"
has "$tmp/out" '^skipped  percpu.none-missing ' "what lacks DWARF is skipped"
verify --vmlinux "$tmp/stripped" --debug "$(kept x86_64 y vmlinux)"
is $status 2 "the debug file of another kernel: status 2"
has "$tmp/err" 'is not the debug file of' "and it is said"

objcopy --remove-section .BTF "$vmlinux" "$tmp/bare"
verify --vmlinux "$tmp/bare"
is $status 2 "a kernel without BTF: status 2"
has "$tmp/err" 'built without CONFIG_DEBUG_INFO_BTF' "a kernel without BTF: it is said"
verify --arch x86_64 --mode m --vmlinux "$tmp/bare"
is $status 1 "a kernel without BTF that is said to be of a mode: a finding"

# Raw BTF, as /sys/kernel/btf has it.
objcopy -O binary --only-section=.BTF "$vmlinux" "$tmp/vmlinux.btf" 2>/dev/null
objcopy --dump-section .BTF="$tmp/module.btf" "$tmp/box.ko" "$tmp/nothing" 2>/dev/null
verify --btf "$tmp/vmlinux.btf"
is $status 0 "raw BTF by itself: no findings"
has "$tmp/out" '^skipped  percpu.symbol-exists .*no ELF' "what lacks ELF is skipped"
verify --btf "$tmp/module.btf" --base "$tmp/vmlinux.btf" --vmlinux "$vmlinux" \
	--checks '*,-global.none-missing'
is $status 0 "split raw BTF against vmlinux: no findings"
has "$tmp/out" '^pass     global.offset-matches-symbol  *[0-9]\{4\}' "it is held against vmlinux"
verify --btf "$tmp/module.btf"
is $status 1 "split BTF without its base: a finding"

# A module of its own: DWARF of a relocatable file. The kernels here have no module with variables, so one is
# compiled.
make_module() {
	cat >"$tmp/$1.c" <<-END
		struct pair { int first; long second[3]; };
		static struct pair mine __attribute__((section(".data..percpu"), used));
		$2 counter __attribute__((section(".data..percpu"))) = 4;
	END
	x86_64-linux-gnu-gcc -g -c -fno-pie -mcmodel=kernel "$tmp/$1.c" -o "$tmp/$1.ko" &&
		"${BTFMATRIX_PAHOLE:-pahole}" -J --btf_base "$tmp/vmlinux.btf" "$tmp/$1.ko"
}
make_module own int
is $? 0 "a module of its own is made"
verify --vmlinux "$vmlinux" --module "$tmp/own.ko"
is $status 0 "a module with per-CPU variables of its own: no findings"
ok_if "they are held against its relocated DWARF" test "$(grep -c 'own: no DWARF' "$tmp/out")" -eq 0
make_module other unsigned
objcopy --dump-section .BTF="$tmp/other.btf" "$tmp/other.ko" "$tmp/nothing" &&
	objcopy --update-section .BTF="$tmp/other.btf" "$tmp/own.ko"
verify --vmlinux "$vmlinux" --module "$tmp/own.ko"
is $status 1 "a module whose variable has another type in BTF: a finding"
has "$tmp/out" '^  own: counter: DWARF says' "a module whose variable has another type in BTF: it is named"

# What pahole loses in a module whose DWARF comes before its per-CPU section: see docs/findings.md.
{
	seq -f 'int other%g;' 5000
	echo 'int counter __attribute__((section(".data..percpu")));'
} >"$tmp/lost.c"
echo 'SECTIONS { .debug_info : { *(.debug_info) } .data..percpu : { *(.data..percpu) } }' >"$tmp/lost.lds"
x86_64-linux-gnu-gcc -g -c -fno-pie -mcmodel=kernel "$tmp/lost.c" -o "$tmp/lost.o" &&
	x86_64-linux-gnu-ld -r -T "$tmp/lost.lds" -o "$tmp/lost.ko" "$tmp/lost.o" &&
	"${BTFMATRIX_PAHOLE:-pahole}" -J --btf_base "$tmp/vmlinux.btf" "$tmp/lost.ko"
is $? 0 "a module with its DWARF before its per-CPU section is made"
verify --vmlinux "$vmlinux" --module "$tmp/lost.ko"
is $status 1 "a per-CPU variable that pahole loses: a finding"
has "$tmp/out" '^  lost: counter: .*a section that is not in memory' "it is named, with the rule by which it is lost"

# Formats
verify --vmlinux "$vmlinux" --module "$tmp/box.ko" --format junit
python3 - "$tmp/out" >"$tmp/seen" <<'END'
import sys
import xml.etree.ElementTree
for suite in xml.etree.ElementTree.parse(sys.argv[1]).getroot():
    cases = list(suite)
    assert len(cases) == int(suite.get("tests"))
    assert sum(c.find("failure") is not None for c in cases) == int(suite.get("failures"))
    assert sum(c.find("skipped") is not None for c in cases) == int(suite.get("skipped"))
    print(suite.get("name"), suite.get("failures"))
END
is $? 0 "JUnit: an XML parser reads it, and its counts are right"
is "$(tr '\n' ' ' <"$tmp/seen")" "vmlinux 0 box 1 " "JUnit: a suite for each image, the failure in the right one"

parser=$(find "$cache/source" -path '*/tools/testing/kunit/kunit_parser.py' | head -n 1)
verify --vmlinux "$vmlinux" --module "$tmp/box.ko" --format ktap
python3 - "$(dirname "$parser")" "$tmp/out" >"$tmp/seen" 2>&1 <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import kunit_parser
test = kunit_parser.parse_run_tests(open(sys.argv[2]))
print("suites", [(s.name, s.status.name) for s in test.subtests], "errors", test.counts.errors)
END
is $? 0 "KTAP: the kernel's own parser reads it"
has "$tmp/seen" "suites \[('vmlinux', 'SUCCESS'), ('box', 'FAILURE')\] errors 0" \
	"KTAP: a test for each image, and no error of form"

# The command line
verify
is $status 2 "no arguments: status 2"
has "$tmp/err" '--vmlinux.*--btf /sys/kernel/btf/vmlinux' "no arguments: it says what to give"
verify --vmlinux "$vmlinux" --checks percpu.ofset
is $status 2 "an unknown check: status 2"
verify --vmlinux "$vmlinux" --checks linkage
has "$tmp/err" 'near it: .*percpu.linkage' "an unknown check: near ones are named"
verify --checks list
is $status 0 "--checks list: status 0"
has "$tmp/out" '^percpu.linkage ' "--checks list: the catalogue"
verify --vmlinux "$vmlinux" --vmlinux "$vmlinux"
is $status 2 "a file for vmlinux twice: status 2"
if [ -r /sys/kernel/btf/vmlinux ]; then
	verify --btf /sys/kernel/btf/vmlinux
	is $status 0 "the running kernel's BTF: no findings"
fi
finish
