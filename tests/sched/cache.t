#!/bin/sh
# The cell cache: what is done is not done again, what has changed is, and damage is noticed and mended.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/sched/fake.sh
trap 'rm -rf "$tmp"' EXIT
fake_setup

fake_run first --mode n,m
is $status 0 "a first run ends well"
is "$(verdict first n)" pass "n is verified"
m=$(verdict first m)
is "$(makes) $(boots)" "2 2" "both were made and booted"
latest=$tmp/results/latest
for file in build.log config console.log channel; do
	ok_if "the cell's folder has $file" [ -s "$latest/cells/x86_64-gcc-6.12-m/$file" ]
done

recorded() { sqlite3 "$cache/state.db" "SELECT group_concat(cell || ' ' || stage || ' ' || (cpu_s > 0 AND max_rss > 1000000)) FROM (SELECT * FROM stage ORDER BY cell, stage)"; }
is "$(recorded)" "x86_64/gcc/6.12/m build 1,x86_64/gcc/6.12/m check 1,x86_64/gcc/6.12/n build 1,x86_64/gcc/6.12/n check 1" \
	"what each stage took is recorded"
"$BTFMATRIX" plan --arch x86_64 --mode n,m --simulate --cores 1 >"$tmp/simulate.out"
has "$tmp/simulate.out" '2 cells on 1 host of 1 core .* limited by .* 3 of 4 stages by their recorded times' "and used by plan --simulate"

fake_run again --mode n,m
is $status 0 "a second run ends well"
is "$(verdict again n) $(verdict again m)" "pass $m" "its verdicts are the same"
is "$(makes) $(boots)" "2 2" "it makes and boots nothing"
has "$tmp/again.err" 'x86_64/gcc/6.12/m: .*as in an earlier run' "and says so"
has "$latest/cells/x86_64-gcc-6.12-m.json" '"cached": true' "so does the cell's JSON"
for file in build.log config console.log channel; do
	ok_if "the cell's folder has $file again" [ -s "$latest/cells/x86_64-gcc-6.12-m/$file" ]
done

# A verifier that has changed: the program is another.
cp "$BTFMATRIX" "$tmp/changed" && echo >>"$tmp/changed"
PROGRAM=$tmp/changed BTFMATRIX_DIR=$PWD
export BTFMATRIX_DIR
fake_run changed --mode n,m
is "$(verdict changed n) $(verdict changed m)" "pass $m" "another verifier: the same verdicts"
is "$(makes) $(boots)" "2 2" "what is kept is verified anew, without a build or a boot"
has "$tmp/changed.err" 'x86_64/gcc/6.12/m: booted by an earlier run' "and that is said"
has "$tmp/changed.err" 'x86_64/gcc/6.12/m: .* variables verified' "so is the verification"
unset PROGRAM

fake_run force --mode n --force
is "$(verdict force n)" pass "--force: the same verdict"
is "$(makes) $(boots)" "3 3" "--force makes and boots again"
fake_run forceboot --mode n --force=boot
is "$(verdict forceboot n)" pass "--force=boot: the same verdict"
is "$(makes) $(boots)" "3 4" "--force=boot boots again, and makes nothing"
"$BTFMATRIX" run --force=build >/dev/null 2>"$tmp/err"
is $? 2 "--force=build: status 2"
has "$tmp/err" "force=boot is all" "--force=build: it says what there is"

# One byte of a kept vmlinux, of a kept channel.
build=$(dirname "$(ls "$cache"/cells/x86_64/gcc/6.12/n/*/build.json)")
flip() {
	sleep 0.01
	printf '\125' | dd of="$1" bs=1 seek=2000 conv=notrunc 2>/dev/null
}
flip "$build/vmlinux"
fake_run damaged --mode n
is "$(verdict damaged n)" pass "a damaged vmlinux: the verdict is right"
has "$tmp/damaged.err" "$build is damaged; building x86_64/gcc/6.12/n again" "it is said to be damaged"
is "$(makes)" 4 "and made again"
ok_if "the damaged one is kept aside" [ -f "$cache"/damaged/cells-x86_64-gcc-6.12-n-*/vmlinux ]
before=$(boots)
flip "$(ls "$build"/boot-*/channel)"
fake_run channel --mode n
is "$(verdict channel n)" pass "a damaged report of a guest: the verdict is right"
is "$(makes) $(($(boots) - before))" "4 1" "it is booted again, and not made"
is "$(ls -d "$cache"/damaged/*boot-* | wc -l)" 1 "the damaged one is kept aside"

# Boots that another version kept: with other members of an outcome, and with others of a boot.
as_by_another_version() {
	sed -i "s/$1/\"of_another_version\":/" "$(ls "$build"/boot-*/boot.json)"
	sqlite3 "$cache/state.db" "DELETE FROM outcome"
}
before=$(boots)
as_by_another_version '"nr_guest_symbols": *'
fake_run version_outcome --mode n
is "$(verdict version_outcome n)" pass "an outcome of another version: the verdict is right"
is "$(boots)" "$before" "the boot that it kept serves"
as_by_another_version '"nonce": *'
fake_run version_boot --mode n
is "$(verdict version_boot n)" pass "a boot in the form of another version: the verdict is right"
is "$(makes) $(($(boots) - before))" "4 1" "it is booted again, and not made"
has "$tmp/version_boot.err" 'x86_64/gcc/6.12/n: another version of btfmatrix kept its boot' "it is said"
is "$(grep -c damaged "$tmp/version_boot.err") $(ls -d "$cache"/damaged/*boot-* | wc -l)" "0 1" "nothing is called damaged"
sqlite3 "$cache/state.db" "DELETE FROM outcome"
before=$(boots)
fake_run version_own --mode n
is "$(verdict version_own n) $(($(boots) - before))" "pass 0" "the boot that took its place serves"

sqlite3 "$cache/state.db" "UPDATE outcome SET json = replace(json, '\"verdict\":0', '\"verdict\":1')"
before=$(boots)
fake_run row --mode n
is "$(verdict row n)" pass "an outcome that was tampered with: the verdict is right"
has "$tmp/row.err" 'its outcome in the cache is damaged; doing it again' "it is said"
is "$(boots)" "$before" "what was kept of the boot serves"

# The database itself.
echo 'no database, and longer than sixteen bytes' >"$cache/state.db"
rm -f "$cache/state.db-wal" "$cache/state.db-shm"
fake_run garbage --mode n
is "$(verdict garbage n)" pass "a database that is none: the verdict is right"
has "$tmp/garbage.err" 'state.db is no SQLite database .*it is kept as .*aside' "it is said, with the mend"
is "$(cat "$cache"/state.db.aside-* | head -n 1)" 'no database, and longer than sixteen bytes' "and kept"
rm "$cache"/state.db.aside-*
sqlite3 "$cache/state.db" 'PRAGMA user_version = 99'
fake_run version --mode n
is "$(verdict version n)" pass "a database of another version: the verdict is right"
has "$tmp/version.err" 'of another version of btfmatrix (99, this one has [0-9]*); it is kept as' "it is said"

"$BTFMATRIX" cache verify >"$tmp/verify.out" 2>"$tmp/verify.err"
is $? 0 "cache verify: all is whole"
has "$tmp/verify.out" ' whole, 0 damaged' "and it counts"
# kept with its time: only reading it again shows it
touch -r "$build/image" "$tmp/time"
flip "$build/image"
touch -r "$tmp/time" "$build/image"
"$BTFMATRIX" cache verify >"$tmp/verify.out" 2>"$tmp/verify.err"
is $? 1 "cache verify: status 1 for a byte that has changed"
has "$tmp/verify.err" "$build/image is not what was kept" "and the file's name"
"$BTFMATRIX" cache list >"$tmp/list.out"
has "$tmp/list.out" 'cells/x86_64/gcc/6.12/m/' "cache list has the cell"
"$BTFMATRIX" cache gc --max-size 0 >"$tmp/gc.out"
has "$tmp/gc.out" '^0 removed' "cache gc leaves what was just used"
find "$cache/cells" "$cache/objects" -exec touch -d '2 hours ago' {} +
"$BTFMATRIX" cache gc --max-size 100G >"$tmp/gc.out"
has "$tmp/gc.out" '^0 removed' "cache gc leaves what fits"
"$BTFMATRIX" cache gc --max-size 0 >"$tmp/gc.out"
has "$tmp/gc.out" '^[1-9][0-9]* removed.* 0 MiB stay' "cache gc removes what does not"
fake_run anew --mode n,m
is "$(verdict anew n) $(verdict anew m)" "pass $m" "and all is made again"
# What is said of a module that an earlier build in the tree made is not taken for this one's.
# unasked NAME: of the last run, what was wrong with how pahole was run for the module
unasked() {
	python3 -c 'import json, sys
for finding in json.load(open(sys.argv[1]))["verify"]["findings"]:
	if finding["check"] == "mode.pahole-flags":
		print(finding["image"], finding["actual"])' "$latest/cells/x86_64-gcc-6.12-m.json"
}
fake_run asked_first --mode m
is "$(verdict asked_first m) $(unasked)" "$m " "pahole is asked for the module's variables"
FAKE_MAKE=unrun fake_run unrun --mode m --force
is "$(verdict unrun m)" fail "pahole is not run for the module: the verdict is fail"
is "$(unasked)" "vmlinux_btf_extra pahole was not run for it" "and that is the finding"
FAKE_MAKE=unasked fake_run unasked --mode m --force
is "$(verdict unasked m)" fail "pahole is not asked for the module's variables: the verdict is fail"
is "$(unasked | grep -c '^vmlinux_btf_extra pahole .*--btf_features=+other')" 1 "the finding says how it was run"
fake_run asked --mode m --force
is "$(verdict asked m) $(unasked)" "$m " "asked again: the verdict is right"


find "$cache/cells" "$cache/objects" -exec touch -d '2 hours ago' {} +
BTFMATRIX_CACHE_MAX=1K fake_run bounded --mode n --force
has "$tmp/bounded.err" 'the cache was too large: [1-9][0-9]* builds and trees .* are removed' "a run that leaves the cache too large makes it small"
is "$(ls -d "$cache"/cells/x86_64/gcc/6.12/[nm]/*/ | grep -c /n/) $(ls -d "$cache"/cells/x86_64/gcc/6.12/m/*/ 2>/dev/null | wc -l)" "1 0" \
	"what it used stays, what nothing used goes"
BTFMATRIX_CACHE_MAX=much fake_run much --mode n
is $status 2 "a bound that is none: status 2"
has "$tmp/much.err" "BTFMATRIX_CACHE_MAX is 'much', which is no size" "and it is said"
no_orphans "no process is left"
finish
