#!/bin/sh
# The driver killed at random, two at once, tools that fail, hang, flood or do nothing, guests that end in any way, no
# room: each ends in the right verdict, with nothing lost, nothing done twice and nothing left running.
# SOAK=1 (make soak): 200 kills in place of 4.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/sched/fake.sh
tmpfs=
trap '[ "$tmpfs" ] && umount "$tmpfs"; rm -rf "$tmp"' EXIT
fake_setup

if [ "${SOAK:-}" ]; then kills=200; else kills=4; fi

# What is right, from a run that nothing happens to, and how long that takes.
begun=$(date +%s)
FAKE_SECONDS=0.2 fake_run right --mode n,m
length=$(($(date +%s) - begun + 1))
right="$(verdict right n) $(verdict right m)"
is "$right" "pass known" "the verdicts of a run in peace"

# forget: as if nothing had been done
forget() {
	rm -rf "$cache"/cells "$cache"/objects "$cache"/state.db*
	: >"$tmp/boots"
}

# The driver is killed between nothing and somewhat more than a whole run; what it had finished is not done again.
forget
killed=0
lost=0
twice=0
left=0
while [ $killed -lt $kills ]; do
	FAKE_SECONDS=0.2 env "$mark" "$BTFMATRIX" run --arch x86_64 --mode n,m --results "$tmp/results" \
		>"$tmp/killed.out" 2>"$tmp/killed.err" &
	driver=$!
	sleep "$(awk -v seed="$$$killed" -v whole="$length" 'BEGIN { srand(seed); printf "%.2f", rand() * 1.2 * whole }')"
	kill -9 $driver 2>/dev/null
	wait $driver 2>/dev/null
	killed=$((killed + 1))
	all_gone 15 || left=$((left + 1))
	# what counts as finished now
	built=$(ls "$cache"/cells/x86_64/gcc/6.12/*/*/build.json 2>/dev/null | wc -l)
	booted=$(ls "$cache"/cells/x86_64/gcc/6.12/*/*/boot-*/boot.json 2>/dev/null | wc -l)
	made=$(makes)
	boots=$(boots)
	[ $((killed % 4)) -eq 0 ] || continue
	fake_run after --mode n,m
	[ "$(verdict after n) $(verdict after m)" = "$right" ] || lost=$((lost + 1))
	[ $(($(makes) - made)) -eq $((2 - built)) ] || twice=$((twice + 1))
	[ $(($(boots) - boots)) -eq $((2 - booted)) ] || twice=$((twice + 1))
	forget
done
echo "# $kills kills: $twice lost, $lost wrong, $left orphans"
is "$lost" 0 "driver killed $kills times: the run after it has the right verdicts"
is "$twice" 0 "and does nothing again that was finished"
is "$left" 0 "and no process is left"

# Two at once, on one cache.
forget
FAKE_SECONDS=0.3 env "$mark" "$BTFMATRIX" run --arch x86_64 --mode n,m --results "$tmp/results" >"$tmp/one.out" 2>"$tmp/one.err" &
one=$!
FAKE_SECONDS=0.3 fake_run two --mode n,m
wait $one
is "$? $status" "0 0" "two runs at once: both end well"
is "$(verdict one n) $(verdict one m)" "$right" "the first has the right verdicts"
is "$(verdict two n) $(verdict two m)" "$right" "so has the second"
is "$(makes)" 2 "each kernel was made once"

# A lock that somebody else has.
forget
mkdir -p "$cache/objects"
mkfifo "$tmp/release"
flock "$objects.lock" cat "$tmp/release" >/dev/null &
env "$mark" "$BTFMATRIX" run --arch x86_64 --mode n --results "$tmp/results" >"$tmp/lock.out" 2>"$tmp/lock.err" &
driver=$!
i=0
while [ $i -lt 600 ] && ! grep -q 'waits for another btfmatrix' "$tmp/lock.err"; do
	i=$((i + 1))
	sleep 0.1
done
has "$tmp/lock.err" "x86_64/gcc/6.12/n waits for another btfmatrix .* .fuser $objects.lock. tells" "a foreign lock: it is said, with the file"
echo >"$tmp/release"
wait $driver
is "$? $(verdict lock n)" "0 pass" "and when it is gone the run goes on"

# Ctrl-C while make hangs, and does not listen.
forget
FAKE_MAKE=hang env "$mark" "$BTFMATRIX" run --arch x86_64 --mode n --results "$tmp/results" >"$tmp/hang.out" 2>"$tmp/hang.err" &
driver=$!
sleep 3
kill -INT $driver
wait $driver
is $? 130 "interrupted while make hangs: status 130"
no_orphans "and make is gone"

# Tools that fail, or say they did well and have made nothing.
FAKE_MAKE=fail fake_run fail --mode n
is "$status $(verdict fail n)" "2 error" "a make that fails: an error"
has "$tmp/fail.out" 'the kernel does not build: x.c:1: error: no' "with the line that tells it"
FAKE_MAKE=silent fake_run silent --mode n
is "$status $(verdict silent n)" "2 error" "a make that makes nothing: an error"
has "$tmp/silent.out" 'the build left no vmlinux' "which says so"
FAKE_MAKE=flood fake_run flood --mode n
is "$(verdict flood n)" pass "a make that says 1 GB: the verdict is right"
log=$tmp/results/latest/cells/x86_64-gcc-6.12-n/build.log
has "$log" 'bytes are left out here' "its log has the beginning and the end"
is "$(find "$tmp/results/latest/" "$cache/cells" -name build.log -size +33M)" "" "and does not fill the disk"
rm -rf "$objects"

# qemu NAME SCRIPT: a QEMU that does that
qemu() {
	mkdir -p "$tmp/bin-$1"
	printf '#!/bin/sh\n[ "$1" = --version ] && exec %s --version\n%s\n' "$real_qemu" "$2" >"$tmp/bin-$1/qemu-system-x86_64"
	chmod +x "$tmp/bin-$1/qemu-system-x86_64"
	PATH=$tmp/bin-$1:$PATH fake_run "$1" --mode n --retries 0
}
real_qemu=$(PATH=${PATH#"$tmp/bin:"} command -v qemu-system-x86_64)
rm -rf "$cache"/cells/x86_64/gcc/6.12/n/*/boot-* "$cache"/state.db*
: >"$tmp/boots"
qemu fails 'echo no such machine >&2; exit 1'
is "$(verdict fails n)" fail "a QEMU that fails: the boot failed"
has "$tmp/fails.out" 'boot qemu-died' "and how"
qemu empty 'exit 0'
is "$(verdict empty n)" fail "a QEMU that ends well and has booted nothing: the boot failed"
qemu crashes 'kill -SEGV $$'
has "$tmp/crashes.out" 'boot qemu-died' "a QEMU that crashes"
qemu forges 'for a; do case $a in *path=*) f=${a##*path=}; echo "BTFMATRIX-END 0000" >"$f" ;; esac; done; echo "btfmatrix: end"'
is "$(verdict forges n)" fail "a guest that forges the end: the boot failed"
qemu floods 'yes "all work and no play" | head -c 200000000'
is "$(verdict floods n)" fail "a guest that floods the console: the boot failed"
has "$tmp/floods.out" 'boot timeout\|boot qemu-died\|boot [a-z-]*: .*console' "and how"
qemu panics 'echo "Linux version 6.12"; echo "Kernel panic - not syncing: test"; exec sleep 60'
has "$tmp/panics.out" 'boot panic' "a guest that panics"
qemu oopses 'echo "Linux version 6.12"; echo "[    1.000000] Oops: 0000 [#1] PREEMPT SMP"; exit 0'
has "$tmp/oopses.out" 'boot splat: .*Oops' "a guest that oopses"
qemu reboots 'for i in 1 2 3; do echo "[    0.000000] Linux version 6.12"; done'
has "$tmp/reboots.out" 'boot reboot-loop' "a guest that reboots in a loop"
qemu leaves 'echo "[    0.000000] Linux version 6.12"; exit 0'
has "$tmp/leaves.out" 'boot no-token' "a guest that powers off before it has reported"
qemu babbles 'for a; do case $a in *path=*) head -c 100000 /dev/urandom >"${a##*path=}" ;; esac; done; echo "[    0.000000] Linux version 6.12"'
has "$tmp/babbles.out" 'boot bad-report\|boot no-token' "a guest whose frames are broken"
if [ "${SOAK:-}" ]; then
	qemu hangs 'echo "[    0.000000] Linux version 6.12"; exec sleep 1000'
	has "$tmp/hangs.out" 'boot silent' "a guest that hangs without a word"
fi
is "$(boots)" 0 "none of them was the real one"
qemu warns "$real_qemu \"\$@\" | sed -u '/Linux version/a [    0.100000] WARNING: CPU: 0 PID: 1 at kernel/x.c:1 f+0x1/0x2'"
has "$tmp/warns.out" 'boot splat: .*WARNING: CPU: 0' "a guest that warns, and reports all the same"
fake_run restored --mode n
is "$(verdict restored n)" pass "and a real one after them is right: none of their verdicts was kept"

# A worker that is killed is its cell's error, and the other cells go on.
forget
FAKE_SECONDS=1 env "$mark" "$BTFMATRIX" run --arch x86_64 --mode n,m --results "$tmp/results" >"$tmp/worker.out" 2>"$tmp/worker.err" &
driver=$!
i=0
while [ "$(makes)" = 0 ] && [ $i -lt 100 ]; do
	i=$((i + 1))
	sleep 0.1
done
worker=$(ps -o pid= --ppid $driver | head -n 1)
kill -9 $worker
wait $driver
is "$? $(verdict worker n)" "2 error" "a worker that is killed: an error"
has "$tmp/worker.out" 'the process that did it was ended by signal 9' "which says so"
is "$(verdict worker m)" known "and the next cell is right"
no_orphans "and nothing of it is left"

# A wall clock that steps by a day, ahead and back, for the driver and all it starts.
if ${CC:-gcc} -shared -fPIC -o "$tmp/clock.so" tests/sched/clock.c; then
	forget
	LD_PRELOAD=$tmp/clock.so fake_run clock --mode n,m
	is "$(verdict clock n) $(verdict clock m)" "$right" "a clock that steps: the verdicts are right"
	LD_PRELOAD=$tmp/clock.so fake_run clock2 --mode n,m
	is "$(verdict clock2 n) $(verdict clock2 m) $(makes)" "$right 2" "and nothing is made again for it"
fi

# Stopped for longer than a guest may be silent: the driver with its workers, not the guest.
if [ "${SOAK:-}" ]; then
	forget
	env "$mark" "$BTFMATRIX" run --arch x86_64 --mode n --results "$tmp/results" --retries 0 >"$tmp/stop.out" 2>"$tmp/stop.err" &
	driver=$!
	sleep 2
	for pid in $driver $(pgrep -P "$driver"); do kill -STOP "$pid"; done
	sleep 30
	for pid in $(pgrep -P "$driver") $driver; do kill -CONT "$pid"; done
	wait
	is "$(verdict stop n)" pass "stopped for 30 s and continued: the verdict is right"
fi

# No room: a file system that the object tree, one kept build and half of another fill.
if [ "$(id -u)" = 0 ] && mkdir "$tmp/small" && mount -t tmpfs -o size=190m none "$tmp/small" 2>/dev/null; then
	tmpfs=$tmp/small
	forget
	mv "$cache" "$tmp/small/btfmatrix"
	export XDG_CACHE_HOME="$tmp/small"
	fake_run room --mode n,m
	is "$(verdict room n)" pass "no room: what fits is verified"
	is "$status $(verdict room m)" "2 error" "what does not is an error"
	has "$tmp/room.out" 'No space left on device' "which says so"
	mount -o remount,size=1g "$tmp/small"
	fake_run room2 --mode n,m
	is "$(verdict room2 n) $(verdict room2 m)" "$right" "with room the next run goes on, and is right"
fi
finish
