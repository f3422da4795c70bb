#!/usr/bin/env python3
"""same_record.py A B: whether two reports in JSON tell the same of the same cells, but for times and places.

Prints what differs, one a line, and how many cells, findings, checks and variables were compared.
"""
import json
import re
import sys

# what no two runs have in common, by its whole path: times, what was there already, commands that name folders
VOLATILE = re.compile(
    r"run\.(name|dir|began_at|ended_at|wall_s|options|jobs|shard|matrix)"
    r"|cells\.(build|boot|verify)_(wall|cpu)_s"
    r"|cells\.(ended_at|cached|compiled|reproduce|build_command|boot_command)"
    r"|cells\.logs\.path"
)
FOLDER = re.compile(r"/\S*/(results|parts|builds|real)\S*")


def strip(value, path=""):
    if isinstance(value, dict):
        return {k: strip(v, f"{path}.{k}" if path else k) for k, v in value.items()
                if not VOLATILE.fullmatch(f"{path}.{k}")}
    if isinstance(value, list):
        return [strip(v, path) for v in value]
    if isinstance(value, str):
        return FOLDER.sub("FOLDER", value)
    return value


def load(path):
    with open(path, encoding="utf-8") as file:
        report = strip(json.load(file))
    report["cells"] = {cell["name"]: cell for cell in report["cells"]}
    return report


def differences(a, b, where):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key), b.get(key), f"{where}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{where}[{i}]")
    elif a != b:
        yield f"{where}: {str(a)[:120]} / {str(b)[:120]}"


first, second = load(sys.argv[1]), load(sys.argv[2])
found = list(differences(first, second, ""))
for line in found[:40]:
    print("# " + line)
cells = first["cells"].values()
print(f"# {sum(len(cell['findings']) for cell in cells)} findings, {sum(len(cell['checks']) for cell in cells)} checks, "
      f"{sum(len(layout['variables']) for layout in first['layouts'].values())} variables compared")
print(f"{len(cells)} cells, {len(found)} differences")
