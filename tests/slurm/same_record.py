#!/usr/bin/env python3
"""same_record.py A B: whether two reports in JSON tell the same of the same cells, but for times and places.

Prints what differs, one a line, and how many cells were compared.
"""
import json
import re
import sys

# what no two runs have in common: times, whether a build was there already, folders, and commands that name them
VOLATILE = re.compile(r"(_s|_at|wall|cpu|jobs|dir|name|cached|compiled|logs|attempts|host|options|id|"
                      r"boot_command|build_command|flaky|baseline|.*path|wanted)$")
FOLDER = re.compile(r"/\S*/(results|parts|builds)\S*")
# of a running guest's memory, the numbers of pids and ticks differ from boot to boot
COUNTED = ("items",)


def strip(value, key=""):
    if isinstance(value, dict):
        return {k: strip(v, k) for k, v in value.items()
                if not (VOLATILE.search(k) and k not in ("check", "cell"))}
    if isinstance(value, list):
        return [strip(v) for v in value]
    if isinstance(value, str):
        return FOLDER.sub("FOLDER", value)
    return value


def cells(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    return {c.get("cell") or c.get("name"): strip(c) for c in report["cells"]}


def differences(a, b, where):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key), b.get(key), f"{where}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{where}[{i}]")
    elif a != b:
        yield f"{where}: {str(a)[:120]} / {str(b)[:120]}"


first, second = cells(sys.argv[1]), cells(sys.argv[2])
found = list(differences(first, second, ""))
for line in found[:40]:
    print("# " + line)
print(f"{len(first)} cells, {len(found)} differences")
