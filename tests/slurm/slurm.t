#!/bin/sh
# btfmatrix submit on a real Slurm with three nodes (cluster.sh). What the jobs run is first a script that does as
# `btfmatrix run` would, in all the ways in which that can go; then the default matrix, which must give the same
# record as a run on this machine.
#
# BTFMATRIX_SLURM_MATRIX=smoke takes another matrix for that; none leaves it out.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
. tests/slurm/cluster.sh
lacks=$(cluster_lacks)
if [ -n "$lacks" ]; then
	echo "1..0 # SKIP no $lacks here; scripts/deps.sh --slurm installs it"
	exit 0
fi
finish_up() {
	cluster_stop
	rm -rf "$tmp"
}
trap finish_up EXIT
trap 'exit 1' HUP INT TERM
results=$tmp/results
unset SLURM_CONF

# What the cluster's nodes run: what becomes of `run` is in $tmp/run.
cat >"$tmp/program" <<PROGRAM
#!/bin/sh
[ "\$1" = submit ] && exec "$BTFMATRIX" "\$@"
original=\$*
shift
while [ \$# -gt 0 ]; do
	case \$1 in
	--arch) arch=\$2 && shift 2 ;;
	--mode) mode=\$2 && shift 2 ;;
	--results) folder=\$2 && shift 2 ;;
	*) shift ;;
	esac
done
stage=\$(basename "\$folder")
case \$stage in [0-9]*) stage=boot-\$stage ;; esac
echo "\$SLURMD_NODENAME \$stage \$arch \$mode" >>"$tmp/ran"
. "$tmp/run"
# no tool is found, so that every cell is an error, and that at once; the record is a real one
PATH=$tmp/empty exec "$BTFMATRIX" \$original
PROGRAM
chmod +x "$tmp/program"
mkdir "$tmp/empty"

# submit ARGS...: leaves $tmp/out, $tmp/err, $status
submit() {
	"$BTFMATRIX" submit --engine slurm --program "$tmp/program" --results "$results" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}
queue() {
	squeue --noheader --states=pending,running,completing,configuring
}

# No cluster
submit --dry-run
is $status 2 "no cluster: status 2"
has "$tmp/err" 'sinfo: .*; ' "no cluster: it says so, and what helps"
cluster_start 3 || {
	ok 1 "a Slurm cluster came up"
	finish
}

# What is asked for
submit --dry-run
is $status 0 "dry run: status 0"
has "$tmp/out" '^compile  *3 tasks, each 2 CPUs, 4096 MB, 240 minutes' "nothing is known: the most is asked for"
is "$(queue)" "" "dry run: nothing is submitted"
submit --dry-run --partition nowhere
has "$tmp/err" 'nowhere.*sinfo. lists' "no such partition: it says so"
is $status 2 "no such partition: status 2"
submit --dry-run --partition short
has "$tmp/out" '^compile .* 1 minutes' "no more time is asked for than the partition gives"
submit --partition short --time 30 --arch x86_64 --mode n
is $status 2 "more time than the partition gives: status 2"
has "$tmp/err" 'would wait for ever: PartitionTimeLimit: .*--time asks for less' \
	"more time than the partition gives: it says so"
submit --cpus 64
is $status 2 "more CPUs than a node has: status 2"
has "$tmp/err" 'sbatch: .*--cpus\|would wait for ever: .*--cpus' "more CPUs than a node has: it says so"
is "$(queue)" "" "what could not be submitted whole leaves nothing in the queue"
is "$("$BTFMATRIX" submit --engine moon 2>&1 | grep -c "none of local, slurm")" 1 "no such engine: it says so"


# ran PATTERN: how many tasks of the pattern ran
ran() {
	grep -c "$1" "$tmp/ran"
}
report() {
	"$BTFMATRIX" report "$1" --results "$results" --format json
}

# same_record CELLS NAME: of $tmp/local.json and $tmp/slurm.json
same_record() {
	python3 tests/slurm/same_record.py "$tmp/local.json" "$tmp/slurm.json" >"$tmp/same" 2>&1
	grep '^#' "$tmp/same"
	is "$(grep -v '^#' "$tmp/same")" "$1 cells, 0 differences" "$2"
}

rm -rf "$results"/submit-*

# On this machine, without a cluster
: >"$tmp/run"
: >"$tmp/ran"
submit --engine local
is $status 2 "local: its status is that of the run"
has "$tmp/out" '^9 cells: 9 error' "local: all cells are in the table"
is "$(cut -d' ' -f3- "$tmp/ran" | tr '\n' ',')" \
	"x86_64 n,arm64 n,s390x n,x86_64 m,y,arm64 m,y,s390x m,y,x86_64 n,m,y,arm64 n,m,y,s390x n,m,y," \
	"local: the first modes, then the others, then all of each family"
is "$(ls -d "$results"/submit-*/ 2>/dev/null)" "" "local: no folder of the submission is left"
report latest >"$tmp/local.json"

# By three nodes
submit --dry-run
has "$tmp/out" '^compile  *3 tasks, each 2 CPUs, [0-9]* MB, 1[0-9] minutes' "what it took before is known: less is asked for"
is "$("$BTFMATRIX" submit --dry-run --engine slurm --results "$results" --mem 777 --time 7 --cpus 1 |
	grep -c '1 CPUs, 777 MB, 7 minutes')" 3 "what is given goes before"
rm -rf "$results"/submit-*
echo 'sleep 3' >"$tmp/run"
: >"$tmp/ran"
submit
is $status 2 "three nodes: the run's status"
has "$tmp/out" '^9 cells: 9 error' "three nodes: all cells are in the table"
is "$(cut -d' ' -f1 "$tmp/ran" | sort -u | tr '\n' ' ')" "node1 node2 node3 " "three nodes: each had a task"
is "$(ran .)" 9 "three nodes: nine tasks ran"
is "$(sort -k2 "$tmp/ran" | cut -d' ' -f2 | uniq -d)" "" "three nodes: none of them twice"
report latest >"$tmp/slurm.json"
same_record 9 "three nodes: the record is that of this machine"
is "$(ls -d "$results"/submit-*/ 2>/dev/null)" "" "three nodes: no folder of the submission is left"

# start ARGS...: submits in the background, until tasks run
start() {
	: >"$tmp/ran"
	"$BTFMATRIX" submit --engine slurm --program "$tmp/program" --results "$results" "$@" >"$tmp/out" 2>"$tmp/err" &
	submit_pid=$!
	for wait in $(seq 1 300); do
		[ -s "$tmp/ran" ] && return
		sleep 0.3
	done
}
echo 'sleep 5' >"$tmp/run"

# It dies
start
kill -9 $submit_pid
wait $submit_pid 2>/dev/null
ok_if "its death: the jobs go on" test -n "$(queue)"
submit
has "$tmp/err" 'following what was submitted before' "its death: the same command finds them"
has "$tmp/out" '^9 cells: 9 error' "its death: all cells are in the table"
is "$(ran .)" 9 "its death: no task ran twice"

# It dies between a submission and its note
start
kill -9 $submit_pid
wait $submit_pid 2>/dev/null
sed -i 's/"\(compile\|modes\|boot\)": "[0-9]*"/"\1": null/' "$results"/submit-*/submit.json
submit
has "$tmp/out" '^9 cells: 9 error' "its death before it noted the jobs: all cells are in the table"
is "$(ran .)" 9 "its death before it noted the jobs: they are found by their names"

# The terminal is gone
start
kill -HUP $submit_pid
wait $submit_pid
has "$tmp/err" 'goes on; the same command follows it' "SIGHUP: it says that the jobs go on"
ok_if "SIGHUP: they do" test -n "$(queue)"
submit
is "$(ran .)" 9 "SIGHUP: no task ran twice"

# Ctrl-C, beside another job of the same user's
other=$(sbatch --parsable --job-name=btfmatrix-other --output=/dev/null --mem=10 --wrap 'sleep 600')
start
kill -INT $submit_pid 2>/dev/null
sleep 0.2
kill -TERM $submit_pid 2>/dev/null
wait $submit_pid
is $? 130 "Ctrl-C: status 130"
for wait in $(seq 1 120); do
	[ "$(queue | wc -l)" = 1 ] && break
	sleep 0.5
done
is "$(queue | awk '{ print $1 }')" "$other" "Ctrl-C: its jobs are cancelled, and no other"
scancel "$other"
submit --arch x86_64 --mode n
has "$tmp/out" '^1 cell: 1 error' "Ctrl-C: the next begins anew"

# A task is lost: somebody cancels it, and those that wait for it go with it
echo 'case $stage in compile-2) sleep 30 ;; esac' >"$tmp/run"
start
task=
for wait in $(seq 1 120); do
	task=$(squeue --noheader --array --states=running --format=%i | grep _2) && break
	sleep 0.5
done
scancel "$task"
wait $submit_pid
is $? 2 "a task is lost: status 2"
has "$tmp/err" 's390x/gcc/6.12: compile: .*CANCELLED' "a task is lost: it is named"
has "$tmp/out" '^9 cells: 9 error' "a task is lost: all cells are in the table"
has "$tmp/out" 's390x/gcc/6.12/y: error: its task was lost: compile: Slurm.s job [0-9]*_2 ended as CANCELLED' \
	"a task is lost: its cells say so"
has "$tmp/out" 'x86_64/gcc/6.12/y: error: .*failed with status 127' "a task is lost: the others' cells are as they were found"
has "$tmp/err" 'what the tasks said is in' "a task is lost: it says where the logs are"

# A task that cannot even begin
echo 'case $stage in boot-0) exit 2 ;; esac' >"$tmp/run"
submit --arch x86_64,arm64 --mode n
has "$tmp/out" 'x86_64/gcc/6.12/n: error: its task was lost: boot: it ended with status 2 and recorded nothing; .*boot-0.log' \
	"a task that records nothing: its cells say so"
has "$tmp/out" '^2 cells: 2 error' "a task that records nothing: all cells are in the table"

# A task dies without a word
echo 'case $stage in boot-0) kill -9 $PPID; sleep 1 ;; esac' >"$tmp/run"
submit --arch x86_64
is $status 2 "a task dies: status 2"
has "$tmp/err" 'x86_64/gcc/6.12: boot: Slurm.s job [0-9]* has ended, and no report' "a task dies: it says so"
has "$tmp/out" '^3 cells: 3 error' "a task dies: its cells are in the table"

# The controller goes away and comes back
echo 'sleep 6' >"$tmp/run"
start --arch s390x --mode n
kill "${cluster_pids%% *}"
sleep 3
slurmctld -D >>"$cluster/log/slurmctld.out" 2>&1 &
cluster_pids="$! ${cluster_pids#* }"
wait $submit_pid
has "$tmp/out" '^1 cell: 1 error' "the controller restarts: the run comes to its end"

# A node goes down under its task; it comes back by itself (ReturnToService)
: >"$tmp/ran"
start --arch arm64 --mode n
node=$(cut -d' ' -f1 "$tmp/ran")
scontrol update "nodename=$node" state=down reason=test
wait $submit_pid
has "$tmp/out" '^1 cell: 1 error' "a node goes down: the run comes to its end"
has "$tmp/ran" "^$node compile-0 arm64 n" "a node goes down: it had the task"
is "$(grep -c ' compile-0 arm64 n' "$tmp/ran")" 2 "a node goes down: the task is done again"

# Damage
start --arch arm64 --mode n
kill -9 $submit_pid
wait $submit_pid 2>/dev/null
echo '{' >"$(ls "$results"/submit-*/submit.json)"
submit --arch arm64 --mode n
is $status 2 "a damaged submit.json: status 2"
has "$tmp/err" 'submit.json is damaged: .*submit again' "a damaged submit.json: it is named, with the mend"
rm -rf "$results"/submit-*
scancel --user="$(id -un)"

# Another engine
: >"$tmp/ran"
start --arch arm64 --mode n
kill -9 $submit_pid
wait $submit_pid 2>/dev/null
submit --arch arm64 --mode n --engine local
is $status 2 "submitted to Slurm, then by another engine: status 2"
has "$tmp/err" 'submitted by --engine slurm, and may still run: .*--engine slurm follows' \
	"submitted to Slurm, then by another engine: it says who has it"
submit --arch arm64 --mode n
has "$tmp/out" '^1 cell: 1 error' "submitted to Slurm, then by another engine: it can be followed"
echo 'sleep 30' >"$tmp/run"
start --arch arm64 --mode n --engine local
kill -9 $submit_pid
wait $submit_pid 2>/dev/null
: >"$tmp/run"
submit --arch arm64 --mode n
has "$tmp/out" '^1 cell: 1 error' "begun on this machine, which died: Slurm begins anew"

# What the tasks are told
echo x=1 >"$tmp/my.config"
(cd "$tmp" && "$BTFMATRIX" submit --dry-run --engine local --results "$results" --config my.config --force --retries 2) >"$tmp/out"
cat "$results"/submit-*/tasks/compile-0.sh "$results"/submit-*/tasks/boot-0.sh >"$tmp/scripts"
is "$(grep -c -e " --config $tmp/my.config " "$tmp/scripts")" 2 "tasks: the user's config, by its whole path"
has "$tmp/scripts" ' --jobs [0-9]* --force$' "tasks: builds are done again"
has "$tmp/scripts" ' --retries 2 --force=boot$' "tasks: and boots, without another build"
rm -rf "$results"/submit-*

# The default matrix, or another, for real: both builds and boots all, whatever the cache has
matrix=${BTFMATRIX_SLURM_MATRIX-default}
if [ "$matrix" = none ]; then
	ok 0 "the record of a real run # SKIP not asked for"
	finish
fi
"$BTFMATRIX" submit --engine slurm --force --matrix "$matrix" --results "$tmp/real" >"$tmp/out" 2>"$tmp/err"
submit_status=$?
sed 's/^/# /' "$tmp/out"
"$BTFMATRIX" report latest --results "$tmp/real" --format json >"$tmp/slurm.json"
"$BTFMATRIX" run --force --matrix "$matrix" --results "$tmp/real" >"$tmp/out" 2>"$tmp/err"
is $submit_status $? "$matrix: the status is that of a run on this machine"
"$BTFMATRIX" report latest --results "$tmp/real" --format json >"$tmp/local.json"
nr=$("$BTFMATRIX" plan --matrix "$matrix" | grep -c '/[nmy]$')
same_record "$nr" "$matrix: the record is that of a run on this machine"
finish
