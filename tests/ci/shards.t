#!/bin/sh
# The smoke matrix by two machines, which here are two folders: merged they are the run of one. The end-to-end
# tests have left what is built.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

# run NAME ARGS...: leaves $status
run() {
	name=$1
	shift
	"$BTFMATRIX" run -q --matrix smoke --results "$tmp/$name" "$@" >"$tmp/$name.out" 2>&1
	status=$?
	sed 's/^/# /' "$tmp/$name.out"
}

# facts DIR: what two runs of the same cells have alike, in the order of the run
facts() {
	"$BTFMATRIX" report --results "$1" --format json | python3 -c '
import json, sys
report = json.load(sys.stdin)
for cell in report["cells"]:
    findings = sorted((f["check"], f["image"], f["variable"], f["expected"], f["actual"]) for f in cell["findings"])
    print(cell["name"], cell["verdict"], cell["build_key"], cell["verdict_key"], cell["nr_percpu"], cell["nr_global"],
          cell["btf_bytes"], cell["layout"], cell["config"], findings, [(c["id"], c["state"], c["items"]) for c in cell["checks"]],
          [log["kind"] for log in cell["logs"]])'
}

run whole
is $status 0 "the whole matrix"
run first --shard 1/2
is $status 0 "the first half of it"
run second --shard 2/2
is $status 0 "the second half of it"
is "$(grep -c '^x86_64/gcc/6.12/[nmy] ' "$tmp/first.out") $(grep -c '^s390x/gcc/6.12/[nmy] ' "$tmp/second.out")" "3 3" \
	"each family is in one half"
"$BTFMATRIX" merge "$tmp/second" "$tmp/first" -o "$tmp/merged" >"$tmp/out" 2>&1
is $? 0 "they are merged"
has "$tmp/out" '^6 cells: ' "all cells are in it"
facts "$tmp/whole" >"$tmp/wanted"
facts "$tmp/merged" >"$tmp/got"
is "$(wc -l <"$tmp/got")" 6 "the merged run has six cells"
ok_if "it says of each what the whole run says, in the same order" cmp -s "$tmp/wanted" "$tmp/got"
"$BTFMATRIX" diff "$tmp/whole/latest" "$tmp/merged/latest" >"$tmp/out" 2>&1
is $? 0 "diff finds no difference between them"
"$BTFMATRIX" plan --matrix smoke --costs "$tmp/merged" --format json >"$tmp/plan.json"
is "$(grep -c '"cost": [0-9]\{4,\}' "$tmp/plan.json")" 2 "its costs, in milliseconds, balance the next plan"
finish
