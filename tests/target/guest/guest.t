#!/bin/sh
# verify --target ssh:HOST on a machine that is really another: a guest with Debian's own kernel, its own network and
# a real sshd, as root, as an unprivileged user, and locked down. The kernel is fetched and unpacked, not installed.
# `make check-targets` runs this.
set -u
cd "$(dirname "$0")/../../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
kernel=linux-image-cloud-amd64
cache=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/guest-kernel
tmp=$(mktemp -d) || exit 2
qemu_pid=
finish_up() {
	[ -z "$qemu_pid" ] || kill $qemu_pid 2>/dev/null
	rm -rf "$tmp"
}
trap finish_up EXIT
trap 'exit 1' HUP INT TERM
if [ ! -x /usr/sbin/sshd ] || [ "$(uname -m)" != x86_64 ]; then
	echo "1..0 # SKIP it takes openssh-server on x86_64"
	exit 0
fi
mkdir "$tmp/bin" "$tmp/keys" "$tmp/here"
export TMPDIR="$tmp/here"

# Debian's kernel for clouds, of whatever version it has now
if ! ls "$cache"/boot/vmlinuz-* >/dev/null 2>&1; then
	image=$(apt-cache depends "$kernel" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
	(mkdir "$tmp/deb" && cd "$tmp/deb" && apt-get -q download "$image") >"$tmp/fetch" 2>&1
	mkdir -p "$cache" && dpkg -x "$tmp"/deb/*.deb "$cache" 2>>"$tmp/fetch" || {
		ok 1 "Debian's kernel was fetched"
		sed 's/^/# /' "$tmp/fetch"
		finish
	}
fi
image=$(ls "$cache"/boot/vmlinuz-* | tail -n 1)
modules=$(ls -d "$cache"/lib/modules/* "$cache"/usr/lib/modules/* 2>/dev/null | tail -n 1)

for key in host user; do
	ssh-keygen -q -t ed25519 -N '' -f "$tmp/keys/$key"
done
cp "$tmp/keys/user.pub" "$tmp/keys/authorized"
gcc -static -O2 -Wall -o "$tmp/init" tests/target/guest/init.c &&
	python3 tests/target/guest/initramfs.py "$tmp/initramfs" "$tmp/init" "$modules" "$tmp/keys" || {
	ok 1 "the guest's initramfs was made"
	finish
}

port=22922
cat >"$tmp/config" <<CONFIG
Host guest joe
	HostName 127.0.0.1
	Port $port
	IdentityFile $tmp/keys/user
	IdentitiesOnly yes
	UserKnownHostsFile $tmp/known
	StrictHostKeyChecking yes
Host guest
	User root
Host joe
	User joe
CONFIG
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$tmp/keys/host.pub")" >"$tmp/known"
printf '#!/bin/sh\nexec %s -F %s/config "$@"\n' "$(command -v ssh)" "$tmp" >"$tmp/bin/ssh"
chmod +x "$tmp/bin/ssh"
PATH=$tmp/bin:$PATH

# guest ARGS: boots with further kernel arguments, until sshd answers
guest() {
	[ -z "$qemu_pid" ] || { kill $qemu_pid; wait $qemu_pid 2>/dev/null; }
	qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 768M -smp 2 -nodefaults -no-user-config -no-reboot \
		-display none -serial "file:$tmp/console" -kernel "$image" -initrd "$tmp/initramfs" \
		-netdev user,id=net,hostfwd=tcp:127.0.0.1:$port-:22 -device virtio-net-pci,netdev=net,romfile= \
		-append "console=ttyS0 panic=-1 no_timer_check quiet loglevel=4 $1" &
	qemu_pid=$!
	for wait in $(seq 1 150); do
		ssh -o BatchMode=yes -o ConnectTimeout=20 guest true 2>/dev/null && return 0
		kill -0 $qemu_pid 2>/dev/null || break
		sleep 1
	done
	ok 1 "the guest came up ($1)"
	tail -n 20 "$tmp/console" | sed 's/^/# /'
	finish
}
verify() {
	"$BTFMATRIX" verify "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}
nothing_left() {
	is "$(ssh guest 'ls /tmp /var/tmp /dev/shm 2>/dev/null | grep btfmatrix')" "" "$1: nothing is left there"
}

guest ''
release=$(ssh guest uname -r)
verify --target ssh:guest --deadline 600
case $status in 0 | 1) ok 0 "root: verified" ;; *) ok 1 "root: verified"; sed 's/^/# /' "$tmp/err" ;; esac
for check in identity sysfs-btf-is-image btf-accepted value-bpf kallsyms-percpu; do
	has "$tmp/out" "^pass  *live.$check " "root: live.$check"
done
is "$(grep -c '^fail' "$tmp/out")" 0 "root: no finding on Debian's own kernel"
grep -A5 '^live.*finding' "$tmp/out" | sed 's/^/# /'
nothing_left root
"$BTFMATRIX" target check ssh:guest >"$tmp/out" 2>&1
has "$tmp/out" "machine  *x86_64, Linux $release, as root" "root: target check names the machine"
has "$tmp/out" '^  BPF  *yes' "root: target check: BPF may be used"

verify --target ssh:joe --deadline 600
has "$tmp/out" '^pass  *live.identity' "joe: what can be looked at is"
has "$tmp/out" '^skipped  *live.btf-accepted  *.*ermitted' "joe: no BPF, and it says so"
has "$tmp/out" '^skipped  *live.kallsyms-percpu  *.*hides all addresses' "joe: no addresses, and it says so"
is "$(grep -c '^fail' "$tmp/out")" 0 "joe: no finding"
"$BTFMATRIX" target check ssh:joe >"$tmp/out" 2>&1
has "$tmp/out" '^  BPF  *no  *joe may not load programs' "joe: target check says that BPF may not be used"
has "$tmp/out" '^  kallsyms  *no ' "joe: target check says that addresses are hidden"
nothing_left joe

guest 'lockdown=confidentiality sysctl.kernel.kptr_restrict=2'
verify --target ssh:guest --deadline 600
case $status in 0 | 1) ok 0 "locked down: verified" ;; *) ok 1 "locked down: verified"; sed 's/^/# /' "$tmp/err" ;; esac
is "$(grep -c '^fail' "$tmp/out")" 0 "locked down: no finding"
has "$tmp/out" '^skipped  *live.kallsyms-percpu  *.*hides all addresses' "kptr_restrict: no addresses, and it says so"
has "$tmp/out" '^skipped  *live.value-kcore' "locked down: no memory, and it says so"
"$BTFMATRIX" target check ssh:guest >"$tmp/out" 2>&1
has "$tmp/out" '^  BPF  *no .*lockdown is confidentiality' "locked down: target check says what of BPF"
has "$tmp/out" '^  kallsyms  *no .*kptr_restrict is 2' "locked down: target check says what of kallsyms"
nothing_left "locked down"
finish
