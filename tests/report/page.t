#!/bin/sh
# The HTML report in a browser: what is seen, clicked and typed; and that it needs nothing but itself.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
here=$PWD/tests/report
# where screenshots are kept for people to look at
shots=${BTFMATRIX_SCREENSHOTS:-$tmp/shots}
mkdir -p "$shots"

# page DIR CELLS RUNS: a record and its page
page() {
	"$BTFMATRIX_BUILD/tests/report/make_record" "$tmp/$1" "$2" "$3" &&
		"$BTFMATRIX" report --results "$tmp/$1" --format html -o "$tmp/$1/report.html"
	# 2: it has a cell that could not be done
	[ $? -eq 2 ]
}
ok_if "a page of 72 cells is made" page small 72 9
ok_if "a page of 500 cells and 30 runs is made" page big 500 30
is "$(grep -c '@[A-Z]*@' harness/report/page/page.html)" 5 "the page has five places to fill"
is "$(grep -c '@POLICY@\|@TITLE@\|@STYLE@\|@SCRIPT@\|@DATA@' "$tmp/small/report.html")" 0 "and all are filled"
is "$(grep -c '<script' "$tmp/small/report.html")" 2 "no name from the record begins a script"
is "$(grep -ci 'src="\|<link\|@import\|url(' "$tmp/small/report.html")" 0 "the page names no other file"
# as it was before this test, where the tests' own packages are not there yet
if ! (cd "$here" && npm ci --ignore-scripts >"$tmp/npm" 2>&1); then
	sed 's/^/# /' "$tmp/npm"
	ok 1 "npm gets the tests' packages"
	finish
fi
for file in dist/uPlot.iife.min.js dist/uPlot.min.css LICENSE; do
	ok_if "the chart library's $(basename $file) is npm's" \
		cmp "$here/node_modules/uplot/$file" "harness/report/page/vendor/$(basename $file)"
done
is "$(grep -c '"resolved"' "$here/package-lock.json")" 0 "the lock file names no host"

chromium=$(command -v chromium || command -v chromium-browser) || chromium=
[ -n "$chromium" ]
ok $? "there is a Chromium (deps.sh --tests installs it)"
[ -n "$chromium" ] && node "$here/page.cjs" "$chromium" "$tmp" "$shots" >"$tmp/browser" 2>"$tmp/browser.err"
status=$?
# its lines are "ok NAME" and "not ok NAME"
while read -r line; do
	case $line in
	'ok '*) ok 0 "${line#ok }" ;;
	'not ok '*) ok 1 "${line#not ok }" ;;
	*) echo "# $line" ;;
	esac
done <"$tmp/browser"
sed 's/^/# /' "$tmp/browser.err"
is $status 0 "the browser's tests came to their end"
finish
