#!/bin/sh
# Reports of a made-up record, read by those they are for: a JSON Schema validator, a reader of JUnit, the
# kernel's parser of KTAP, and GitHub's rules.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# Debian's modules belong to Debian's python3.
python=/usr/bin/python3

# 72 cells: every kind of cell that make_record knows
"$BTFMATRIX_BUILD/tests/report/make_record" "$tmp/record" 72 6 || exit 2

# report FORMAT ARGS...: leaves $tmp/FORMAT and $status
report() {
	format=$1
	shift
	"$BTFMATRIX" report --results "$tmp/record" --format "$format" -o "$tmp/$format" "$@" \
		2>"$tmp/$format.err"
	status=$?
}

for format in text json junit ktap markdown arches cells; do
	report $format
	is $status 2 "$format: status 2 for a run with a cell that could not be done"
done
report text latest~1
is $status 1 "the run before has findings alone: status 1"

"$python" tests/report/readers.py json docs/schema/report.schema.json "$tmp/json" >"$tmp/out" 2>&1
ok $? "JSON: the published schema accepts it"
sed 's/^/# /' "$tmp/out"
"$python" tests/report/readers.py json docs/schema/report.schema.json "$tmp/json" --spoil >"$tmp/out" 2>&1
is $? 1 "JSON: the schema refuses a member that it does not list"

"$python" tests/report/readers.py junit "$tmp/junit" "$tmp/json" >"$tmp/out" 2>&1
ok $? "JUnit: junitparser finds the cells, counts and names of the JSON"
sed 's/^/# /' "$tmp/out"

kernel=$("$BTFMATRIX" fetch 6.12 2>"$tmp/fetch.err") || sed 's/^/# /' "$tmp/fetch.err"
"$python" tests/report/readers.py ktap "$kernel/tools/testing/kunit" "$tmp/ktap" "$tmp/json" \
	>"$tmp/out" 2>&1
ok $? "KTAP: the kernel's kunit_parser finds the cells and verdicts of the JSON, and no fault"
sed 's/^/# /' "$tmp/out"

# Control characters, but for the line breaks that are ours
for format in text junit ktap markdown arches cells; do
	LC_ALL=C tr -d '\n\t' <"$tmp/$format" | LC_ALL=C grep -q '[[:cntrl:]]'
	is $? 1 "$format: no control character comes through"
done
has "$tmp/text" 'esc\\x1b\[31mred\\x07' "text: a control character is shown by its number"
sed 's/``* [^`]* ``*//g; s/`[^`]*`//g' "$tmp/markdown" | grep -q '<[a-z/]'
is $? 1 "Markdown: no tag outside of code"

GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$tmp/summary report text
has "$tmp/text.err" '^::error title=btfmatrix .*::[0-9]* finding' "GitHub: an annotation for a cell that fails"
has "$tmp/text.err" '^::warning title=btfmatrix .*::flaky' "GitHub: an annotation for a cell that is flaky"
is "$(grep -vc '^::error title=btfmatrix \|^::warning title=btfmatrix ' "$tmp/text.err")" 0 \
	"GitHub: nothing from the record begins a command of its own"
head -n "$(wc -l <"$tmp/markdown")" "$tmp/summary" | cmp -s - "$tmp/markdown"
ok $? "GitHub: the step's summary is the Markdown"
GITHUB_STEP_SUMMARY=$tmp/record report text
is $status 2 "GitHub: a summary that cannot be written is said to be"
has "$tmp/text.err" 'GITHUB_STEP_SUMMARY' "and its message names the variable"

"$BTFMATRIX" report --results "$tmp/record" -o "$tmp/none/out" 2>"$tmp/err"
is $? 2 "a report that cannot be written ends with status 2"
# to where a user says; what is there is not replaced, unless it is a file
to() {
	"$BTFMATRIX" report --results "$tmp/record" --format json -o "$1"
}
to - >"$tmp/out"
ok_if "a report to standard output, as -" cmp -s "$tmp/out" "$tmp/json"
to /dev/stdout | cat >"$tmp/out"
ok_if "and as /dev/stdout" cmp -s "$tmp/out" "$tmp/json"
mkfifo "$tmp/pipe"
cat "$tmp/pipe" >"$tmp/out" &
to "$tmp/pipe"
[ -p "$tmp/pipe" ] && wait $! && cmp -s "$tmp/out" "$tmp/json"
ok $? "into a pipe, which stays one"
ln -s linked "$tmp/link"
echo old >"$tmp/linked"
to "$tmp/link"
[ -L "$tmp/link" ] && cmp -s "$tmp/linked" "$tmp/json"
ok $? "to where a link leads, which stays one"
"$BTFMATRIX" report --results "$tmp/record" >/dev/full 2>"$tmp/err"
is "$? $(grep -c "cannot write to standard output" "$tmp/err")" "2 1" "a report that finds no room says so"
"$BTFMATRIX" report --results "$tmp/none" 2>"$tmp/err"
is $? 2 "no record: status 2"
has "$tmp/err" "$tmp/none/btfmatrix.db" "no record: its message names the file"
"$BTFMATRIX" report --results "$tmp/record" 1999 2>"$tmp/err"
is $? 2 "no such run: status 2"
has "$tmp/err" "no run '1999'; the newest are" "no such run: its message names those there are"
"$BTFMATRIX" report --format pdf 2>"$tmp/err"
is $? 2 "no such format: status 2"

# A record on a medium that cannot be written: no other file may be needed beside it.
if command -v unshare >/dev/null && unshare -m true 2>/dev/null; then
	unshare -m sh -c 'mount --bind "$1/record" "$1/record" && mount -o remount,ro,bind "$1/record" &&
		! touch "$1/record/x" 2>/dev/null &&
		"$BTFMATRIX" report --results "$1/record" >"$1/ro"' sh "$tmp" 2>"$tmp/err"
	is $? 2 "a record on a read-only medium is read"
	has "$tmp/ro" '^72 cells' "and whole"
	sed 's/^/# /' "$tmp/err"
else
	ok 0 "a record on a read-only medium is read # SKIP no mounts here"
	ok 0 "and whole # SKIP no mounts here"
fi
finish
