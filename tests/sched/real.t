#!/bin/sh
# The driver killed at random points of real builds: kbuild links, pahole encodes, QEMU boots. The next run heals the
# tree, compiles nothing that was compiled, and has the right verdict.
# Only with SOAK=1 (make soak): 20 kills, in the cache's own tree of x86_64 (SOAK_ARCH), which is there after make run.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
[ "${SOAK:-}" ] || { echo "1..0 # SKIP make soak does this"; exit 0; }

. tests/sched/orphans.sh

# one cell whose kernel is made although it is there
run="run --arch ${SOAK_ARCH:-x86_64} --kernel 6.12 --mode n --force --retries 2"
# in_peace NAME: leaves its status and how long it took
in_peace() {
	begun=$(date +%s)
	# shellcheck disable=SC2086 # words
	env "$mark" "$BTFMATRIX" $run --results "$tmp/results" >"$tmp/$1.out" 2>"$tmp/$1.err"
	status=$?
	length=$(($(date +%s) - begun + 1))
}
in_peace right
is $status 0 "a run in peace ends well"

killed=0 tries=0 wrong=0 lost=0 left=0 at=''
while [ $killed -lt 20 ]; do
	# shellcheck disable=SC2086 # words
	env "$mark" "$BTFMATRIX" $run --results "$tmp/results" >"$tmp/killed.out" 2>"$tmp/killed.err" &
	driver=$! tries=$((tries + 1))
	sleep "$(awk -v seed="$$$tries" -v whole="$length" 'BEGIN { srand(seed); printf "%.2f", rand() * whole }')"
	# one that had ended is none
	kill -9 $driver 2>/dev/null
	wait $driver 2>/dev/null
	[ $? -eq 137 ] || continue
	killed=$((killed + 1))
	# what it was at
	at="$at $(grep -q ': boot ok' "$tmp/killed.err" && echo check || { grep -q ': built in' "$tmp/killed.err" && echo boot; } || echo build)"
	all_gone 30 || left=$((left + 1))
	in_peace after
	[ $status -eq 0 ] || { wrong=$((wrong + 1)); tail -n 3 "$tmp/after.err" | sed 's/^/# /'; }
	# "built in 15 s (7 objects compiled)"
	compiled=$(sed -n 's/.*: built in .*(\([0-9]*\) objects compiled)/\1/p' "$tmp/after.err")
	[ "${compiled:-0}" -le 50 ] || lost=$((lost + 1))
done
echo "# killed at:$(echo "$at" | tr ' ' '\n' | sort | uniq -c | awk 'NF == 2 { printf " %s %d", $2, $1 }')"
echo "# $killed kills of real runs: $lost lost, $wrong wrong, $left orphans"
is "$wrong" 0 "driver killed $killed times: the run after it has the right verdict"
is "$lost" 0 "and compiles nothing that was compiled"
is "$left" 0 "and no process is left"
finish
