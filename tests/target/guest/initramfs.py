#!/usr/bin/env python3
"""initramfs.py OUT INIT MODULES_DIR KEYS -- the initramfs of a guest with sshd, from this machine's own programs.

MODULES_DIR is the kernel's /lib/modules/RELEASE; KEYS has host (the host's private key) and authorized.
"""
import os
import re
import subprocess
import sys

out, init, modules, keys = sys.argv[1:]
PROGRAMS = ["/bin/sh", "/usr/sbin/sshd", "/bin/cat", "/bin/chmod", "/usr/bin/id", "/bin/ls", "/bin/mktemp", "/bin/rm",
            "/bin/uname", "/usr/bin/wc", "/usr/bin/timeout", "/bin/grep", "/usr/bin/tail"]
# in this order
MODULES = ["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci", "failover",
           "net_failover", "virtio_net"]
files = {}  # path in the guest -> (mode, bytes)


def add(path, data, mode=0o100644):
    files[path.lstrip("/")] = (mode, data)


def add_file(path, source, mode):
    with open(source, "rb") as file:
        add(path, file.read(), mode)


def libraries(program):
    said = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                          encoding="ascii").stdout
    return re.findall(r"(/\S+)", said)


for program in PROGRAMS:
    add_file(program, program, 0o100755)
    for library in libraries(program):
        add_file(library, library, 0o100755)
add_file("init", init, 0o100755)

found = {}
for folder, _, names in os.walk(modules):
    for name in names:
        if ".ko" in name:
            found[name.split(".ko")[0].replace("-", "_")] = os.path.join(folder, name)
wanted = [m for m in MODULES if m in found]
for module in wanted:
    add_file(f"ko/{module}.ko", found[module], 0o100644)
add("modules", "".join(f"/ko/{m}.ko\n" for m in wanted).encode())

add("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/bin/false\n"
                  b"joe:x:1000:1000:joe:/home/joe:/bin/sh\n")
add("etc/group", b"root:x:0:\njoe:x:1000:\nnogroup:x:65534:\n")
add("etc/shadow", b"root:*:19000::::::\njoe:*:19000::::::\n", 0o100600)
add("etc/nsswitch.conf", b"passwd: files\ngroup: files\nshadow: files\n")
add_file("etc/ssh/ssh_host_ed25519_key", os.path.join(keys, "host"), 0o100600)
add_file("etc/ssh/authorized", os.path.join(keys, "authorized"), 0o100644)
add("etc/ssh/sshd_config", b"HostKey /etc/ssh/ssh_host_ed25519_key\nUsePAM no\nPermitRootLogin prohibit-password\n"
                           b"AuthorizedKeysFile /etc/ssh/authorized\nStrictModes no\nPidFile none\nUseDNS no\n")

folders = set()
for path in files:
    parts = path.split("/")[:-1]
    folders.update("/".join(parts[:i + 1]) for i in range(len(parts)))
folders.update(["dev", "proc", "sys", "run", "tmp", "root", "home", "home/joe"])

inode = 0


def entry(name, mode, data=b"", dev=(0, 0)):
    global inode
    inode += 1
    name = name.encode() + b"\0"
    fields = [inode, mode, 0, 0, 1, 0, len(data), 0, 0, dev[0], dev[1], len(name), 0]
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + name
    head += b"\0" * (-len(head) % 4)
    return head + data + b"\0" * (-len(data) % 4)


with open(out, "wb") as archive:
    for folder in sorted(folders):
        archive.write(entry(folder, 0o040755))
    # before devtmpfs is there
    archive.write(entry("dev/console", 0o020600, dev=(5, 1)))
    for path, (mode, data) in sorted(files.items()):
        archive.write(entry(path, mode, data))
    archive.write(entry("TRAILER!!!", 0))
