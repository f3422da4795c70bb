#!/bin/sh
# Nights on a tree that builds in no time: a good one, one in which something breaks and nightly is killed in the
# middle, one in which it is mended, and one without time.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/bisect/fake-kernel.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export PYTHONDONTWRITEBYTECODE=1 GIT_CONFIG_GLOBAL=/dev/null

fake_kernels || { echo "Bail out! no kernel in the cache: make run"; exit 2; }
fake_cache
fake_series
tree=$tmp/tree
fake_tree "$tree"

# write_config BUDGET_S
write_config() {
	cat >"$tmp/watch.ini" <<EOF
[tree]
url = $tree
branch = main

[run]
arch = x86_64
toolchain = gcc
mode = n
series = $tmp/series

[bisect]
budget_s = $1

[keep]
folder = $tmp/night

[mail]
from = btfmatrix <nightly@example.org>
to = list@example.org
EOF
}

# night NAME: leaves $status and $mail
night() {
	"$BTFMATRIX" nightly "$tmp/watch.ini" >"$tmp/$1.out" 2>"$tmp/$1.err"
	status=$?
	mail=$(cat "$tmp/$1.out")
	tail -n 3 "$tmp/$1.err" | sed 's/^/# /'
	[ -z "$mail" ] || sed 's/^/# /' "$mail"
}

write_config 3600
night first
is $status 0 "the first night: status 0"
has "$mail" '^Subject: \[btfmatrix\] watch: nothing new is broken at [0-9a-f]\{12\}$' "its mail says so"
has "$mail" '^From: btfmatrix <nightly@example.org>$' "who it is from"
has "$mail" '^  x86_64/gcc/6.12/n .*\(pass\|known\)$' "the cell's verdict is in it"
night again
is $status 0 "no new commit: status 0"
is "$mail" "" "no new commit: no mail"

fake_remark "$tree" kernel/a.c 01
fake_remark "$tree" kernel/a.c 02
fake_state "$tree" spoilt 03
fake_remark "$tree" kernel/a.c 04
fake_remark "$tree" drivers/b.c 05

# Killed in the middle of the run, and of the bisection; nothing is left but its files.
for step in run bisect; do
	"$BTFMATRIX" nightly "$tmp/watch.ini" >"$tmp/killed.out" 2>&1 &
	pid=$!
	tries=0
	while kill -0 $pid 2>/dev/null && [ $tries -lt 600 ]; do
		grep -q "\"step\": \"$step\"" "$tmp/night/state.json" && break
		tries=$((tries + 1))
		sleep 0.1
	done
	sleep 1
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	ok_if "killed at the step '$step'" grep -q "\"step\": \"$step\"" "$tmp/night/state.json"
done
night second
is $status 1 "something broke: status 1"
has "$tmp/second.err" "going on with the night" "it goes on with the night that was killed"
has "$mail" '^Subject: \[btfmatrix\] watch: [1-9][0-9]* new failures\? at' "the mail counts the new failures"
culprit=$(git -C "$tree" rev-parse c03 | cut -c1-12)
has "$mail" "^   culprit:  $culprit state: spoilt" "the culprit"
has "$mail" '^   author:   test <test@example.org>' "its author"
is "$(grep -c '^   commit:' "$mail"), $(grep "^   commit:   $culprit" "$mail" | wc -l)" "1, 1" "each commit that is to blame is named once at the beginning"
has "$mail" '^   broke:    x86_64/gcc/6.12/n: ' "and what it broke"
python3 -c 'import json, sys
report = json.load(open(sys.argv[1]))
(culprit,) = report["culprits"]
assert culprit["commit"]["id"].startswith(sys.argv[2])
assert culprit["failures"] == ["%s: %s" % (cell, b["key"]) for b in report["bisections"] for cell in b["cells"]]' \
	"$tmp/night/nights/latest/report.json" "$culprit"
ok $? "report.json too"
has "$mail" "^   range:    $(git -C "$tree" rev-parse base | cut -c1-12)\.\.$(git -C "$tree" rev-parse c05 | cut -c1-12) (5 commits)" \
	"the range"
has "$mail" 'x86_64/gcc/6.12/n: percpu.offset-matches-symbol:runqueues' "cell and finding"
has "$mail" '^   expected: .*ELF' "what is expected"
has "$mail" '^   actual:   offset 0x' "what there is"
has "$mail" '^   again:    .*btfmatrix test .*--finding' "how to see it again"
has "$mail" '^   tools:    .*gcc.*pahole' "the tools"
python3 -c 'import email, sys; m = email.message_from_file(open(sys.argv[1])); assert m["To"] and m["Date"] and m.get_payload()' "$mail"
ok $? "a mail reader takes it"

fake_remark "$tree" kernel/a.c 06
night same
is $status 0 "what was broken before is no news: status 0"

fake_state "$tree" good 07
night mended
is $status 0 "mended: status 0"
has "$mail" '^Mended$' "what is mended is told"
has "$mail" '^  x86_64/gcc/6.12/n: percpu.offset-matches-symbol:runqueues' "and which it was"

fake_state "$tree" dead 08
write_config 0
night short
is $status 1 "no time to bisect: status 1"
has "$mail" 'bisected: not to its end, for want of time' "it is said"
write_config 3600
night late
is $status 0 "the next night has time: status 0"
has "$mail" "^   culprit:  $(git -C "$tree" rev-parse c08 | cut -c1-12) state: dead" "the culprit of the night before"

# The units as systemd reads them; the program and its manual need not be installed.
if command -v systemd-analyze >"$tmp/nothing"; then
	for unit in service timer; do
		sed -e "s,/usr/local/bin/btfmatrix,$BTFMATRIX," -e /^Documentation=/d "docs/nightly/btfmatrix-nightly@.$unit" \
			>"$tmp/btfmatrix-nightly@x.$unit"
	done
	systemd-analyze verify "$tmp/btfmatrix-nightly@x.service" "$tmp/btfmatrix-nightly@x.timer" >"$tmp/units" 2>&1
	ok $? "the units are well formed"
	is "$(grep btfmatrix-nightly "$tmp/units")" "" "systemd has nothing to say of them"
fi

echo "[tree]" >"$tmp/bad.ini"
"$BTFMATRIX" nightly "$tmp/bad.ini" >"$tmp/bad.out" 2>&1
is $? 2 "a configuration without a URL: status 2"
has "$tmp/bad.out" "bad.ini:.*url" "and it is said"
finish
