# A Slurm cluster of this test's own: munged, slurmctld and slurmd of Debian's, on loopback, in a folder, by whoever
# runs it. No service of the system's is touched. Sourced; needs $tmp.
#
#	cluster_start NODES	sets SLURM_CONF; fails with the logs where it does not come up
#	cluster_stop
PATH=$PATH:/usr/sbin
cluster_pids=
cluster=$tmp/cluster

cluster_lacks() {
	for program in munged slurmctld slurmd sbatch squeue scancel sinfo; do
		command -v $program >/dev/null || { echo "$program"; return; }
	done
}

# One after the other: a slurmd that has lost its controller waits for it.
cluster_stop() {
	for pid in $cluster_pids; do
		kill "$pid" 2>/dev/null
	done
	[ ! -s "$cluster/munge/pid" ] || kill "$(cat "$cluster/munge/pid")" 2>/dev/null
	sleep 1
	for pid in $cluster_pids; do
		kill -9 "$pid" 2>/dev/null
	done
	cluster_pids=
}

cluster_conf() {
	me=$(id -un)
	host=$(hostname -s)
	cat <<CONF
ClusterName=btfmatrix
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$me
SlurmdUser=$me
SlurmctldPort=27817
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool/%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmctldLogFile=$cluster/log/slurmctld
SlurmdLogFile=$cluster/log/slurmd-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
ReturnToService=2
KillWait=5
# soon forgotten, as on a busy cluster
MinJobAge=5
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=node[1-$1] NodeHostname=$host NodeAddr=127.0.0.1 Port=[27821-$((27820 + $1))] CPUs=2 RealMemory=6000 State=UNKNOWN
PartitionName=kernels Nodes=ALL Default=YES MaxTime=1440 State=UP
PartitionName=short Nodes=ALL MaxTime=1 State=UP
CONF
}

cluster_start() {
	mkdir -p "$cluster/munge" "$cluster/state" "$cluster/spool" "$cluster/log"
	chmod 700 "$cluster/munge"
	dd if=/dev/urandom of="$cluster/munge/key" bs=1024 count=1 2>/dev/null
	chmod 400 "$cluster/munge/key"
	munged --force --socket="$cluster/munge/socket" --key-file="$cluster/munge/key" --pid-file="$cluster/munge/pid" \
		--log-file="$cluster/log/munged" --seed-file="$cluster/munge/seed" 2>/dev/null
	cluster_conf "$1" >"$cluster/slurm.conf"
	# without it newer releases look for a systemd
	case $(slurmctld -V) in *" 2[0-2]."*) ;; *" 22."* | *" 21."*) ;; *) echo CgroupPlugin=disabled >"$cluster/cgroup.conf" ;; esac
	export SLURM_CONF="$cluster/slurm.conf"
	slurmctld -D >"$cluster/log/slurmctld.out" 2>&1 &
	cluster_pids=$!
	for node in $(seq 1 "$1"); do
		mkdir -p "$cluster/spool/node$node"
		slurmd -D -N "node$node" >"$cluster/log/slurmd-$node.out" 2>&1 &
		cluster_pids="$cluster_pids $!"
	done
	for wait in $(seq 1 240); do
		[ "$(sinfo --noheader --Node --states=idle 2>/dev/null | sort -u | grep -c kernels)" = "$1" ] && return 0
		sleep 0.5
	done
	echo "# the cluster did not come up"
	tail -n 5 "$cluster"/log/* | sed 's/^/# /'
	return 1
}
