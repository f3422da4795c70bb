#!/bin/sh
# Proof by mutation: the BTF of the kernels that runs before this one kept, damaged in every way there is in
# damages.c. Each must be named by the right check; the score is printed for each architecture.
#
# With BTFMATRIX_MUTATE=all (`make mutate`) every architecture that has kernels in all modes in the cache; else the
# three of the default matrix.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX_BUILD:?folder with the test programs}"
mutate=$BTFMATRIX_BUILD/tests/mutate/mutate
cells=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells
export BTFMATRIX_DIR="$PWD"
# What the end-to-end tests leave must be there; of further architectures, what there is.
demanded="x86_64 s390x"
default="arm64"
modes="n y m"

# kept ARCH MODE: the newest kept build, by GCC if there is one, and of another kernel where there is none of 6.12
kept() {
	for json in $(ls -t "$cells/$1/gcc/6.12/$2"/*/build.json 2>/dev/null) \
		$(ls -t "$cells/$1"/*/6.12/"$2"/*/build.json 2>/dev/null) \
		$(ls -t "$cells/$1"/gcc/[0-9].*/"$2"/*/build.json 2>/dev/null | grep -vF +); do
		dir=${json%/build.json}
		[ -s "$dir/vmlinux" ] && echo "$dir" && return
	done
	return 1
}

# other ARCH: a kept build of mode m of another architecture
other() {
	for folder in "$cells"/*; do
		[ "${folder##*/}" != "$1" ] && kept "${folder##*/}" m && return
	done
	return 1
}

# mutate_one ARCH MODE
mutate_one() {
	if ! dir=$(kept "$1" "$2"); then
		echo "not ok 1 - a build of mode $2 was kept in $cells"
		return 1
	fi
	if [ "$2" != m ]; then
		"$mutate" "$1" "$2" "$dir/vmlinux"
		return
	fi
	if of_other=$(other "$1"); then
		set -- "$1" "$of_other/vmlinux" "$of_other/vmlinux_btf_extra.ko"
	else
		set -- "$1"
	fi
	arch=$1
	shift
	"$mutate" "$arch" m "$dir/vmlinux" "$dir/vmlinux_btf_extra.ko" "$@"
}

# One of the jobs below: mutate_one in a process of its own.
if [ "${1-}" = --one ]; then
	mutate_one "$3" "$4" >"$2/$3.$4" 2>&1
	echo $? >"$2/$3.$4.status"
	exit 0
fi

tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# The architectures: those demanded, and of the others those that have kernels in all modes.
arches=$demanded
if [ "${BTFMATRIX_MUTATE-}" = all ]; then others=$(ls "$cells"); else others=$default; fi
for arch in $others; do
	case " $arches " in *" $arch "*) continue ;; esac
	[ -f "arches/$arch.ini" ] && kept "$arch" n >/dev/null && kept "$arch" y >/dev/null &&
		kept "$arch" m >/dev/null && arches="$arches $arch"
done

# show ARCH MODE: its results, numbered on, and its score
show() {
	while IFS= read -r line; do
		case $line in
		"ok "*) ok 0 "$1: ${line#* - }" ;;
		"not ok "*) ok 1 "$1: ${line#* - }" ;;
		1..*) ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$tmp/$1.$2"
	score=$(sed -n 's/^# .* mode .: \([0-9]* of [0-9]*\) mutants.*/\1/p' "$tmp/$1.$2")
	is "$(cat "$tmp/$1.$2.status")" 0 "$1, mode $2: ${score:-none} named by the right check"
}

for arch in $arches; do
	for mode in $modes; do
		echo "$arch $mode"
	done
done | xargs -n 2 -P "$(nproc)" sh tests/mutate/run.t --one "$tmp"

for arch in $arches; do
	for mode in $modes; do
		show "$arch" "$mode"
	done
done
for arch in $arches; do
	sed -n 's/^# \(.* mutants named.*\)/# score: \1/p' "$tmp/$arch".[nym]
done
finish
