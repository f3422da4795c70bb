# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command and writes its wall clock and CPU seconds, with all its children, to a file.

    timed.py FILE COMMAND...

Its status is the command's. A signal that asks it to end is passed on, and it ends when the command and everything that the
command started have.
"""
import os
import resource
import signal
import subprocess
import sys
import time


def main():
    path, *command = sys.argv[1:]
    asked = []

    def pass_on(number, _):
        asked.append(number)
        if child:
            child.send_signal(number)

    child = None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    start = time.monotonic()
    # open for as long as one of them lives
    alive, theirs = os.pipe()
    child = subprocess.Popen(command, pass_fds=(theirs,))
    os.close(theirs)
    if asked:
        child.send_signal(asked[0])
    status = child.wait()
    if asked:
        os.read(alive, 1)
        print(f"bench: interrupted: {command[0]}", file=sys.stderr)
        return 128 + asked[0]
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"{time.monotonic() - start:.3f} {usage.ru_utime + usage.ru_stime:.3f}\n")
    return status if status >= 0 else 128 - status


sys.exit(main())
