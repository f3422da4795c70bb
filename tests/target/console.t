#!/bin/sh
# verify and run --target console:DEVICE on a board behind a pty (board.py), with a power command, a command that
# puts the kernel where the board loads it, and a boot loader that is talked to. Uses the builds that the
# end-to-end test left.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
cells=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/cells
tmp=$(mktemp -d) || exit 2
finish_up() {
	# nobody may read there any more
	for switch in talking plain; do
		timeout 1 sh -c "echo unplug >'$tmp/$switch'" 2>/dev/null
	done
	[ -z "${pids-}" ] || kill $pids 2>/dev/null
	rm -rf "$tmp"
}
trap finish_up EXIT
export XDG_CONFIG_HOME="$tmp/config"

# The newest kept build of mode m
dir=
for json in $(ls -t "$cells"/x86_64/gcc/6.12/m/*/build.json 2>/dev/null); do
	[ -s "${json%/build.json}/vmlinux" ] && dir=${json%/build.json} && break
done
if [ -z "$dir" ]; then
	ok 1 "x86_64: a build of mode m was kept in $cells"
	finish
fi
cp "$dir/vmlinux_btf_extra.ko" "$tmp/"

# board NAME LOADER: a board at $tmp/NAME.tty with the switch $tmp/NAME
board() {
	mkfifo "$tmp/$1"
	mkdir -p "$tmp/tftp"
	python3 tests/target/board.py "$tmp/$1.tty" "$tmp/$1" "$tmp/tftp" "$2" -- qemu-system-x86_64 -machine pc \
		-accel tcg -cpu max -m 256M -smp 2 -nodefaults -no-user-config -no-reboot -display none -serial stdio &
	pids="${pids-} $!"
	for wait in $(seq 1 300); do
		[ -e "$tmp/$1.tty" ] && return
		sleep 0.2
	done
}
board plain none
board talking talk

# verify BOARD ARGS...: leaves $tmp/out, $tmp/err, $status
verify() {
	verify_board=$1
	shift
	"$BTFMATRIX" verify --arch x86_64 --image "$dir/image" --vmlinux "$dir/vmlinux" --kernel 6.12 \
		--load-module "$tmp/vmlinux_btf_extra.ko" --checks 'live.*' --target "$verify_board" "$@" \
		>"$tmp/out" 2>"$tmp/err"
	status=$?
}
on="echo on >$tmp/plain"
off="echo off >$tmp/plain; echo turned off >>$tmp/off"
put="cp \$BTFM_IMAGE $tmp/tftp/image && cp \$BTFM_INITRAMFS $tmp/tftp/initramfs && echo \$BTFM_APPEND >$tmp/tftp/append"
verdicts() {
	sed -n 's/^\(pass\|fail\|known\|skipped\)  *\([^ ]*\).*/\1 \2/p' "$1"
}

verify qemu
cp "$tmp/out" "$tmp/qemu"
verify console:"$tmp/plain.tty" --power-cmd "$on" --off-cmd "$off" --boot-cmd "$put"
is "$(verdicts "$tmp/out")" "$(verdicts "$tmp/qemu")" "a board: the same verdicts as a guest"
has "$tmp/out" '^pass  *live.identity' "a board: the probe's report was taken"
sed 's/^/# /' "$tmp/err"
is "$(cat "$tmp/off")" "turned off" "a board: it was turned off"
has "$tmp/tftp/append" 'console=ttyS0 panic=0 .*btfm.channel=console' "a board: the kernel's arguments"

# With all that is to be known of it in targets.ini
"$BTFMATRIX" target add talker console:"$tmp/talking.tty" --arch x86_64 --power-cmd "echo on >$tmp/talking" \
	--boot-cmd "cp \$BTFM_IMAGE $tmp/tftp/image && cp \$BTFM_INITRAMFS $tmp/tftp/initramfs && rm -f $tmp/tftp/append" \
	--loader-stop 'Hit any key' --loader-prompt '=>' --loader-command 'dhcp' \
	--loader-command 'setenv bootargs {append}' --loader-command 'booti 80000000 81000000:{initramfs_size}' \
	>"$tmp/out" 2>"$tmp/err"
is $? 0 "target add: status 0"
has "$tmp/config/btfmatrix/targets.ini" '^\[talker\]' "target add: it is in targets.ini"
"$BTFMATRIX" target check talker >"$tmp/out" 2>"$tmp/err"
is $? 0 "target check: status 0"
has "$tmp/out" "$tmp/talking.tty.*opens" "target check: its line can be opened"
verify talker
is "$(verdicts "$tmp/out")" "$(verdicts "$tmp/qemu")" "a boot loader that is talked to: the same verdicts as a guest"
sed 's/^/# /' "$tmp/err"

# run, with the builds in the cache
"$BTFMATRIX" run --matrix smoke --mode n --target talker --retries 0 --results "$tmp/results" >"$tmp/out" 2>"$tmp/err"
is $? 0 "run on a board: status 0"
has "$tmp/out" 'x86_64/gcc/6.12/n .* pass$' "run on a board: the cell passes"
has "$tmp/results/latest/cells/x86_64-gcc-6.12-n.json" '"command": ".*echo on >' "run on a board: the power command is recorded"
"$BTFMATRIX" run --target talker --arch s390x --results "$tmp/results" >"$tmp/out" 2>"$tmp/err"
is $? 2 "run with another architecture: status 2"
has "$tmp/err" 'talker is x86_64' "run with another architecture: it says so"

# fails PATTERN NAME ARGS...
fails() {
	fails_pattern=$1 fails_name=$2
	shift 2
	verify "console:$tmp/plain.tty" "$@"
	is $status 2 "$fails_name: status 2"
	has "$tmp/err" "$fails_pattern" "$fails_name: it says so"
}
fails 'boot panic: Kernel panic - not syncing: .*; see /' "no root file system" --power-cmd "$on" --off-cmd "$off" \
	--boot-cmd "$put; rm $tmp/tftp/initramfs"
fails 'boot timeout: still running after 5 s' "a board that stays off" --power-cmd true --deadline 5
fails 'the power command `echo no relay; exit 3. failed with status 3: "no relay"' "a power command that fails" \
	--power-cmd 'echo no relay; exit 3'
fails 'the boot command `exit 4. failed with status 4' "a boot command that fails" --power-cmd "$on" --boot-cmd 'exit 4'
fails 'needs --power-cmd' "no power command"
verify console:"$tmp/nothing" --power-cmd true
is $status 2 "no such line: status 2"
has "$tmp/err" 'nothing: No such file or directory; is the board.s adapter' "no such line: it says so"
verify console:/dev/null --power-cmd true
has "$tmp/err" '/dev/null is no serial line' "no line at all: it says so"
verify console:"$tmp/plain.tty" --power-cmd true --baud 12345
has "$tmp/err" 'no serial line has 12345' "no such speed: it says so"

# Ctrl-C: the board is turned off
: >"$tmp/off"
"$BTFMATRIX" verify --arch x86_64 --image "$dir/image" --target console:"$tmp/plain.tty" --power-cmd "$on; : >$tmp/powered" \
	--off-cmd "$off" >"$tmp/out" 2>"$tmp/err" &
pid=$!
for wait in $(seq 1 300); do
	[ -e "$tmp/powered" ] && break
	sleep 0.2
done
kill -INT $pid 2>/dev/null || kill -TERM $pid
kill -TERM $pid
wait $pid
is $? 130 "Ctrl-C: status 130"
is "$(cat "$tmp/off")" "turned off" "Ctrl-C: the board was turned off"

# between two frames, or in the middle of one
fails 'boot \(no-token: the guest ended\|bad-report: .* damaged\)' "a line that is unplugged" --power-cmd "echo cut >$tmp/plain; $on" \
	--boot-cmd "$put"
finish
