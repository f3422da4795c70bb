#!/bin/sh
# What goes wrong on real machines: each is one clear line, the cell is an error or a failure, the other
# cells go on. Uses the builds that the end-to-end test left in the cache.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# A project of our own, to break.
export BTFMATRIX_DIR=$tmp/project
fresh_project() {
	rm -rf "$BTFMATRIX_DIR"
	mkdir -p "$BTFMATRIX_DIR/harness" "$BTFMATRIX_DIR/results"
	cp -R arches configs patches docs "$BTFMATRIX_DIR/"
	cp -R harness/probe "$BTFMATRIX_DIR/harness/"
}

# edit FILE SED-SCRIPT
edit() {
	sed "$2" "$BTFMATRIX_DIR/$1" >"$tmp/edited" && mv "$tmp/edited" "$BTFMATRIX_DIR/$1"
}

# run ARGS...: leaves $tmp/out, $tmp/err, $status
run() {
	"$BTFMATRIX" run --matrix smoke "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

verdict() {
	awk -v cell="$1" '$1 == cell { print $NF; exit }' "$tmp/out"
}

# A tool is missing: that cell is an error that names it; the other one goes on.
fresh_project
edit arches/s390x.ini 's/^cross_compile = .*/cross_compile = nosuch-linux-gnu-/'
run --mode n
is $status 2 "no cross compiler: status 2"
is "$(verdict s390x/gcc/6.12/n)" error "no cross compiler: the cell is an error"
has "$tmp/err" 'nosuch-linux-gnu-gcc' "no cross compiler: it is named"
case $(verdict x86_64/gcc/6.12/n) in pass | known) ok 0 "no cross compiler: the other cell goes on" ;;
*) ok 1 "no cross compiler: the other cell goes on" ;; esac

fresh_project
edit arches/x86_64.ini 's/^binary = .*/binary = qemu-system-nosuch/'
run --arch x86_64 --mode n
is $status 2 "no QEMU: status 2"
has "$tmp/err" 'qemu-system-nosuch' "no QEMU: it is named"

# Descriptors
fresh_project
edit arches/x86_64.ini 's/^machine = /machnie = /'
run --arch x86_64 --mode n
is $status 2 "a misspelt key: status 2"
has "$tmp/err" 'arches/x86_64.ini:[0-9][0-9]*: .*machnie' "a misspelt key: file, line and key"

run --arch sparc99
is $status 2 "an architecture the matrix does not have: status 2"
has "$tmp/err" 'sparc99' "an architecture the matrix does not have: it is named"

# Kconfig
fresh_project
printf 'CONFIG_NO_SUCH_THING_AT_ALL=y\nCONFIG_KVM_GUEST=y\n' >>"$BTFMATRIX_DIR/configs/kernel/base.config"
run --arch x86_64 --mode n
is "$(verdict x86_64/gcc/6.12/n)" error "a symbol not granted: the cell is an error"
has "$tmp/err" 'NO_SUCH_THING_AT_ALL=y is not known to this tree' "a symbol the tree does not know"
has "$tmp/err" 'KVM_GUEST=y became n' "a symbol whose dependencies are not met"

# A patch that does not apply
fresh_project
mkdir -p "$tmp/tree/lib"
echo '# top' >"$tmp/tree/Kbuild"
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n' >"$tmp/tree/Makefile"
echo 'config NOTHING' >"$tmp/tree/lib/Kconfig.debug"
find "$tmp/tree" -type f -exec cksum {} + >"$tmp/before"
run --arch x86_64 --mode n --kernel-dir "$tmp/tree"
is "$(verdict x86_64/gcc/6.12/n)" error "a patch that does not apply: the cell is an error"
has "$tmp/err" '0001-.*lib/Kconfig.debug' "a patch that does not apply: patch and file are named"
find "$tmp/tree" -type f -exec cksum {} + >"$tmp/after"
ok_if "a user's tree is only read" cmp -s "$tmp/before" "$tmp/after"

# Guests that go wrong
fresh_project
edit arches/x86_64.ini 's/^append = .*/& rdinit=\/nowhere/'
run --arch x86_64 --mode n
is $status 1 "a kernel that panics: status 1"
has "$tmp/out" 'boot panic' "a kernel that panics is told as that"

fresh_project
edit arches/x86_64.ini 's/^silence_s = .*/silence_s = 4/; s/^console = .*/&\nargs = -S/'
run --arch x86_64 --mode n
is $status 1 "a guest that does nothing: status 1"
has "$tmp/out" 'boot silent' "a guest that does nothing is told as that"

# Damaged files
vmlinux=$(find "${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells/x86_64/gcc/6.12/n" -name vmlinux | head -n 1)
for size in 0 40 4096 1000000 20000000; do
	head -c $size "$vmlinux" >"$tmp/vmlinux"
	"$BTFMATRIX" verify --arch x86_64 --mode n --vmlinux "$tmp/vmlinux" >"$tmp/out" 2>"$tmp/err"
	is $? 2 "a vmlinux cut to $size bytes: status 2"
	has "$tmp/err" "$tmp/vmlinux: \(an empty file\|cut off\)" "a vmlinux cut to $size bytes: it is said"
done
"$BTFMATRIX" verify --arch x86_64 --mode n --vmlinux "$tmp/nowhere" >"$tmp/out" 2>"$tmp/err"
status=$?
ok_if "no vmlinux: not status 0" test $status -ne 0

# What is kept of a build is damaged: it is built again
fresh_project
run --arch x86_64 --mode n
kept=$(sed -n 's/.*"vmlinux": "\(.*\)",*$/\1/p' "$BTFMATRIX_DIR/results/latest/cells/x86_64-gcc-6.12-n.json" | head -n 1)
chmod u+w "$kept"
printf 'x' | dd of="$kept" bs=1 seek=5000000 conv=notrunc 2>/dev/null
run --arch x86_64 --mode n
is $status 0 "a damaged build: status 0"
has "$tmp/err" 'is damaged; building x86_64/gcc/6.12/n again' "a damaged build is said to be"
ok_if "a damaged build is not used" test "$(grep -c ' cached ' "$tmp/out")" -eq 0

# An interrupt in the middle of a build: nothing goes on behind our back, and the next run takes it up.
fresh_project
echo 'CONFIG_FHANDLE=y' >>"$BTFMATRIX_DIR/configs/kernel/base.config"
"$BTFMATRIX" run --matrix smoke --arch x86_64 --mode n --force >"$tmp/out" 2>"$tmp/err" &
pid=$!
# until make is at work there; a machine with a warm ccache is soon done
for _ in $(seq 600); do
	pgrep -f "objects/x86_64-gcc-6.12" >/dev/null && break
	sleep 0.1
done
# A script's background child ignores SIGINT; SIGTERM takes the same way.
kill -TERM $pid
wait $pid
is $? 130 "an interrupted run: status 130"
sleep 1
is "$(pgrep -f "objects/x86_64-gcc-6.12" | wc -l | tr -d ' ')" 0 "an interrupted run leaves no child"
has "$tmp/out" 'x86_64/gcc/6.12/n .* skipped' "an interrupted run: the cell is skipped"

# Two runs at once
fresh_project
"$BTFMATRIX" run --matrix smoke --arch x86_64 --mode n >"$tmp/out2" 2>"$tmp/err2" &
pid=$!
run --arch x86_64 --mode n
is $status 0 "two runs at once: the one ends well"
wait $pid
is $? 0 "two runs at once: so does the other"
finish
