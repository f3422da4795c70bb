# What benchmarks measure by; sourced at the top of the repository.
measure=$PWD/tests/bench

# once COMMAND...: seconds it takes and KiB it has at most; its output is dropped, its status does not matter
once() {
	python3 -c '
import os, sys, time
null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
start = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=null)
_, status, usage = os.wait4(pid, 0)
print("%.4f %d" % (time.monotonic() - start, usage.ru_maxrss))
if os.WIFSIGNALED(status) or os.WEXITSTATUS(status) > 1:
    sys.exit("bench: failed: " + " ".join(sys.argv[1:]))' "$@"
}

# timed COMMAND...: its wall clock and CPU seconds with all its children, on a line of $timed; its output goes where it goes
timed() {
	python3 "$measure/timed.py" "$timed" "$@"
}
