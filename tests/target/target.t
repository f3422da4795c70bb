#!/bin/sh
# verify --target local and ssh:HOST on this machine; ssh is a script that does here what it would do there, or
# fails as the real one does where that takes another machine. ssh.t has a real one.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/bin" "$tmp/there" "$tmp/here"
export TMPDIR="$tmp/here"

# What the options leave: "ssh OPTIONS -- HOST COMMAND", run as a login shell there would.
cat >"$tmp/bin/ssh" <<'SSH'
#!/bin/sh
unset TMPDIR
echo "ssh $*" >>"$FAKE_LOG"
while [ $# -gt 0 ]; do
	case $1 in
	-o) shift 2 ;;
	-O) exit 0 ;;
	--) shift; break ;;
	*) echo "fake ssh: $1?" >&2; exit 9 ;;
	esac
done
case ${FAKE-} in
refuse) echo "ssh: connect to host $1 port 22: Connection refused" >&2; exit 255 ;;
hang) case $2 in *--nonce*) exec sleep 60 ;; esac ;;
break) case $2 in *--nonce*) sh -c "$2" | head -n 40; exit 255 ;; esac ;;
full) case $2 in *"cat >"*) echo "cat: write error: No space left on device" >&2; exit 1 ;; esac ;;
noexec) case $2 in *--nonce*) echo "sh: ./probe: Permission denied" >&2; exit 126 ;; esac ;;
other) case $2 in *uname*) echo btfmatrix-is-here; echo sparc64; echo 6.1.0; echo "dir $(mktemp -d /tmp/btfmatrix.XXXXXX)"; exit ;; esac ;;
evil) case $2 in *uname*) printf 'btfmatrix-is-here\nx86_64\n6.1.0\ndir /tmp/$(touch %s)\n' "$FAKE_LOG.evil"; exit ;; esac ;;
elsewhere) case $2 in *uname*) printf 'btfmatrix-is-here\nx86_64\n6.1.0\ndir %s\n' "$FAKE_LOG.theirs"; exit ;; esac ;;
csh) case $2 in *!* | *"
"*) echo "Event not found." >&2; exit 1 ;; esac ;;
talks) case $2 in *uname*) exec yes "Have a nice day" ;; esac ;;
vast) case $2 in *"cat "*/btf/*) exec cat /dev/zero ;; esac ;;
zeros) case $2 in *--nonce*) exec cat /dev/zero ;; esac ;;
mute) case $2 in *uname*) echo "Have a nice day"; exit ;; esac ;;
greets) echo "Welcome to this machine!" >&2; case $2 in *uname*) echo "Welcome!" ;; esac ;;
esac
exec sh -c "$2"
SSH
chmod +x "$tmp/bin/ssh"
export FAKE_LOG="$tmp/fake.log"

# verify ARGS...: leaves $tmp/out, $tmp/err, $status
verify() {
	: >"$FAKE_LOG"
	PATH="$tmp/bin:$PATH" "$BTFMATRIX" verify "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

# Folders that runs on this machine left in /tmp, beside those that were there
left_over() {
	for dir in /tmp/btfmatrix.* /tmp/btfm-*; do
		[ -d "$dir" ] && ! grep -qxF "$dir" "$tmp/before" && echo "$dir"
	done
}
ls -d /tmp/btfmatrix.* /tmp/btfm-* >"$tmp/before" 2>/dev/null

# The command line
verify --target moon
is $status 2 "no such target: status 2"
has "$tmp/err" "'moon' is none of local, ssh:HOST, qemu" "no such target: it says which there are"
verify --target ssh:
is $status 2 "ssh without a host: status 2"
verify --target ssh:-oProxyCommand=true
is $status 2 "a host that looks like an option: status 2"
verify --target local:x
is $status 2 "local takes nothing: status 2"
verify --target qemu
is $status 2 "qemu without an image: status 2"
has "$tmp/err" "needs --arch, and --image" "qemu without an image: it says so"
verify --vmlinux /nowhere --load-module x.ko
has "$tmp/err" "go with --target" "a module to load, and no target"
verify --target local --deadline soon
is $status 2 "a deadline that is no number: status 2"

if [ ! -r /sys/kernel/btf/vmlinux ]; then
	verify --target local
	is $status 2 "a kernel without BTF: status 2"
	has "$tmp/err" "no /sys/kernel/btf/vmlinux" "a kernel without BTF: it is named"
	finish
fi

# A program that crashes and is called so has nothing to do with the kernel's BTF, though its log has a line of it.
echo 'int main(void) { *(volatile int *)8 = 0; return 0; }' >"$tmp/crash.c"
gcc -O0 -o "$tmp/btf_invalid" "$tmp/crash.c"
(ulimit -c 0 && "$tmp/btf_invalid") >/dev/null 2>&1

# This machine's kernel may be any; what it says must be whole, and nothing is loaded or left.
lsmod_before=$(cut -d' ' -f1 /proc/modules 2>/dev/null | sort)
verify --target local
case $status in 0 | 1) ok 0 "local: verified" ;; *) ok 1 "local: verified" && cat "$tmp/err" ;; esac
has "$tmp/out" '^pass  *live.identity' "local: the probe's report was taken"
has "$tmp/out" '^[a-z]*  *live.every-ksym' "local: variables as ksyms"
is "$(grep -c btf_invalid "$tmp/out")" 0 "local: a program's crash is no complaint about BTF"
is "$(ls "$TMPDIR")" "" "local: no file is left"
is "$(cut -d' ' -f1 /proc/modules 2>/dev/null | sort)" "$lsmod_before" "local: the same modules"
cp "$tmp/out" "$tmp/local"

echo '#include <unistd.h>
int main(void) { for (;;) pause(); }' | gcc -x c -o "$tmp/sleeper" - || exit 2
verify --target local --probe "$tmp/sleeper" --deadline 1
is $status 2 "local, a probe that hangs: status 2"
verify --target local --probe /nowhere/probe
is $status 2 "no such probe: status 2"
has "$tmp/err" /nowhere/probe "no such probe: it is named"

verify --target local --load-module /nowhere/vmlinux_btf_extra.ko
is $status 2 "no such module: status 2"

# Far away
verify --target ssh:tester@far.example
is "$(sed 's/ *[0-9]* items*$//' "$tmp/out" | grep -c '^pass')" \
	"$(sed 's/ *[0-9]* items*$//' "$tmp/local" | grep -c '^pass')" "ssh: the same verdicts as here"
has "$FAKE_LOG" '^ssh .*BatchMode=yes.* -- tester@far.example ' "ssh: it is told not to ask"
has "$FAKE_LOG" 'cat >/tmp/btfmatrix\.[^ ]*/[^ ]*-[0-9a-f]*' "ssh: the probe was copied"
has "$FAKE_LOG" 'rm -rf /tmp/btfmatrix\.' "ssh: the folder was removed"
has "$FAKE_LOG" '^ssh .*-O exit' "ssh: the connection was ended"
is "$(left_over)" "" "ssh: no folder is left"
is "$(ls "$TMPDIR")" "" "ssh: no file is left here"

FAKE=greets verify --target ssh:far
has "$tmp/out" '^pass  *live.identity' "ssh: a machine that greets"

# whose login shell takes "!" within quotes for its own
FAKE=csh verify --target ssh:far
has "$tmp/out" '^pass  *live.identity' "ssh: an account with csh"
FAKE=csh PATH="$tmp/bin:$PATH" "$BTFMATRIX" target check ssh:far >"$tmp/out" 2>&1
has "$tmp/out" '^  BTF  *yes' "ssh: target check of an account with csh"

# fails MODE NAME PATTERN ARGS...
fails() {
	fails_mode=$1 fails_name=$2 fails_pattern=$3
	shift 3
	FAKE=$fails_mode verify --target ssh:far "$@"
	is $status 2 "ssh, $fails_name: status 2"
	has "$tmp/err" "$fails_pattern" "ssh, $fails_name: it says so"
	is "$(left_over)" "" "ssh, $fails_name: no folder is left"
}
fails refuse "no connection" 'far: cannot be reached: .*Connection refused'
fails full "no space" 'far: cannot copy [^ ]* there: there is no space .*No space left'
fails noexec "a /tmp that runs nothing" 'far: .*ended with status 126.*Permission denied'
fails break "a connection that breaks" 'far: .*breaks off'
fails hang "a machine that hangs" 'far: .*5' --deadline 5
fails other "a machine without a descriptor" 'sparc64'
fails mute "an account that only greets" 'no shell answers there.*Have a nice day'
fails evil "a folder's name with a command in it" 'cannot make a folder'
is "$(ls "$FAKE_LOG.evil" 2>/dev/null)" "" "ssh: nobody else's commands are run"
mkdir "$FAKE_LOG.theirs"
fails elsewhere "a folder that is none of ours" 'cannot make a folder'
ok_if "ssh: and it is not removed" test -d "$FAKE_LOG.theirs"
fails talks "an answer without end" 'far: the machine sent more than 1024 KiB and was stopped'
fails vast "BTF without end" '/sys/kernel/btf/vmlinux: far: the machine sent more than 65536 KiB and was stopped'
fails zeros "a report without end" 'far: the probe.*it was stopped after 256 MiB'

finish
