#!/bin/sh
# Series of a user's on a tree of the user's, built and booted: a proposal of 2025 from a mailbox, and one that
# misbehaves. The tree is the one that has our series; theirs come on top. All on
# s390x, whose kernel takes least, and only what a series touches is compiled for it.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder for trees, which are large}"
tmp=$(mktemp -d "$(realpath "$BTFMATRIX_BUILD")/series-XXXXXX") || exit 2
trap 'rm -rf "$tmp"' EXIT

# A cache of our own, so that nothing of this stays; what was fetched is shared.
shared=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix
linux=$("$BTFMATRIX" fetch 6.12 2>"$tmp/err") || {
	cat "$tmp/err" >&2
	exit 2
}
mkdir -p "$tmp/cache/btfmatrix"
for dir in tools debian toolroots; do
	[ ! -d "$shared/$dir" ] || ln -s "$shared/$dir" "$tmp/cache/btfmatrix/$dir"
done
export XDG_CACHE_HOME="$tmp/cache"

# edit NAME SED-SCRIPT FILE...: files of the tree, to $tmp/NAME.patch as the script changes them
edit() {
	name=$1 script=$2
	shift 2
	for file; do
		mkdir -p "$tmp/a/$(dirname "$file")" "$tmp/b/$(dirname "$file")"
		cp "$linux/$file" "$tmp/a/$file"
		sed "$script" "$tmp/a/$file" >"$tmp/b/$file"
		(cd "$tmp" && diff -u "a/$file" "b/$file")
	done >>"$tmp/$name.patch"
}

# run SERIES ARGS...
run() {
	series=$1
	shift
	"$BTFMATRIX" run --kernel-dir "$linux" --series "+$series" --arch s390x --results "$tmp/results" "$@" \
		>"$tmp/out" 2>"$tmp/err"
	status=$?
	sed 's/^/# /' "$tmp/out"
	cells=$tmp/results/latest/cells
}

# good WHAT: the last run found nothing that is not known
good() {
	ok $status "$1"
	[ $status -eq 0 ] || tail -n 20 "$tmp/err" | sed 's/^/# /'
}

# findings CELL: its findings, one a line
findings() {
	python3 - "$cells/$1.json" <<'END'
import json, sys
for finding in json.load(open(sys.argv[1]))["verify"]["findings"]:
    print(finding["check"], finding["image"], finding["variable"], "|", finding["expected"], "|", finding["actual"])
END
}

# images CELL: each image with the number of its variables that are not per-CPU ones
images() {
	python3 - "$cells/$1.json" <<'END'
import json, sys
for image in json.load(open(sys.argv[1]))["verify"]["images"]:
    print(image["name"], image["global_variables"])
END
}

# A proposal as a list has it: a bool of another name, in two patches, with a cover letter, an older version and an answer.
edit proposal-1 's/DEBUG_INFO_BTF_VARS/DEBUG_INFO_BTF_GLOBAL_VARS/g
	/^config DEBUG_INFO_BTF_GLOBAL_VARS/,/^config / { s/tristate/bool/; /^\tselect DEBUG_INFO_BTF_MODULES/d; }
	/^export EXTRA_PAHOLE_FLAGS/d; /vmlinux_btf_extra\.o/d' lib/Kconfig.debug scripts/Makefile.btf kernel/bpf/Makefile
edit proposal-2 's/DEBUG_INFO_BTF_VARS/DEBUG_INFO_BTF_GLOBAL_VARS/g' scripts/link-vmlinux.sh
echo 'All global variables, as a bool.' >"$tmp/cover"
printf '> +\tbool "Generate BTF type information for all global variables"\n\nWhy not a module?\n' >"$tmp/answer"
# mail TIME SUBJECT FILE
mail() {
	echo "From developer@example.org Thu Mar 13 10:$1:00 2025"
	echo 'From: A Developer <developer@example.org>'
	echo "Message-ID: <$1@example.org>"
	echo "Subject: $2"
	echo
	cat "$3"
	echo
}
{
	mail 00 '[PATCH 1/1] kbuild: an older version' "$tmp/proposal-2.patch"
	mail 10 '[PATCH v2 0/2] BTF of all global variables' "$tmp/cover"
	mail 12 '[PATCH v2 2/2] kbuild: encode BTF from the final layout' "$tmp/proposal-2.patch"
	mail 11 '[PATCH v2 1/2] kbuild, bpf: DEBUG_INFO_BTF_GLOBAL_VARS' "$tmp/proposal-1.patch"
	mail 30 'Re: [PATCH v2 1/2] kbuild, bpf: DEBUG_INFO_BTF_GLOBAL_VARS' "$tmp/answer"
} | gzip >"$tmp/thread.mbox.gz"

run "$tmp/thread.mbox.gz" --feature btf-global-vars --mode n,y
good "a proposal of 2025, from a mailbox: nothing new is found"
has "$tmp/out" '^s390x/gcc/6.12/n .* pass$' "a proposal: mode n"
has "$tmp/out" '^s390x/gcc/6.12/y .* known$' "a proposal: mode y"
ok_if "a proposal: its symbol is set in mode y" \
	grep -q '^CONFIG_DEBUG_INFO_BTF_GLOBAL_VARS=y$' "$cells/s390x-gcc-6.12-y/config"
nr=$(images s390x-gcc-6.12-y | sed -n 's/^vmlinux //p')
ok_if "a proposal: mode y has thousands of variables ($nr)" test "$nr" -gt 2000
run "$tmp/thread.mbox.gz" --feature btf-global-vars --mode m
is $status 2 "a proposal: there is no mode m, and that is an error"

# A series whose makefile tests with `[[`, which bash alone has. Where /bin/sh is dash that is no error, and the module is left
# without the variables it is for.
edit bashism 's/$(if $(filter %\/vmlinux_btf_extra.ko,$@),btf_extra_ko,btf_ko)/btf_any_ko/
	/^# Same as newer-prereqs/ {
		i # which of the two
		i quiet_cmd_btf_any_ko = BTF [M] $@
		i \      cmd_btf_any_ko = if [[ $@ == *vmlinux_btf_extra.ko ]]; then $(cmd_btf_extra_ko) else $(cmd_btf_ko) fi
		i \

	}' scripts/Makefile.modfinal
is "$(grep -c '^+.*btf_any_ko' "$tmp/bashism.patch")" 3 "the series tests with [["
case $(readlink -f /bin/sh) in
*dash) ;;
*)
	echo "# /bin/sh is not dash: the series is as good as ours"
	finish
	;;
esac
run "$tmp/bashism.patch" --mode m
is $status 1 "a series with bash's [[ under dash: findings, and no pass"
has "$tmp/out" '^s390x/gcc/6.12/m .* fail$' "bash's [[: the cell fails"
findings s390x-gcc-6.12-m >"$tmp/findings"
has "$tmp/findings" '^mode.datasecs vmlinux_btf_extra (sections) | DATASECs of global variables in mode m: .* | none$' \
	"the module without variables is a finding that says what it lacks, and why it should have it"
run "$tmp/bashism.patch" --mode m
has "$tmp/out" '^s390x/gcc/6.12/m  *cached' "a second run builds nothing"

ok_if "the user's tree is as it was" test ! -e "$linux/vmlinux" -a ! -e "$linux/.config"
is "$(ls "$tmp/cache/btfmatrix/objects" | grep -cv '\.lock$')" 1 "one object tree, for whichever series"
is "$(ls "$tmp/cache/btfmatrix/own-cells" 2>/dev/null)" s390x "the cells are kept apart from those of our series"
finish
