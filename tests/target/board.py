#!/usr/bin/env python3
"""A board on a serial line: QEMU behind a pty, with a power switch and, if asked for, a boot loader that talks.

board.py LINK SWITCH FOLDER LOADER -- QEMU...

LINK becomes a symbolic link to the line. Words written to the FIFO SWITCH turn it on (again), off, or unplug the
line: at once, or by "cut" when the kernel has said some kilobytes. It loads FOLDER/image, FOLDER/initramfs if there is one, and the arguments in FOLDER/append; with LOADER
"talk" those are what its boot loader is told by "setenv bootargs".
"""
import os
import pty
import select
import subprocess
import sys
import tty

# in the middle of the probe's report: what is said before it, on a quiet console, is less
CUT_AFTER = 16384

link, switch, folder, loader, _, *qemu = sys.argv[1:]
master, slave = pty.openpty()
tty.setraw(slave)
os.symlink(os.ttyname(slave), link)
# open for writing too, so that it never ends
power = os.open(switch, os.O_RDWR)
machine = None
talk = None  # a boot loader's state: "countdown", then the line being typed
bootargs = ""
left = None  # bytes until the line is cut


def say(text):
    os.write(master, text.encode())


def start(append):
    global machine
    initramfs = os.path.join(folder, "initramfs")
    machine = subprocess.Popen(
        qemu + ["-kernel", os.path.join(folder, "image"), "-append", append]
        + (["-initrd", initramfs] if os.path.exists(initramfs) else []),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def stop():
    global machine, talk
    talk = None
    if machine:
        machine.kill()
        machine.wait()
        machine = None


def turn_on():
    global talk
    stop()
    # what another system said before it was cut off
    say("Oops, the old system was cut off\r\nBoot ROM\r\n")
    if loader == "talk":
        say("U-Boot 2024.01\r\nHit any key to stop autoboot:  3 ")
        talk = "countdown"
    else:
        with open(os.path.join(folder, "append"), encoding="ascii") as file:
            start(file.read().strip())


def typed(data):
    global talk, bootargs
    for char in data.decode("ascii", "replace"):
        if talk is None:
            return
        if talk == "countdown":
            talk = ""
            say("\x08\x08 0 \r\n=> ")
        elif char == "\r":
            line, talk = talk, ""
            say("\r\n")
            if line.startswith("setenv bootargs "):
                bootargs = line.split(" ", 2)[2]
            elif line.startswith("booti "):
                talk = None
                start(bootargs)
                return
            say("=> ")
        else:
            talk += char
            say(char)


while True:
    watched = [master, power] + ([machine.stdout] if machine else [])
    for ready in select.select(watched, [], [])[0]:
        if ready == power:
            for word in os.read(power, 100).split():
                if word == b"on":
                    turn_on()
                elif word == b"off":
                    stop()
                elif word == b"cut":
                    left = CUT_AFTER
                else:
                    stop()
                    sys.exit()
        elif ready == master:
            typed(os.read(master, 4096))
        elif machine and ready == machine.stdout:
            data = os.read(machine.stdout.fileno(), 4096)
            if left is not None:
                data = data[:left]
                left -= len(data)
            if data:
                os.write(master, data)
            elif left == 0:
                stop()
                sys.exit()
            else:
                stop()
