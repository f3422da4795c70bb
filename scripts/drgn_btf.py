# SPDX-License-Identifier: GPL-2.0-only
"""Types and variables from BTF for drgn, which does not read BTF itself.

    import drgn_btf
    drgn_btf.load(prog, "/sys/kernel/btf/vmlinux", "vmlinux_btf_extra.btf")
    prog["init_task"].comm

The first file is vmlinux's BTF, or a vmlinux that has it; the second is split from it, as `btfmatrix encode` writes it.
bpftool reads both. Where a variable is, the symbols say that prog has. Needs drgn 0.0.31 or newer.
"""
import functools
import json
import os
import shutil
import subprocess

import drgn
from drgn import Qualifiers, TypeKind

QUALIFIERS = {"CONST": Qualifiers.CONST, "VOLATILE": Qualifiers.VOLATILE, "RESTRICT": Qualifiers.RESTRICT}
KINDS = {
    "INT": {TypeKind.INT, TypeKind.BOOL}, "FLOAT": {TypeKind.FLOAT}, "STRUCT": {TypeKind.STRUCT}, "UNION": {TypeKind.UNION},
    "ENUM": {TypeKind.ENUM}, "ENUM64": {TypeKind.ENUM}, "TYPEDEF": {TypeKind.TYPEDEF},
}


def dump(*arguments):
    """What bpftool says of a file, a list of types."""
    bpftool = shutil.which("bpftool", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not bpftool:
        raise FileNotFoundError("bpftool is not in $PATH")
    return json.loads(subprocess.check_output([bpftool, "-j", *arguments]))["types"]


class Btf:
    def __init__(self, prog, base, split=None):
        self.prog = prog
        self.types = {t["id"]: t for t in dump("btf", "dump", "file", base)}
        if split:
            self.types.update((t["id"], t) for t in dump("-B", base, "btf", "dump", "file", split))
        self.named, self.variables = {}, {}
        for t in self.types.values():
            if t["kind"] == "VAR":
                self.variables.setdefault(t["name"], t["id"])
            elif t["kind"] in KINDS and t["name"] != "(anon)":
                self.named.setdefault(t["name"], []).append(t["id"])

    def members(self, t):
        for m in t["members"]:
            of = functools.partial(self.member_type, m)
            yield drgn.TypeMember(of, None if m["name"] == "(anon)" else m["name"], m["bits_offset"])

    def member_type(self, m):
        of = self.type(m["type_id"])
        bits = m.get("bitfield_size")
        return drgn.Object(self.prog, of, bit_field_size=bits) if bits else of

    def lazy(self, id):
        return functools.partial(self.type, id)

    @functools.lru_cache(maxsize=None)
    def type(self, id):
        """drgn's type for an id."""
        prog = self.prog
        if not id:
            return prog.void_type()
        t = self.types[id]
        kind, name = t["kind"], None if t.get("name") == "(anon)" else t.get("name")
        if kind in QUALIFIERS:
            of = self.type(t["type_id"])
            return of.qualified(of.qualifiers | QUALIFIERS[kind])
        if kind == "INT":
            if t["encoding"] == "BOOL":
                return prog.bool_type(name, t["size"])
            return prog.int_type(name, t["size"], t["encoding"] in ("SIGNED", "CHAR") or name == "char")
        if kind == "FLOAT":
            return prog.float_type(name, t["size"])
        if kind == "PTR":
            return prog.pointer_type(self.type(t["type_id"]))
        if kind == "ARRAY":
            return prog.array_type(self.type(t["type_id"]), t["nr_elems"])
        if kind in ("STRUCT", "UNION"):
            make = prog.struct_type if kind == "STRUCT" else prog.union_type
            return make(name, t["size"], tuple(self.members(t)))
        if kind == "FWD":
            return (prog.union_type if t["fwd_kind"] == "union" else prog.struct_type)(name)
        if kind in ("ENUM", "ENUM64"):
            values = [drgn.TypeEnumerator(v["name"], v["val"]) for v in t["values"]]
            if not values:
                return prog.enum_type(name)
            size, signed = t["size"], any(v["val"] < 0 for v in t["values"])
            of = prog.int_type("int%d" % (8 * size) if signed else "uint%d" % (8 * size), size, signed)
            return prog.enum_type(name, of, values)
        if kind == "TYPEDEF":
            return prog.typedef_type(name, self.type(t["type_id"]))
        if kind == "FUNC_PROTO":
            given = [p for p in t["params"] if p["type_id"]]
            parameters = [drgn.TypeParameter(self.lazy(p["type_id"]), p["name"] or None) for p in given]
            return prog.function_type(self.type(t["ret_type_id"]), parameters, len(given) < len(t["params"]))
        if kind == "TYPE_TAG":
            return self.type(t["type_id"])
        raise LookupError("[%d] %s is no type of C" % (id, kind))

    def find_type(self, prog, kinds, name, filename):
        for id in self.named.get(name, ()) if not filename else ():
            if KINDS[self.types[id]["kind"]] & kinds:
                found = self.type(id)
                if found.kind in kinds:
                    return found
        return None

    def find_object(self, prog, name, flags, filename):
        if filename or not flags & drgn.FindObjectFlags.VARIABLE or name not in self.variables:
            return None
        of = self.type(self.types[self.variables[name]]["type_id"])
        return drgn.Object(prog, of, address=prog.symbol(name).address)


def load(prog, base, split=None):
    """Has prog look for types and variables in BTF, after what else it has."""
    btf = Btf(prog, base, split)
    prog.register_type_finder("btf", btf.find_type, enable_index=-1)
    prog.register_object_finder("btf", btf.find_object, enable_index=-1)
    return btf
