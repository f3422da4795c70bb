#!/bin/sh
# verify --target ssh:HOST by a real ssh from a real sshd on this machine, on a port and with keys of its own. Each
# key is another "machine": what sshd does for it is in its line of authorized_keys. None has an sftp server.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
sshd=${BTFMATRIX_TEST_SSHD:-/usr/sbin/sshd}
if [ ! -x "$sshd" ]; then
	echo "1..0 # SKIP no $sshd here; scripts/deps.sh --tests installs openssh-server"
	exit 0
fi
tmp=$(mktemp -d) || exit 2
chmod 755 "$tmp"
pids=
finish_up() {
	[ -z "$pids" ] || kill $pids 2>/dev/null
	rm -rf "$tmp"
}
trap finish_up EXIT
mkdir "$tmp/bin" "$tmp/full" "$tmp/noexec" "$tmp/here"
export TMPDIR="$tmp/here"

am_root=false
[ "$(id -u)" = 0 ] && am_root=true
# whether this root may mount what it likes
can_mount=false
$am_root && unshare -m mount -t tmpfs -o size=16k none "$tmp/full" 2>/dev/null && can_mount=true

keygen() {
	ssh-keygen -q -t ed25519 -N '' -f "$tmp/key-$1"
}
for key in host other_host plain user full noexec fallback nologin sftp slow stranger; do
	keygen $key
done

# allow KEY COMMAND: what a login by that key runs; "" for what was asked for
allow() {
	# sshd takes \" for a quote within quotes
	command=$(printf '%s' "$2" | sed 's/"/\\"/g')
	echo "${command:+command=\"$command\" }$(cat "$tmp/key-$1.pub")" >>"$tmp/authorized"
}
asked='exec sh -c "$SSH_ORIGINAL_COMMAND"'
allow plain ''
# root becomes somebody who owns nothing; anybody else is an unprivileged user already
drop=
$am_root && drop='setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent '
allow user "cd /; exec ${drop}sh -c \"\$SSH_ORIGINAL_COMMAND\""
allow full "TMPDIR=$tmp/full; export TMPDIR; $asked"
allow fallback "TMPDIR=$tmp/noexec; export TMPDIR; $asked"
allow noexec "mount -t tmpfs -o noexec none /tmp; mount --bind /tmp /var/tmp; mount --bind /tmp /dev/shm; HOME=/tmp; unset TMPDIR; $asked"
sed -i 's/command="mount/command="exec unshare -m sh -c '"'"'mount/; /mount --bind/s/ORIGINAL_COMMAND\\""/ORIGINAL_COMMAND\\"'"'"'"/' "$tmp/authorized"
allow nologin /usr/sbin/nologin
allow sftp 'echo "This service allows sftp connections only."; exit 1'
allow slow "case \$SSH_ORIGINAL_COMMAND in *--nonce*) exec sleep 60 ;; esac; $asked"

# start PORT: sshd there, in whose eyes the small and the noexec file systems are mounted
start() {
	set -- "$sshd" -D -e -f /dev/null -p "$1" -h "$tmp/key-host" -o ListenAddress=127.0.0.1 -o UsePAM=no \
		-o StrictModes=no -o PermitRootLogin=yes -o PidFile=none -o AuthorizedKeysFile="$tmp/authorized"
	if $can_mount; then
		exec unshare -m sh -c "mount -t tmpfs -o size=16k none $tmp/full
			mount -t tmpfs -o noexec none $tmp/noexec
			exec \"\$@\"" sh "$@" 2>"$tmp/sshd.log"
	fi
	exec "$@" 2>"$tmp/sshd.log"
}

# where root's sshd locks its unprivileged part up
$am_root && mkdir -p /run/sshd
port=
for try in 22822 23822 24822 25822; do
	start $try &
	sshd_pid=$!
	for wait in $(seq 1 300); do
		grep -q 'Server listening' "$tmp/sshd.log" 2>/dev/null && port=$try && break 2
		kill -0 $sshd_pid 2>/dev/null || break
		sleep 0.2
	done
	kill $sshd_pid 2>/dev/null
done
if [ -z "$port" ]; then
	ok 1 "a real sshd was started"
	sed 's/^/# /' "$tmp/sshd.log"
	finish
fi
pids=$sshd_pid

echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$tmp/key-host.pub")" >"$tmp/known"
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$tmp/key-other_host.pub")" >"$tmp/known_other"
: >"$tmp/known_none"

# host NAME PORT KEY KNOWN_HOSTS
host() {
	cat <<HOST
Host $1
	HostName 127.0.0.1
	Port $2
	IdentityFile $tmp/key-$3
	UserKnownHostsFile $tmp/$4
HOST
}
{
	for key in plain user full noexec fallback nologin sftp slow stranger; do
		host $key "$port" $key known
	done
	host changed "$port" plain known_other
	host unknown "$port" plain known_none
	host closed 9 plain known
	host silent $((port + 1)) plain known
	cat <<ALL
Host *
	User $(id -un)
	IdentitiesOnly yes
	StrictHostKeyChecking yes
	GlobalKnownHostsFile /dev/null
ALL
} >"$tmp/config"
printf '#!/bin/sh\nexec %s -F %s/config "$@"\n' "$(command -v ssh)" "$tmp" >"$tmp/bin/ssh"
for copier in scp sftp; do
	printf '#!/bin/sh\necho "%s: not needed" >&2\nexit 1\n' $copier >"$tmp/bin/$copier"
done
chmod +x "$tmp/bin"/*

# verify HOST ARGS...: leaves $tmp/out, $tmp/err, $status
verify() {
	verify_host=$1
	shift
	PATH="$tmp/bin:$PATH" "$BTFMATRIX" verify --target "ssh:$verify_host" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

# Folders of ours beside those that were there, on either side
left_over() {
	ls -d /tmp/btfmatrix.* /var/tmp/btfmatrix.* /dev/shm/btfmatrix.* /tmp/btfm-* "$tmp"/here/* "$tmp"/full/* 2>/dev/null |
		grep -vxF -f "$tmp/before"
}
ls -d /tmp/btfmatrix.* /var/tmp/btfmatrix.* /dev/shm/btfmatrix.* /tmp/btfm-* >"$tmp/before" 2>/dev/null
echo none >>"$tmp/before"

# fails HOST PATTERN NAME ARGS...
fails() {
	fails_host=$1 fails_pattern=$2 fails_name=$3
	shift 3
	verify "$fails_host" "$@"
	is $status 2 "$fails_name: status 2"
	has "$tmp/err" "$fails_host: .*$fails_pattern" "$fails_name: it says so"
	is "$(left_over)" "" "$fails_name: nothing is left"
}

# How it fails
fails closed 'the connection was refused (.*); start its ssh server' "refused"
fails changed 'host key is not the one in known_hosts (.*); .*ssh-keygen -R' "another host key"
fails unknown 'host key is not known here (.*); connect once' "a host key never seen"
fails stranger 'does not let us in (.*ermission denied.*); put the public key' "a key it does not know"
fails no-such-host.invalid 'no machine of that name is found (.*); check' "no such name"
fails nologin 'account has no shell (.*)' "an account without a shell"
fails sftp 'account has no shell (.*sftp connections only.*)' "an account for sftp alone"
python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
time.sleep(600)' $((port + 1)) >"$tmp/silent" &
pids="$pids $!"
for wait in $(seq 1 300); do
	[ -s "$tmp/silent" ] && break
	sleep 0.2
done
fails silent 'does not answer (.*timed out.*)' "a port that never answers" --deadline 2

if [ ! -r /sys/kernel/btf/vmlinux ]; then
	fails plain 'has no /sys/kernel/btf/vmlinux that can be read' "a kernel without BTF"
	finish
fi

# How it goes well: the verdicts are those of --target local
"$BTFMATRIX" verify --target local >"$tmp/local" 2>&1
verdicts() {
	sed -n 's/^\(pass\|fail\|known\|skipped\)  *\([^ ]*\).*/\1 \2/p' "$1"
}
logins() {
	grep -c 'Accepted publickey' "$tmp/sshd.log"
}
before=$(logins)
verify plain
is "$(verdicts "$tmp/out")" "$(verdicts "$tmp/local")" "a machine without sftp or scp: the same verdicts as here"
is "$(left_over)" "" "a machine without sftp or scp: nothing is left"
is $(($(logins) - before)) 1 "a machine without sftp or scp: one connection did it all"
verify user
has "$tmp/out" '^pass  *live.identity' "an unprivileged user: what can be looked at is"
has "$tmp/out" '^skipped  *live.btf-accepted  *.*ermitted' "an unprivileged user: BPF may not be used, and it says so"
if [ "$(id -u)" != 0 ] || [ "$(cat /proc/sys/kernel/kptr_restrict)" -lt 2 ]; then
	has "$tmp/out" '^skipped  *live.kallsyms-percpu  *.*hides all addresses' "an unprivileged user: kallsyms is hidden"
fi
is "$(left_over)" "" "an unprivileged user: nothing is left"

# A probe of another architecture
if command -v aarch64-linux-gnu-gcc >/dev/null && [ "$(uname -m)" = x86_64 ]; then
	echo 'int main(void) { return 0; }' >"$tmp/other.c"
	aarch64-linux-gnu-gcc -static -o "$tmp/other" "$tmp/other.c"
	fails plain "the probe $tmp/other is for another architecture: 64-bit, little-endian, machine 183" \
		"another architecture's probe" --probe "$tmp/other"
	fails plain 'is for another architecture' "another --arch" --arch arm64
fi

if $can_mount; then
	verify fallback
	has "$tmp/out" '^pass  *live.identity' "TMPDIR there is noexec: another folder is taken"
	fails noexec 'cannot make a folder there in which a program can be run: .*/dev/shm: .*; set TMPDIR' \
		"no folder in which a program can be run"
	fails full 'cannot copy .* there: there is no space (.*No space left on device.*)' "no space"
else
	ok 0 "file systems that are full or noexec # SKIP this user cannot mount"
fi

# Ctrl-C, while the probe runs
PATH="$tmp/bin:$PATH" "$BTFMATRIX" verify --target ssh:slow >"$tmp/out" 2>"$tmp/err" &
pid=$!
for wait in $(seq 1 300); do
	grep -q probing "$tmp/err" && [ -n "$(ls /tmp/btfmatrix.*/values 2>/dev/null | grep -vxF -f "$tmp/before")" ] && break
	sleep 0.3
done
is "$(left_over | grep -c '^/tmp/btfmatrix\.')" 1 "Ctrl-C: there is a folder to be removed"
kill -TERM $pid
wait $pid
is $? 130 "Ctrl-C: status 130"
is "$(left_over)" "" "Ctrl-C: nothing is left"
finish
