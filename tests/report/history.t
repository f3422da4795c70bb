#!/bin/sh
# What a made-up record says of its past: history, compare, --baseline.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

"$BTFMATRIX_BUILD/tests/report/make_record" "$tmp/record" 72 9 || exit 2

# query COMMAND ARGS...: leaves $tmp/out, $tmp/err and $status
query() {
	command=$1
	shift
	"$BTFMATRIX" "$command" --results "$tmp/record" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

query history
is $status 0 "history: status 0"
is "$(grep -c '^[a-z0-9_]*/gcc/6.12/[nmy] ' "$tmp/out")" 72 "history: a line for each cell"
has "$tmp/out" '^x86_64/gcc/6.12/n .* ppppppppp$' "history: a letter for each run"
has "$tmp/out" '^arm/gcc/6.12/y .* FFFFFFFFF$' "history: a cell that always fails"
has "$tmp/out" '^riscv64/gcc/6.12/m .* kkkkkkkkE$' "history: a cell that could not be done"
has "$tmp/out" '^ppc64/gcc/6.12/m .*  flaky$' "history: a flaky cell"
query history --runs 3 x86_64
is "$(grep -c ' [pk][pk][pk]$' "$tmp/out")" 3 "history: the newest runs, of the cells of one architecture"
query history x86_64/gcc/6.12/n
is "$(grep -c '^20261' "$tmp/out")" 9 "history of one cell: a line for each run"
has "$tmp/out" '^20261008-120000 .* 1404000 .* pass$' "history of one cell: size of BTF and verdict"
has "$tmp/out" ' moved ' "history of one cell: a layout that moved"
is "$(grep -c ' cached ' "$tmp/out")" 7 "history of one cell: builds that were kept"
query history --format json x86_64/gcc/6.12/n
is "$(grep -c '"run": ' "$tmp/out")" 9 "history as JSON has each run"
query history no/such/cell
is $status 2 "history: no such cell is an error"
has "$tmp/err" "no cell 'no/such/cell'" "and its message names it"

query compare
is $status 1 "compare: status 1 where something broke"
has "$tmp/out" '^  riscv64/gcc/6.12/m: known -> error' "compare: what broke"
sed -n '/^broke/,/^$/p' "$tmp/out" >"$tmp/broke"
is "$(grep -c 'ppc64le' "$tmp/broke")" 0 "compare: what was not tried did not break"
query compare latest latest~1
has "$tmp/out" '^was mended: ' "compare: the other way round it was mended"
query compare latest latest
is $status 0 "compare: a run with itself, status 0"
has "$tmp/out" '^72 cells as before' "compare: a run with itself has no difference"
query compare 20261004 20261008
has "$tmp/out" '^  x86_64/gcc/6.12/n: .* bytes; .* moved (' "compare: layouts that moved"
query compare --format json
has "$tmp/out" '"change": "broke"' "compare as JSON"
query compare latest
is $status 2 "compare: one run alone is an error"
query compare latest 1999
is $status 2 "compare: no such run is an error"

# In the run before the last no cell is an error; s390x/gcc/6.12/m has ten findings in every run.
query report latest~1
is $status 1 "report: findings, status 1"
query report --baseline latest~1 latest~1
is $status 0 "report: none is new beside the run itself, status 0"
has "$tmp/out" '^s390x/gcc/6.12/m .* fail (as before)$' "report: what fails as before says so"
has "$tmp/out" '^held against 20261007-120000' "report: the baseline is named"
query report --baseline latest~1
is $status 2 "report: what could not be done is no finding, whatever the baseline"
query report --baseline 1999
is $status 2 "report: no such baseline is an error"
"$BTFMATRIX" report --results "$tmp/record" --baseline latest~1 --format json latest~1 >"$tmp/out"
is "$(grep -c '"new": true' "$tmp/out")" 0 "JSON: no finding is new beside the run itself"
"$BTFMATRIX" report --results "$tmp/record" --format json latest~1 >"$tmp/out"
[ "$(grep -c '"new": true' "$tmp/out")" -ge 20 ]
ok $? "JSON: and without a baseline they are"
finish
