#!/bin/sh
# End to end on real kernels: the smoke matrix built, booted and verified; a second run; the cells that
# stock pahole spoils; and a real cell's BTF corrupted in each way the verifier must name.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# run NAME ARGS...: leaves $tmp/NAME.out, $tmp/NAME.err, $status and the run's folder in $results
run() {
	name=$1
	shift
	"$BTFMATRIX" run --results "$tmp/$name" "$@" >"$tmp/$name.out" 2>"$tmp/$name.err"
	status=$?
	results=$tmp/$name/latest
	sed 's/^/# /' "$tmp/$name.out"
	[ $status -eq 0 ] || tail -n 20 "$tmp/$name.err" | sed 's/^/# /'
}

# verdict NAME CELL: the last column of the cell's row
verdict() {
	awk -v cell="$2" '$1 == cell { print $NF; exit }' "$tmp/$1.out"
}

run smoke --matrix smoke
is $status 0 "the smoke matrix ends with status 0"
for cell in x86_64/gcc/6.12/n x86_64/gcc/6.12/m x86_64/gcc/6.12/y \
	    s390x/gcc/6.12/n s390x/gcc/6.12/m s390x/gcc/6.12/y; do
	case $(verdict smoke "$cell") in
	pass | known) ok 0 "$cell is verified" ;;
	*) ok 1 "$cell is verified" ;;
	esac
	json=$results/cells/$(echo "$cell" | tr / -).json
	ok_if "$cell: its JSON has the kernel's own word" \
		grep -q '"name": "btf-load:vmlinux"' "$json"
done
# passes JSON CHECK
passes() {
	grep -A1 "\"id\": \"$2\"" "$1" | grep -q '"state": "pass"'
}

for arch in x86_64 s390x; do
	for mode in m y; do
		ok_if "$arch: mode $mode has the per-CPU section of the modes before it" \
			passes "$results/cells/$arch-gcc-6.12-$mode.json" mode.family-percpu
	done
	ok_if "$arch: vmlinux's BTF is the same in modes n and m" \
		passes "$results/cells/$arch-gcc-6.12-m.json" mode.family-base
done
cells=$results/cells
keep=$tmp/keep
cp -R "$(readlink -f "$results")" "$keep"

run again --matrix smoke --arch x86_64 --mode n,m,y
is $status 0 "a second run ends with status 0"
is "$(grep -c ' cached ' "$tmp/again.out")" 3 "a second run builds nothing"

"$BTFMATRIX" diff "$keep:x86_64/gcc/6.12/m" "$results" >"$tmp/diff.out" 2>&1
is $? 0 "diff finds the cells of both runs the same"

# The record has what the table says, and a report of it is the table.
"$BTFMATRIX" report --results "$tmp/smoke" >"$tmp/report.out"
cmp "$tmp/report.out" "$tmp/smoke.out"
ok $? "report prints the table that the run printed"
is "$(sqlite3 "$tmp/smoke/btfmatrix.db" 'SELECT count(*) FROM cell WHERE layout_id IS NOT NULL AND
	config_id IS NOT NULL AND nr_percpu > 100 AND btf_bytes > 1000000 AND build_key <> ""')" 6 \
	"each cell's layout, config and sizes are in the record"
# Modes may share a layout or, where the section's address moves with the BTF before it, have their own.
is "$(sqlite3 "$tmp/smoke/btfmatrix.db" 'SELECT count(*) FROM cell JOIN layout_variable v USING (layout_id)
	WHERE v.name = "runqueues" AND v.type = "struct rq" AND v.file LIKE "%kernel/sched/%"')" 6 \
	"each cell's layout has runqueues with its type and file"

# A QEMU that fails the first time: the boot is tried again, and the cell is flaky.
mkdir "$tmp/bin"
cat >"$tmp/bin/qemu-system-x86_64" <<EOF
#!/bin/sh
if [ "\$1" != --version ] && mkdir "$tmp/tried" 2>/dev/null; then exit 3; fi
exec $(command -v qemu-system-x86_64) "\$@"
EOF
chmod +x "$tmp/bin/qemu-system-x86_64"
path=$PATH
PATH=$tmp/bin:$PATH
run retry --matrix smoke --arch x86_64 --mode n --force
is $status 0 "a boot that went well the second time: status 0"
well=$(verdict smoke x86_64/gcc/6.12/n)
has "$tmp/retry.out" "^x86_64/gcc/6.12/n .* $well (flaky)\$" "and the cell is flaky"
has "$tmp/retry.out" '^  before: fail: boot qemu-died' "and the first try is told"
ok_if "and its console log is kept" [ -f "$results/cells/x86_64-gcc-6.12-n/console-1.log" ]
rmdir "$tmp/tried"
run once --matrix smoke --arch x86_64 --mode n --retries 0 --force
is $status 1 "--retries 0: the first boot counts"
PATH=$path

# A record that cannot be used costs the run nothing but its place in it.
mkdir -p "$tmp/broken" && echo 'no database, and longer than sixteen bytes' >"$tmp/broken/btfmatrix.db"
run broken --matrix smoke --arch x86_64 --mode n
is $status 2 "a broken record: status 2"
is "$(verdict broken x86_64/gcc/6.12/n)" "$well" "but the verdict is there"
ok_if "and the cell's JSON" grep -q "\"verdict\": \"$well\"" "$results/cells/x86_64-gcc-6.12-n.json"
has "$tmp/broken.err" 'broken/btfmatrix.db is no SQLite database' "and the message names the file"

# What stock pahole writes with global_var is refused by the kernel; that is found, and its cause is proved.
run stock --matrix smoke --arch x86_64 --mode m,y --pahole stock
is $status 0 "stock pahole: all that is found is known"
for mode in m y; do
	cell=x86_64/gcc/6.12/pahole-stock/$mode
	is "$(verdict stock $cell)" known "stock pahole: $cell is known"
	image=vmlinux
	[ $mode = y ] || image=vmlinux_btf_extra
	for check in format.btf-is-well-formed global.unique global.no-overlap live.btf-accepted; do
		has "$tmp/stock.out" "known: $check: $image .*#weak-and-strong-definitions\$" \
			"stock pahole: $cell: $check, with its cause"
	done
done
vmlinux=$(sed -n 's/.*"vmlinux": "\(.*\)",*$/\1/p' "$results/cells/x86_64-gcc-6.12-pahole-stock-y.json" | head -n 1)
"$BTFMATRIX" verify --arch x86_64 --mode y --pahole-version 1.30 --vmlinux "$vmlinux" >"$tmp/verify.out" 2>&1
is $? 1 "stock pahole's kernel, not said to be that: findings"

# corrupt ARCH MODE KIND VARIABLE CHECK: the verifier must name CHECK and VARIABLE
corrupt() {
	arch=$1 mode=$2 kind=$3 variable=$4 check=$5
	what="$arch/$mode: a wrong $kind of $variable is named by $check"
	vmlinux=$(sed -n 's/.*"vmlinux": "\(.*\)",*$/\1/p' \
		"$keep/cells/$arch-gcc-6.12-$mode.json" | head -n 1)
	if ! "$BTFMATRIX_BUILD/tests/golden/btf_corrupt" "$vmlinux" "$tmp/blob" "$kind" \
		"$variable" 2>"$tmp/corrupt.err"; then
		sed 's/^/# /' "$tmp/corrupt.err"
		ok 1 "$what"
		return
	fi
	case $arch in x86_64) prefix=x86_64-linux-gnu- ;; s390x) prefix=s390x-linux-gnu- ;; esac
	cp "$vmlinux" "$tmp/vmlinux" && chmod u+w "$tmp/vmlinux" &&
		"${prefix}objcopy" --update-section ".BTF=$tmp/blob" "$tmp/vmlinux" 2>/dev/null
	"$BTFMATRIX" verify --arch "$arch" --mode "$mode" --vmlinux "$tmp/vmlinux" \
		--format json >"$tmp/verify.json" 2>"$tmp/verify.err"
	if [ $? -eq 1 ] && grep -A3 "\"check\": \"$check\"" "$tmp/verify.json" |
		grep -q "\"variable\": \"$variable\""; then
		ok 0 "$what"
	else
		sed 's/^/# /' "$tmp/verify.err"
		ok 1 "$what"
	fi
}

for arch in x86_64 s390x; do
	corrupt $arch n offset runqueues percpu.offset-matches-symbol
	corrupt $arch n size runqueues percpu.size-matches-type
	corrupt $arch n missing runqueues percpu.none-missing
	corrupt $arch n type runqueues percpu.type-matches-dwarf
	corrupt $arch y offset init_task global.offset-matches-symbol
	corrupt $arch y type init_task global.type-matches-dwarf
done
finish
