#!/bin/sh
# The fuzz targets, briefly: the corpus once more, which is what has been found before, then a fixed number of
# mutations of it from a fixed seed. `make fuzz` does this at length.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX_FUZZ:?folder with the fuzz targets}" "${BTFMATRIX_BUILD:?folder with the test programs}"
corpus=tests/fuzz/corpus
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export BTFMATRIX_DIR="$PWD"
# A second is many times what the slowest input of this size takes.
limits="-rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=20 -artifact_prefix=$tmp/"

# without the input, which libFuzzer prints too
show_log() {
	grep -v -e '^0x' -e '^Base64' -e '^#[0-9]' -e INFO "$tmp/log" | cut -c 1-200 | head -n 30 | sed 's/^/# /'
}

# fuzz TARGET RUNS MAX-LEN
fuzz() {
	program=$BTFMATRIX_FUZZ/tests/fuzz/fuzz_$1
	dictionary=tests/fuzz/$1.dict
	[ -f "$dictionary" ] && dictionary=-dict=$dictionary || dictionary=

	# shellcheck disable=SC2086 # words
	"$program" $limits -runs=0 "$corpus/$1" >"$tmp/log" 2>&1
	status=$?
	ok $status "$1: all of $(ls "$corpus/$1" | wc -l) inputs of the corpus"
	[ $status -eq 0 ] || show_log

	mkdir "$tmp/$1"
	# shellcheck disable=SC2086
	"$program" $limits $dictionary -seed=20260101 -runs="$2" -max_len="$3" "$tmp/$1" "$corpus/$1" \
		>"$tmp/log" 2>&1
	status=$?
	ok $status "$1: $2 mutations"
	if [ $status -eq 0 ]; then
		sed -n 's/^\(Done .*\)/# \1/p' "$tmp/log"
		return
	fi
	show_log
	for found in "$tmp"/crash-* "$tmp"/oom-* "$tmp"/timeout-* "$tmp"/leak-*; do
		[ -f "$found" ] && mkdir -p "$BTFMATRIX_FUZZ/found/$1" &&
			cp "$found" "$BTFMATRIX_FUZZ/found/$1/" &&
			echo "# kept: $BTFMATRIX_FUZZ/found/$1/${found##*/}"
	done
}

"$BTFMATRIX_BUILD/tests/fuzz/seeds" "$tmp/seeds"
ok $? "the seeds are made"
(cd "$tmp/seeds" && find . -type f) | while read -r seed; do
	cmp -s "$tmp/seeds/$seed" "$corpus/$seed" || echo "$seed"
done >"$tmp/differ"
# descriptors are copies of files that may change at any time
grep -v '^./descriptors/' "$tmp/differ" >"$tmp/stale"
is "$(cat "$tmp/stale")" "" "the corpus has them (else: tests/fuzz/make-corpus.sh)"

fuzz btf 60000 4096
fuzz elf 12000 16384
fuzz frames 40000 4096
fuzz descriptors 40000 4096
finish
