#!/bin/sh
# Shards of a made-up run, merged: the same run again, whatever the order, how often, and what is damaged.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

whole=$tmp/whole
name=20261000-120000
"$BTFMATRIX_BUILD/tests/report/make_record" "$whole" 60 1 || exit 2

# shard DIR I N SQL: a copy of the record with every Nth family
shard() {
	cp -R "$whole" "$1"
	sqlite3 "$1/btfmatrix.db" "PRAGMA foreign_keys = ON;
		DELETE FROM cell WHERE position / 3 % $3 <> $2 - 1;
		UPDATE run SET shard = '$2/$3', host = 'host$2', began_at = began_at + $2; $4"
	for dir in "$1/$name"/cells/*; do
		[ -d "$dir" ] || continue
		sqlite3 "$1/btfmatrix.db" "SELECT count(*) FROM cell WHERE replace(name, '/', '-') = '${dir##*/}'" |
			grep -q 1 || rm -r "$dir"
	done
}

# merge DIR ARGS...: into DIR; leaves $tmp/out, $tmp/err and $status
merge() {
	to=$1
	shift
	"$BTFMATRIX" merge -o "$to" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

# cells DIR: the cells of its newest run, with all that the record has of them, sorted
cells() {
	"$BTFMATRIX" report --results "$1" --format json | python3 -c '
import json, sys
report = json.load(sys.stdin)
report["cells"].sort(key=lambda cell: cell["name"])
print(json.dumps([report["cells"], report["layouts"], report["configs"]], sort_keys=True, indent=1))'
}

for i in 1 2 3; do
	shard "$tmp/s$i" $i 3 ''
done
cells "$whole" >"$tmp/wanted"

merge "$tmp/all" "$tmp/s1" "$tmp/s2" "$tmp/s3"
is $status 0 "three shards of three: status 0"
has "$tmp/out" '^60 cells: .* merged in ' "it says how many cells, and how they came out"
cells "$tmp/all" >"$tmp/got"
ok_if "the merged run is the whole one, cell for cell" cmp -s "$tmp/wanted" "$tmp/got"
is "$(cd "$tmp/all/$name" && find cells -type f | sort | xargs cat | cksum)" \
	"$(cd "$whole/$name" && find cells -type f | sort | xargs cat | cksum)" "and so are its logs"
is "$(readlink "$tmp/all/latest")" $name "latest leads to it"
"$BTFMATRIX" report --results "$tmp/all" --format json >"$tmp/out"
has "$tmp/out" '"host": "host1, host2, host3"' "where shards differ the run has all"
has "$tmp/out" '"shard": null' "a whole run is no shard"
ok_if "its JSON keeps to the schema" python3 tests/report/readers.py json docs/schema/report.schema.json "$tmp/out"

before=$(sqlite3 "$tmp/all/btfmatrix.db" .dump | cksum)
merge "$tmp/all" "$tmp/s1" "$tmp/s2" "$tmp/s3"
is "$status $(sqlite3 "$tmp/all/btfmatrix.db" .dump | cksum)" "0 $before" "merged again nothing changes"
has "$tmp/out" 'nothing new in ' "and that is said"
merge "$tmp/all" "$tmp/s2" "$tmp/s2" --into $name
is "$status $(sqlite3 "$tmp/all/btfmatrix.db" .dump | cksum)" "0 $before" "nor by one of them twice"
merge "$tmp/turned" "$tmp/s3" "$tmp/s1/$name" "$tmp/s2"
cells "$tmp/turned" >"$tmp/got"
ok_if "in another order, and by a run's own folder, it is the same" cmp -s "$tmp/wanted" "$tmp/got"

# one after the other
merge "$tmp/late" --into night "$tmp/s3"
is $status 2 "a shard alone: status 2"
has "$tmp/err" 'of 3 shards these are not there: 1, 2' "those that are missing are named"
"$BTFMATRIX" report --results "$tmp/late" --format json >"$tmp/out"
has "$tmp/out" '"shard": "3/3"' "the run says which it has"
merge "$tmp/late" --into night "$tmp/s1"
has "$tmp/err" 'of 3 shards these are not there: 2' "the next one is added"
merge "$tmp/late" --into night "$tmp/s2"
is $status 0 "the last one makes it whole"
cells "$tmp/late" | sed 's,"night/,"20261000-120000/,' >"$tmp/got"
ok_if "and then it is the whole run, under another name" cmp -s "$tmp/wanted" "$tmp/got"
is "$(grep -c '"file": "cells/' "$tmp/late/night/summary.json")" 60 "the summary has all cells"

# what one could not do and another could
shard "$tmp/tried" 2 3 "UPDATE cell SET verdict = 'error', ended_at = 1; DELETE FROM check_outcome"
merge "$tmp/again" "$tmp/tried" "$tmp/s1" "$tmp/s3"
is $status 0 "cells that could not be done are merged"
[ "$(sqlite3 "$tmp/again/btfmatrix.db" "SELECT count(*) FROM cell WHERE verdict = 'error'")" -ge 20 ]
ok $? "as such"
merge "$tmp/again" "$tmp/s2"
is $status 0 "a second try of them takes their place"
cells "$tmp/again" >"$tmp/got"
ok_if "and the run is the whole one" cmp -s "$tmp/wanted" "$tmp/got"
merge "$tmp/again" "$tmp/tried"
cells "$tmp/again" >"$tmp/got"
ok_if "which the first try does not undo" cmp -s "$tmp/wanted" "$tmp/got"

# contradictions
cell=$(sqlite3 "$tmp/s2/btfmatrix.db" "SELECT name FROM cell WHERE verdict = 'pass' LIMIT 1")
shard "$tmp/other" 2 3 "UPDATE cell SET verdict = 'fail' WHERE name = '$cell'"
merge "$tmp/refused" "$tmp/s2" "$tmp/other" "$tmp/s1"
is $status 2 "another verdict on the same files: status 2"
has "$tmp/err" "$cell: pass in $tmp/s2, fail in $tmp/other, and both judged the same files" "the message names both"
[ ! -e "$tmp/refused/btfmatrix.db" ] && [ ! -e "$tmp/refused/$name" ]
ok $? "nothing was merged"
merge "$tmp/all" "$tmp/other"
is "$status $(sqlite3 "$tmp/all/btfmatrix.db" .dump | cksum)" "2 $before" "nor where the other one is there already"
shard "$tmp/other-build" 2 3 "UPDATE cell SET verdict_key = 'another' WHERE name = '$cell'"
merge "$tmp/refused" "$tmp/s2" "$tmp/other-build"
has "$tmp/err" "$cell: pass in .*, and they judged different files" "two builds of one cell are told apart from that"
shard "$tmp/of-two" 2 2 ''
merge "$tmp/mixed" "$tmp/s1" "$tmp/of-two"
is $status 2 "a shard of another number: status 2"
has "$tmp/err" "of-two is left out: it is shard 2/2, the others are of 3" "it is named"

# damaged ones
# damaged NAME HOW...: shard 2, to which HOW was done, is named; the others are merged
damaged() {
	what=$1
	shift
	rm -rf "$tmp/bad" "$tmp/kept"
	cp -R "$tmp/s2" "$tmp/bad"
	(cd "$tmp/bad" && "$@") >"$tmp/how" 2>&1 || cat "$tmp/how"
	merge "$tmp/kept" "$tmp/s1" "$tmp/bad" "$tmp/s3"
	is $status 2 "$what: status 2"
	has "$tmp/err" "error: $tmp/bad is left out: " "$what: it is named"
	is "$(sqlite3 "$tmp/kept/btfmatrix.db" 'SELECT count(*) FROM cell')" 39 "$what: the others are there"
}
sql() {
	sqlite3 btfmatrix.db "PRAGMA ignore_check_constraints = ON; $1"
}
shorten() {
	truncate -s 200000 btfmatrix.db
}
overwrite() {
	dd if=/dev/urandom of=btfmatrix.db bs=4096 seek=3 count=12 conv=notrunc
}
is "$(sqlite3 "$tmp/s2/btfmatrix.db" 'SELECT count(*) FROM cell')" 21 "shard 2 has 21 cells"
damaged "no record" rm btfmatrix.db
damaged "an empty folder" sh -c 'rm -rf ./*'
damaged "a record that was cut" shorten
damaged "a record with pages of something else" overwrite
damaged "a record of another program" sql 'PRAGMA application_id = 1'
damaged "rows without end" sql 'ALTER TABLE log RENAME TO l; CREATE VIEW log AS WITH RECURSIVE more(x) AS
	(SELECT 1 UNION ALL SELECT x + 1 FROM more) SELECT l.* FROM l, more'
damaged "a trigger" sql 'CREATE TRIGGER t BEFORE INSERT ON cell BEGIN SELECT RAISE(IGNORE); END'
damaged "a newer record" sql 'PRAGMA user_version = 99'
damaged "no run" sql 'DELETE FROM run'
damaged "an impossible verdict" sql "UPDATE cell SET verdict = 'fine'"
damaged "an impossible check" sql "UPDATE check_outcome SET state = 'fine'"
damaged "a run with a path for a name" sql "UPDATE run SET name = '../../elsewhere'"
damaged "a cell with a path for a name" sql "UPDATE cell SET name = '../../' || name"
damaged "an impossible shard" sql "UPDATE run SET shard = '0/0'"
merge "$tmp/kept" "$tmp/missing"
is $status 2 "a folder that is not there: status 2"
has "$tmp/err" "missing is left out: it cannot be opened: No such file" "it is named"

# numbers that none of ours has
cp -R "$tmp/s2" "$tmp/beyond"
sqlite3 "$tmp/beyond/btfmatrix.db" "UPDATE run SET began_at = -9223372036854775808, ended_at = 9223372036854775807,
	wall_s = 9e999; UPDATE cell SET btf_bytes = 9223372036854775807, extra_btf_bytes = 9223372036854775807,
	nr_new = -9223372036854775808, build_wall_s = -9e999"
merge "$tmp/odd" "$tmp/s1" "$tmp/beyond" "$tmp/s3"
is "$status $(grep -c '^60 cells' "$tmp/out")" "0 1" "numbers beyond all bounds: merged"
ok_if "numbers beyond all bounds: the summary is JSON" python3 -m json.tool "$tmp/odd/$name/summary.json" "$tmp/out"
"$BTFMATRIX" history --results "$tmp/odd" >"$tmp/out"
is $? 0 "numbers beyond all bounds: history adds them up"
"$BTFMATRIX" report --results "$tmp/odd" --format json >"$tmp/out"
ok_if "numbers beyond all bounds: a report keeps to the schema" \
	python3 tests/report/readers.py json docs/schema/report.schema.json "$tmp/out"

# files that lead elsewhere
cp -R "$tmp/s1" "$tmp/links"
echo secret >"$tmp/secret"
log=$(sqlite3 "$tmp/links/btfmatrix.db" 'SELECT path FROM log LIMIT 1')
ln -sf "$tmp/secret" "$tmp/links/$log"
sqlite3 "$tmp/links/btfmatrix.db" "INSERT INTO log SELECT cell_id, 99, 'log', '../secret' FROM log LIMIT 1"
merge "$tmp/linked" "$tmp/links" --into one
has "$tmp/err" '2 files that the records name were not beside them' "logs that are links or elsewhere are not taken"
[ ! -e "$tmp/linked/one/${log#*/}" ] && ! grep -rq secret "$tmp/linked"
ok $? "nor what they lead to"
merge "$tmp/linked" --into ../two "$tmp/s1"
is $status 2 "a path for a name of the merged run: status 2"
merge "$tmp/linked"
is $status 2 "no folder at all: status 2"
finish
