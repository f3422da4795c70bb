#!/bin/sh
# Known bugs of what makes BTF, found again: each is made anew on a small image, by the tool that has it where
# that can be had, else by hand from a right image, and verify must name it. See README.md here.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
: "${BTFMATRIX_PAHOLE:?a pahole of version 1.28 or later}"
edit=$BTFMATRIX_BUILD/tests/history/edit_btf
golden=tests/golden/src src=tests/history/src
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
: >"$tmp/empty"
: >"$tmp/known.ini"

pahole_name="pahole $("$BTFMATRIX_PAHOLE" --version | tr -d v)"
features=encode_force,var,float,enum64,decl_tag,type_tag,optimized_func,consistent_func
by_hand="by hand"

# use ARCH: what the functions below work for
use() {
	arch=$1
	dir=$tmp/$1
	mkdir -p "$dir"
	case $1 in
	x86_64) cc=x86_64-linux-gnu-gcc base=0 target=x86_64-linux-gnu ;;
	arm64) cc=aarch64-linux-gnu-gcc base=0x200000 target=aarch64-linux-gnu ;;
	s390x) cc=s390x-linux-gnu-gcc base=0x200000 target=s390x-linux-gnu ;;
	esac
	sed "s/PERCPU_BASE/$base/" $golden/image.lds >"$dir/image.lds"
}

# compile SOURCE OBJECT FLAGS...
compile() {
	compile_from=$1 compile_to=$2
	shift 2
	"$cc" -std=gnu17 -g -O1 -ffreestanding -fno-pie -fno-stack-protector -fno-common \
		-fno-asynchronous-unwind-tables -Wall -c -o "$compile_to" "$compile_from" "$@"
}

# link BLOB OUT OBJECTS...: the image with this .BTF
link() {
	link_blob=$1 link_to=$2
	shift 2
	"$cc" -c -DBTF_FILE="\"$link_blob\"" -o "$dir/assembly.o" $golden/assembly.S &&
		"$cc" -nostdlib -static -no-pie -Wl,--build-id=none,-e,0,-z,noexecstack \
			-Wl,--no-warn-rwx-segments -Wl,-T,"$dir/image.lds" -o "$link_to" "$@" \
			"$dir/assembly.o"
}

# encode PAHOLE IMAGE BLOB ARGS...
encode() {
	encode_by=$1 encode_from=$2 encode_to=$3
	shift 3
	rm -f "$encode_to"
	"$encode_by" -J --btf_encode_detached="$encode_to" "$@" "$encode_from" >"$dir/pahole.log" 2>&1 &&
		[ -s "$encode_to" ]
}

# stock BARE BLOB ARGS...: the pahole we have, as it is
stock() {
	stock_from=$1 stock_to=$2
	shift 2
	encode "$BTFMATRIX_PAHOLE" "$stock_from" "$stock_to" --btf_features=$features "$@"
}

# repaired BARE BLOB ARGS...: as kbuild has it run
repaired() {
	repaired_from=$1 repaired_to=$2
	shift 2
	rm -f "$repaired_to"
	"$BTFMATRIX" pahole --real="$BTFMATRIX_PAHOLE" -- -J --btf_features=$features \
		--btf_encode_detached="$repaired_to" "$@" "$repaired_from" >"$dir/pahole.log" 2>&1
}

# module BLOB OUT
module() {
	"$cc" -c -DBTF_FILE="\"$1\"" -o "$2" $golden/module.S
}

# verify MODE IMAGE [MODULE]: leaves $dir/out and $status
verify() {
	"$BTFMATRIX" verify --known "$tmp/known.ini" --limit 0 --arch "$arch" --mode "$1" \
		--vmlinux "$2" ${3:+--extra-module "$3"} >"$dir/out" 2>"$dir/err"
	status=$?
}

# names CHECK VARIABLE: the last verification has this finding
names() {
	awk -v check="$1" -v variable="$2" '
		/^[a-z]+\.[a-z-]+: [0-9]+ finding/ { on = ($1 == check ":") }
		on && /^  / && index($0, ": " variable ": ") { found = 1 }
		END { exit !found }' "$dir/out"
}

show_output() {
	grep -v -e ^pass -e ^skipped "$dir/out" "$dir/err" | cut -d : -f 2- | head -n 20 | sed 's/^/# /'
}

# named BUG MADE-BY CHECK VARIABLE [CHECK VARIABLE]...: the last verification has these findings
named() {
	named_bug="$1; $2"
	named_status=0
	shift 2
	named_checks=$1
	while [ $# -gt 0 ]; do
		names "$1" "$2" || named_status=1
		[ $named_status -eq 0 ] || named_checks=$1
		shift 2
	done
	[ "$status" -eq 1 ] || named_status=1
	ok $named_status "$arch: $named_bug: $named_checks"
	[ $named_status -eq 0 ] || show_output
}

# right WHAT MADE-BY
right() {
	ok "$status" "$arch: $1; $2: nothing found"
	[ "$status" -eq 0 ] || show_output
}

skip() {
	tests_run=$((tests_run + 1))
	echo "ok $tests_run - $arch: $1 # SKIP $2"
}

# made WHAT COMMAND...: a step without which nothing can be said
made() {
	made_what=$1
	shift
	"$@" >"$dir/log" 2>&1 && return
	ok 1 "$arch: $made_what is made"
	cat "$dir/log" "$dir/pahole.log" 2>/dev/null | head -n 20 | sed 's/^/# /'
	return 1
}

# by_edit MODE BUG CHECK VARIABLE EDIT...: the right image of that mode, edited
by_edit() {
	edit_mode=$1 edit_bug=$2 edit_check=$3 edit_var=$4
	shift 4
	made "an edited image" "$edit" "$dir/$edit_mode" "$dir/edited.btf" "$@" &&
		made "an edited image" link "$dir/edited.btf" "$dir/edited" "$dir/image.o" "$dir/other.o" ||
		return
	verify "$edit_mode" "$dir/edited"
	named "$edit_bug" "$by_hand" "$edit_check" "$edit_var"
}

# The golden tests' image in modes n, y and m, right: what the edits begin with.
right_images() {
	compile $golden/image.c "$dir/image.o" && compile $golden/other.c "$dir/other.o" &&
		link "$tmp/empty" "$dir/bare" "$dir/image.o" "$dir/other.o" &&
		repaired "$dir/bare" "$dir/n.btf" &&
		link "$dir/n.btf" "$dir/n" "$dir/image.o" "$dir/other.o" &&
		repaired "$dir/bare" "$dir/y.btf" --btf_features=+global_var &&
		link "$dir/y.btf" "$dir/y" "$dir/image.o" "$dir/other.o" &&
		repaired "$dir/bare" "$dir/m.btf" --btf_features=+global_var --btf_base="$dir/n" &&
		module "$dir/m.btf" "$dir/extra.ko"
}

# small NAME FLAGS...: one source file as an image without BTF
small() {
	small_name=$1
	shift
	compile "$src/$small_name.c" "$dir/$small_name.o" "$@" &&
		link_small "$tmp/empty" "$dir/$small_name.bare"
}

# link_small BLOB OUT
link_small() {
	link "$1" "$2" "$dir/$small_name.o"
}

percpu_bugs() {
	by_edit n "no VARs where the per-CPU section is not at address 0 (pahole before 1.24)" \
		percpu.none-missing pcpu_first drop-section:.data..percpu
	named "and so no per-CPU DATASEC" "$by_hand" mode.datasecs .data..percpu
	[ "$base" = 0 ] || by_edit n "the section's address not subtracted (pahole before 1.20)" \
		percpu.offset-matches-symbol pcpu_bits "shift:.data..percpu:$base"
	by_edit n "endianness of cross BTF: the host's (before 1.19)" format.btf-parses .BTF swap-bytes
}

static_percpu_bugs() {
	by_edit n "variable without bytes takes its neighbour's place (1.18 to 1.21)" \
		percpu.none-missing pcpu_callback rename:pcpu_callback:pcpu_nothing size:pcpu_nothing:0
	named "and has size 0 there" "$by_hand" percpu.size-matches-type pcpu_nothing
	by_edit n "two per-CPU variables at one offset (clang 20 with GlobalMerge)" \
		percpu.offset-matches-symbol pcpu_static at:pcpu_static:pcpu_bits
	named "and the second is named as such" "$by_hand" percpu.unique pcpu_static \
		percpu.no-overlap pcpu_static
	by_edit y "variable of another section at the same address put among the per-CPU ones (before 1.30)" \
		percpu.symbol-exists zeroed section:zeroed:.data..percpu
	by_edit y "test of the section the wrong way round: listed in another" \
		global.symbol-exists pcpu_bits section:pcpu_bits:.data
	by_edit y "type and linkage of the declaration, not the definition" \
		global.linkage static_bits linkage:static_bits:1
	by_edit y "the same of a global variable" global.linkage global_number linkage:global_number:0
	by_edit y "one of two static variables of a name is lost" global.none-missing twin drop:twin
	by_edit y "a name that is no identifier" format.btf-is-well-formed \
		global-number rename:global_number:global-number
	by_edit y "VARs that no DATASEC lists" format.var-in-datasec matrix unlist:.data
	by_edit n "units in a language that was to be left out, encoded once more (before 1.28)" \
		format.no-duplicates "struct bits" copy-types
	by_edit n "all behind a fixed number of per-CPU variables lost (before 1.27)" \
		percpu.none-missing pcpu_callback drop-from:.data..percpu:1
}

test_edits() {
	use "$1"
	made "the image" right_images || return
	verify y "$dir/y"
	names global.none-missing unbounded
	ok $? "$arch: array declared without bounds is left out; $pahole_name: global.none-missing"
	[ "$(grep -c '^[a-z]*\.[a-z-]*: [0-9]* finding' "$dir/out")" -eq 1 ]
	ok $? "$arch: flexible arrays, whose symbols are larger than their types; $pahole_name: nothing else found"
	percpu_bugs
	[ "$1" != x86_64 ] || static_percpu_bugs
}

# The per-CPU variables of s390 are weak in modules: they must not be missed, and must not be static.
test_weak() {
	use s390x
	made "the image" small weak && made "its BTF" stock "$dir/weak.bare" "$dir/weak.btf" &&
		made "the image" link_small "$dir/weak.btf" "$dir/weak" || return
	verify n "$dir/weak"
	right "weak per-CPU variables" "$pahole_name"
	made "an edited image" "$edit" "$dir/weak" "$dir/edited.btf" drop:pcpu_weak &&
		made "an edited image" link_small "$dir/edited.btf" "$dir/edited" || return
	verify n "$dir/edited"
	named "weak per-CPU variable lost" "$by_hand" percpu.none-missing pcpu_weak

	first=$(nm -n "$dir/weak" | awk '$3 ~ /^pcpu_/ { print $3; exit }')
	made "an edited image" "$edit" "$dir/weak" "$dir/edited.btf" "drop:$first" &&
		made "an edited image" link_small "$dir/edited.btf" "$dir/edited" || return
	verify n "$dir/edited"
	named "variable at offset 0 skipped (pahole before 1.20)" "$by_hand" percpu.none-missing "$first"
}

# What stock pahole does today.
test_stock() {
	use x86_64
	made "the stock image" stock "$dir/bare" "$dir/stock.btf" --btf_features=+global_var &&
		made "the stock image" link "$dir/stock.btf" "$dir/stock" "$dir/image.o" "$dir/other.o" ||
		return
	verify y "$dir/stock"
	named "a weak and a strong definition are two VARs at one place" "$pahole_name" \
		global.unique overridden global.no-overlap overridden format.btf-is-well-formed .data

	use arm64
	made "an image" stock "$dir/bare" "$dir/novars.btf" --skip_encoding_btf_vars &&
		made "an image" link "$dir/novars.btf" "$dir/novars" "$dir/image.o" "$dir/other.o" || return
	verify n "$dir/novars"
	named "no per-CPU DATASEC (dwarves issue 44)" "$pahole_name --skip_encoding_btf_vars" \
		mode.datasecs .data..percpu percpu.none-missing pcpu_first
}

test_many_globals() {
	use x86_64
	{
		echo '__attribute__((section(".data..percpu"), used)) int pcpu_number = 1;'
		echo '__attribute__((used)) int global_number = 1;'
		i=0
		while [ $i -lt 70000 ]; do
			i=$((i + 1))
			echo "__attribute__((used)) int many_$i = $i;"
		done
	} >"$dir/many.c"
	small_name=many
	made "70,000 variables" compile "$dir/many.c" "$dir/many.o" -O0 &&
		made "70,000 variables" link_small "$tmp/empty" "$dir/many.bare" &&
		made "70,000 variables" stock "$dir/many.bare" "$dir/many.btf" --btf_features=+global_var &&
		made "70,000 variables" link_small "$dir/many.btf" "$dir/many" || return
	verify y "$dir/many"
	named "70,000 variables counted in 16 bits" "$pahole_name" \
		format.var-in-datasec many_70000 global.none-missing many_70000
}

# Offsets are compared by subtracting them, in an int.
test_far() {
	use x86_64
	made "far variables" small far -mcmodel=large &&
		made "far variables" stock "$dir/far.bare" "$dir/far.btf" --btf_features=+global_var &&
		made "far variables" link_small "$dir/far.btf" "$dir/far" || return
	verify y "$dir/far"
	named "variables 2 GiB apart are sorted the wrong way" "$pahole_name" global.sorted before
}

# The limit of pahole 1.24, where Debian has that.
test_old_pahole() {
	use x86_64
	bug="more than 4096 per-CPU variables"
	old=$(command -v pahole || true)
	if [ -z "$old" ] || ! "$old" --version | grep -q '^v1\.24$'; then
		skip "$bug" "no pahole 1.24 here"
		return
	fi
	i=0
	while [ $i -lt 4100 ]; do
		i=$((i + 1))
		echo "__attribute__((section(\".data..percpu\"), used)) int pcpu_$i = $i;"
	done >"$dir/percpu.c"
	echo '__attribute__((used)) int global_number = 1;' >>"$dir/percpu.c"
	small_name=percpu
	made "4,100 variables" compile "$dir/percpu.c" "$dir/percpu.o" &&
		made "4,100 variables" link_small "$tmp/empty" "$dir/percpu.bare" || return
	encode "$old" "$dir/percpu.bare" "$dir/percpu.btf"
	[ -f "$dir/percpu.btf" ] || : >"$dir/percpu.btf"
	link_small "$dir/percpu.btf" "$dir/percpu"
	verify n "$dir/percpu"
	named "$bug: no BTF, and no error" "pahole 1.24" format.btf-parses .BTF
}

test_global_merge() {
	use arm64
	bug="GlobalMerge: all of the merged variables at one offset"
	if ! command -v clang >/dev/null; then
		skip "$bug" "no clang"
		return
	fi
	clang_name="clang $(clang --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')"
	small_name=merged
	made "merged variables" clang --target="$target" -std=gnu17 -g -O3 -ffreestanding -fno-pie -c \
		-o "$dir/merged.o" $src/merged.c &&
		made "merged variables" link_small "$tmp/empty" "$dir/merged.bare" &&
		made "merged variables" stock "$dir/merged.bare" "$dir/merged.btf" \
			--btf_features=+global_var &&
		made "merged variables" link_small "$dir/merged.btf" "$dir/merged" || return
	verify y "$dir/merged"
	named "$bug" "$clang_name and $pahole_name" global.offset-matches-symbol merged_second
	# What our pahole leaves of them is BTF the kernel takes; what is then missing has its cause proved.
	made "merged variables" repaired "$dir/merged.bare" "$dir/mended.btf" \
		--btf_features=+global_var &&
		made "merged variables" link_small "$dir/mended.btf" "$dir/mended" || return
	small_name=mended
	verify y "$dir/mended"
	named "GlobalMerge: the others are missing once repaired" "$clang_name and $pahole_name" \
		global.none-missing merged_second
	has "$dir/out" "merged with another by the compiler" \
		"GlobalMerge: the cause is proved"
}

# objcopy gave its symbol a prefix, and it is the first of its section.
test_first_renamed() {
	use x86_64
	echo '__attribute__((section(".init.bss"), used)) long first_one = 1;' >"$dir/start.c"
	small_name=start
	echo '__attribute__((section(".data..percpu"), used)) int pcpu_number = 1; int global_number = 1;' >>"$dir/start.c"
	made "prefixed symbols" compile "$dir/start.c" "$dir/start.o" &&
		made "prefixed symbols" objcopy --redefine-sym first_one=__stub_first_one \
			"$dir/start.o" &&
		made "prefixed symbols" link_small "$tmp/empty" "$dir/start.bare" &&
		made "prefixed symbols" repaired "$dir/start.bare" "$dir/start.btf" \
			--btf_features=+global_var &&
		made "prefixed symbols" link_small "$dir/start.btf" "$dir/start" || return
	verify y "$dir/start"
	named "the first of a section is left out if its symbol was renamed" "$pahole_name" \
		global.none-missing __stub_first_one
	has "$dir/out" "where pahole wants the symbol's very name" "and the cause is proved"
}

# What clang stores as something else, splits or leaves without a symbol, and pahole takes as the source has it.
test_clang_storage() {
	use x86_64
	bug="clang stores globals as something else than their types"
	if ! command -v clang >/dev/null; then
		skip "$bug" "no clang"
		return
	fi
	clang_name="clang $(clang --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')"
	small_name=stored
	made "stored otherwise" clang --target="$target" -std=gnu17 -g -O2 -ffreestanding -fno-pie -c \
		-o "$dir/stored.o" $src/stored.c &&
		made "stored otherwise" link_small "$tmp/empty" "$dir/stored.bare" &&
		made "stored otherwise" stock "$dir/stored.bare" "$dir/stored.btf" \
			--btf_features=+global_var &&
		made "stored otherwise" link_small "$dir/stored.btf" "$dir/stored" || return
	verify y "$dir/stored"
	named "$bug" "$clang_name and $pahole_name" global.symbol-size level \
		global.type-matches-dwarf level global.symbol-exists trigger \
		global.symbol-exists message
	for cause in shrunk/global.symbol-size re-coded/global.type-matches-dwarf \
		split/global.symbol-exists nameless/global.symbol-exists; do
		printf '[%s]\nchecks = %s\ncause = %s\npahole = 1.30..\nevidence = e\ndoc = d\n' \
			"${cause%/*}" "${cause#*/}" "${cause%/*}"
	done >"$tmp/stored.ini"
	"$BTFMATRIX" verify --known "$tmp/stored.ini" --pahole-version 1.30 --arch "$arch" --mode y \
		--vmlinux "$dir/stored" >"$dir/out" 2>"$dir/err"
	status=$?
	for name in level trigger message; do
		grep -q ": $name: .*\[known: " "$dir/out"
		ok $? "$arch: $bug: the cause is proved of $name"
	done
}

# The base has another struct of the name, so nothing of it can be shared.
test_dedup() {
	use x86_64
	sed 's/middle : 9, high : 20/middle : 10, high : 19/' $golden/image.c >"$dir/changed.c"
	made "another base" compile "$dir/changed.c" "$dir/changed.o" &&
		made "another base" link "$tmp/empty" "$dir/changed.bare" "$dir/changed.o" "$dir/other.o" &&
		made "another base" stock "$dir/changed.bare" "$dir/changed.btf" &&
		made "another base" link "$dir/changed.btf" "$dir/changed" "$dir/changed.o" "$dir/other.o" &&
		made "split BTF" repaired "$dir/bare" "$dir/copied.btf" --btf_features=+global_var \
			--btf_base="$dir/changed" &&
		made "split BTF" module "$dir/copied.btf" "$dir/copied.ko" || return
	verify m "$dir/changed" "$dir/copied.ko"
	named "a base with another struct: types are copied, and differ" "$pahole_name" \
		mode.extra-percpu pcpu_bits global.type-matches-dwarf static_bits

	made "an edited module" "$edit" --base "$dir/n" "$dir/extra.ko" "$dir/copied.btf" \
		copy-base && made "an edited module" module "$dir/copied.btf" "$dir/copied.ko" || return
	verify m "$dir/n" "$dir/copied.ko"
	named "deduplication that fails and copies the base" "$by_hand" \
		mode.extra-redundancy "struct bits" mode.extra-kinds "struct bits"

	# a vmlinux built again after its module
	sed 's/^struct nothing {/struct added { long a, b; } *added_first;\n&/' $golden/image.c >"$dir/newer.c"
	made "a newer vmlinux" compile "$dir/newer.c" "$dir/newer.o" &&
		made "a newer vmlinux" link "$tmp/empty" "$dir/newer.bare" "$dir/newer.o" "$dir/other.o" &&
		made "a newer vmlinux" repaired "$dir/newer.bare" "$dir/newer.btf" &&
		made "a newer vmlinux" link "$dir/newer.btf" "$dir/newer" "$dir/newer.o" "$dir/other.o" ||
		return
	verify m "$dir/newer" "$dir/extra.ko"
	named "a module left from an older vmlinux" "$pahole_name, two builds" \
		global.none-missing added_first
}

test_edits x86_64
test_edits s390x
test_edits arm64
test_weak
test_stock
test_many_globals
test_far
test_old_pahole
test_global_merge
test_clang_storage
test_first_renamed
test_dedup
finish
