#!/bin/sh
# at-length.sh SECONDS: every fuzz target in turn for so long. Inputs that reach new code are kept in
# $BTFMATRIX_FUZZ/corpus/TARGET for the next time, and what broke a target in $BTFMATRIX_FUZZ/found/TARGET.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BTFMATRIX_FUZZ:?folder with the fuzz targets}"
seconds=${1:-600}
export BTFMATRIX_DIR="$PWD"
failed=

for source in tests/fuzz/fuzz_*.c; do
	target=${source##*/fuzz_}
	target=${target%.c}
	kept=$BTFMATRIX_FUZZ/corpus/$target found=$BTFMATRIX_FUZZ/found/$target
	mkdir -p "$kept" "$found" || exit 2
	dictionary=tests/fuzz/$target.dict
	[ -f "$dictionary" ] && dictionary=-dict=$dictionary || dictionary=
	echo "fuzzing $target for $seconds s"
	# shellcheck disable=SC2086 # words
	"$BTFMATRIX_FUZZ/tests/fuzz/fuzz_$target" $dictionary -max_total_time="$seconds" \
		-rss_limit_mb=2048 -malloc_limit_mb=512 -timeout=20 -max_len=65536 \
		-print_final_stats=1 -artifact_prefix="$found/" "$kept" "tests/fuzz/corpus/$target" \
		>"$BTFMATRIX_FUZZ/$target.log" 2>&1 || failed="$failed $target"
	sed -n 's/^stat::number_of_executed_units: */  inputs tried: /p' "$BTFMATRIX_FUZZ/$target.log"
done
[ -z "$failed" ] && echo "nothing found" && exit 0
echo "found something:$failed (inputs in $BTFMATRIX_FUZZ/found, logs in $BTFMATRIX_FUZZ)"
exit 1
