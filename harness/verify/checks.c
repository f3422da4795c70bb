// SPDX-License-Identifier: GPL-2.0-only
#include "verify/checks.h"

#define NEEDS_VARS_PERCPU (NEEDS_BTF | NEEDS_PERCPU)
#define NEEDS_VARS_GLOBAL (NEEDS_BTF | NEEDS_GLOBALS)

/* The checks that are the same for both scopes. */
#define FOR_BOTH_SCOPES(name, what, who, more_needs, function)                                     \
	{                                                                                          \
		.id = "percpu." name,                                                              \
		.asserts = what,                                                                   \
		.witness = who,                                                                    \
		.needs = NEEDS_VARS_PERCPU | (more_needs),                                         \
		.scope = SCOPE_PERCPU,                                                             \
		.run = function,                                                                   \
	},                                                                                         \
	{                                                                                          \
		.id = "global." name, .asserts = what, .witness = who,                             \
		.needs = NEEDS_VARS_GLOBAL | (more_needs), .scope = SCOPE_GLOBAL, .run = function, \
	}

const struct check checks[] = {
	{
		.id = "format.elf-identity",
		.asserts = "class, byte order and machine are those of the architecture",
		.witness = "architecture descriptor",
		.run = check_elf_identity,
	},
	{
		.id = "format.btf-parses",
		.asserts = "each .BTF is a readable blob, all of it, in the ELF file's byte order",
		.witness = "BTF format, ELF header",
		.run = check_btf_parses,
	},
	{
		.id = "format.libbpf-parses",
		.asserts =
			"libbpf reads each blob, the split one on its base, and finds as many ids",
		.witness = "libbpf",
		.needs = NEEDS_BTF,
		.run = check_libbpf_parses,
	},
	{
		.id = "tools.bpftool",
		.asserts = "bpftool dumps each blob, and as many types, VARs and DATASECs as are "
			   "there",
		.witness = "bpftool",
		.needs = NEEDS_BTF | NEEDS_PROGRAMS,
		.run = check_bpftool,
	},
	{
		.id = "format.btf-is-well-formed",
		.asserts = "every type obeys the rules by which a kernel accepts BTF",
		.witness = "rules of kernel/bpf/btf.c",
		.needs = NEEDS_BTF,
		.run = check_btf_is_well_formed,
	},
	{
		.id = "format.var-in-datasec",
		.asserts = "each VAR is listed once, in a DATASEC, which alone says where it is",
		.witness = "BTF rules",
		.needs = NEEDS_BTF,
		/* an architecture without a per-CPU section has none in mode n */
		.may_be_empty = true,
		.run = check_var_in_datasec,
	},
	{
		.id = "format.no-duplicates",
		.asserts = "no two types say the same: deduplication has made them one",
		.witness = "BTF rules",
		.needs = NEEDS_BTF,
		/* split BTF of variables alone has no types */
		.may_be_empty = true,
		.run = check_no_duplicates,
	},
	{
		.id = "format.split-fits-base",
		.asserts = "split BTF was made on this base: it names whole strings of it, and its "
			   "variables are as large as types of the base",
		.witness = "BTF of vmlinux",
		.needs = NEEDS_BTF,
		.run = check_split_fits_base,
	},
	{
		.id = "format.module-of-kernel",
		.asserts = "a module's vermagic has vmlinux's release, and its struct module "
			   "vmlinux's size",
		.witness = "linux_banner, BTF of vmlinux",
		.once = true,
		.run = check_module_of_kernel,
	},
	{
		.id = "format.distilled-base",
		.asserts = "each type of a module's .BTF.base is found in vmlinux's BTF",
		.witness = "BTF of vmlinux",
		.needs = NEEDS_BTF,
		.run = check_distilled_base,
	},
	{
		.id = "layout.btf-is-loaded-section",
		.asserts = ".BTF of vmlinux is in memory: in one loadable segment",
		.witness = "ELF program headers",
		.needs = NEEDS_BTF | NEEDS_BTF_SECTION,
		.once = true,
		.run = check_btf_is_loaded_section,
	},
	{
		.id = "layout.btf-bounds-symbols",
		.asserts = "the symbols by which the kernel finds its BTF are the section's bounds",
		.witness = "ELF section headers",
		.needs = NEEDS_BTF | NEEDS_BTF_SECTION | NEEDS_SYMBOLS,
		.once = true,
		.run = check_btf_bounds_symbols,
	},
	{
		.id = "layout.percpu-bounds-symbols",
		.asserts = "the symbols between which the kernel copies are the per-CPU section's "
			   "bounds",
		.witness = "ELF section headers",
		.needs = NEEDS_PERCPU | NEEDS_SYMBOLS,
		.once = true,
		.run = check_percpu_bounds_symbols,
	},
	{
		.id = "mode.datasecs",
		.asserts = "the blob that the mode names has the global variables, and no other",
		.witness = "CONFIG_DEBUG_INFO_BTF_VARS",
		.needs = NEEDS_MODE | NEEDS_BTF,
		.once = true,
		.run = check_mode_datasecs,
	},
	{
		.id = "mode.extra-module-presence",
		.asserts = "vmlinux_btf_extra.ko is there in mode m alone",
		.witness = "CONFIG_DEBUG_INFO_BTF_VARS",
		.needs = NEEDS_MODE,
		.once = true,
		.run = check_mode_extra_presence,
	},
	{
		.id = "mode.extra-kinds",
		.asserts = "the extra module has no kinds but var, datasec and types that its "
			   "variables have",
		.witness = "BTF of vmlinux",
		.needs = NEEDS_MODE | NEEDS_BTF | NEEDS_EXTRA,
		.once = true,
		.run = check_mode_extra_kinds,
	},
	{
		.id = "mode.extra-redundancy",
		.asserts = "the extra module has no type that vmlinux has",
		.witness = "BTF of vmlinux",
		.needs = NEEDS_BTF | NEEDS_EXTRA,
		.once = true,
		.run = check_mode_extra_redundancy,
	},
	{
		.id = "mode.extra-percpu",
		.asserts =
			"what the extra module repeats of the per-CPU DATASEC is what vmlinux has",
		.witness = "BTF of vmlinux",
		.needs = NEEDS_BTF | NEEDS_EXTRA,
		.once = true,
		.run = check_mode_extra_percpu,
	},
	{
		.id = "mode.family-percpu",
		.asserts = "the per-CPU DATASEC is the same in all modes of a family",
		.witness = "vmlinux of the other modes",
		.needs = NEEDS_BTF | NEEDS_MODE,
		.once = true,
		.run = check_family_percpu,
	},
	{
		.id = "mode.family-base",
		.asserts = "vmlinux's BTF is the same, byte for byte, in modes n and m",
		.witness = "vmlinux of the other mode",
		.needs = NEEDS_BTF | NEEDS_MODE,
		.once = true,
		.run = check_family_base,
	},

	FOR_BOTH_SCOPES("section-exists", "vmlinux has a section of each DATASEC's name",
			"ELF section headers", NEEDS_ELF, check_section_exists),
	FOR_BOTH_SCOPES("section-in-memory",
			"each DATASEC's section is in memory, not discarded or for a linker alone",
			"ELF section headers", NEEDS_ELF, check_section_in_memory),
	FOR_BOTH_SCOPES("section-size",
			"each DATASEC is as large as its section, or ends with its last VAR",
			"ELF section headers", NEEDS_ELF, check_section_size),
	FOR_BOTH_SCOPES("symbol-exists", "each VAR's section has a symbol of its name",
			"ELF symbols", NEEDS_SYMBOLS, check_symbol_exists),
	FOR_BOTH_SCOPES("offset-matches-symbol",
			"each VAR's offset is its symbol's address less its section's",
			"ELF symbols", NEEDS_SYMBOLS, check_offset),
	FOR_BOTH_SCOPES("size-matches-type", "each DATASEC entry is as large as its VAR's type",
			"BTF types", 0, check_size_matches_type),
	FOR_BOTH_SCOPES("symbol-size",
			"each symbol is as large as its VAR; larger only by a flexible array",
			"ELF symbols", NEEDS_SYMBOLS, check_symbol_size),
	FOR_BOTH_SCOPES("inside-section", "each VAR ends inside its section", "ELF section headers",
			NEEDS_ELF, check_inside_section),
	FOR_BOTH_SCOPES("alignment",
			"each VAR's address is a multiple of what the ABI demands for its type",
			"ELF section headers, BTF types", NEEDS_ELF, check_alignment),
	FOR_BOTH_SCOPES("sorted", "the VARs of a DATASEC are in the order of their offsets",
			"BTF rules", 0, check_sorted),
	FOR_BOTH_SCOPES("no-overlap", "no VAR begins inside the one before it", "BTF rules", 0,
			check_no_overlap),
	FOR_BOTH_SCOPES("unique", "one place has one VAR", "ELF symbols", 0, check_unique),
	FOR_BOTH_SCOPES("linkage", "a VAR is global if its symbol is, and static if that is local",
			"ELF symbols", NEEDS_SYMBOLS, check_linkage),
	FOR_BOTH_SCOPES("type-matches-dwarf",
			"each VAR has the type its definition has in the source", "DWARF",
			NEEDS_SYMBOLS | NEEDS_DWARF, check_type_matches_dwarf),
	FOR_BOTH_SCOPES("none-missing",
			"each object has a VAR, or a rule of pahole's says why it has none",
			"ELF symbols, DWARF", NEEDS_SYMBOLS | NEEDS_DWARF, check_none_missing),

	{
		.id = "live.identity",
		.asserts = "the running kernel is of the architecture and release that was built",
		.witness = "uname",
		.needs = NEEDS_GUEST,
		.run = check_live_identity,
	},
	{
		.id = "live.sysfs-btf-is-image",
		.asserts = "/sys/kernel/btf serves each .BTF byte for byte",
		.witness = "image files",
		.needs = NEEDS_GUEST | NEEDS_BTF,
		.run = check_live_sysfs_is_image,
	},
	{
		.id = "live.sysfs-mode",
		.asserts = "files in /sys/kernel/btf have mode 0444",
		.witness = "kernel documentation",
		.needs = NEEDS_GUEST,
		.run = check_live_sysfs_mode,
	},
	{
		.id = "live.no-other-btf",
		.asserts = "/sys/kernel/btf has what the mode puts there and nothing else",
		.witness = "CONFIG_DEBUG_INFO_BTF_VARS",
		.needs = NEEDS_GUEST,
		.run = check_live_no_other_btf,
	},
	{
		.id = "live.btf-accepted",
		.asserts = "the running kernel parses and accepts its BTF, and the module's",
		.witness = "running kernel",
		.needs = NEEDS_GUEST,
		.run = check_live_accepted,
	},
	{
		.id = "live.ksym",
		.asserts = "programs that use variables as typed ksyms load",
		.witness = "running kernel",
		.needs = NEEDS_GUEST,
		.run = check_live_ksym,
	},
	{
		.id = "live.no-complaints",
		.asserts = "the kernel's log has no complaint about BTF",
		.witness = "kernel log",
		.needs = NEEDS_GUEST,
		.run = check_live_no_complaints,
	},
	{
		.id = "live.kallsyms-percpu",
		.asserts = "each per-CPU symbol is at __per_cpu_start + its VAR's offset",
		.witness = "kallsyms",
		.needs = NEEDS_GUEST | NEEDS_KALLSYMS | NEEDS_VARS_PERCPU,
		.scope = SCOPE_PERCPU,
		.run = check_live_kallsyms_percpu,
	},
	{
		.id = "live.kallsyms-global",
		.asserts = "all other symbols are where BTF says, moved by one and the same slide",
		.witness = "kallsyms",
		.needs = NEEDS_GUEST | NEEDS_KALLSYMS | NEEDS_VARS_GLOBAL,
		.scope = SCOPE_GLOBAL,
		.run = check_live_kallsyms_global,
	},
	{
		.id = "live.percpu-bounds",
		.asserts = "all per-CPU VARs are inside the area between the kernel's bounds",
		.witness = "kallsyms",
		.needs = NEEDS_GUEST | NEEDS_KALLSYMS | NEEDS_VARS_PERCPU,
		.scope = SCOPE_PERCPU,
		.run = check_live_percpu_bounds,
	},
	{
		.id = "live.percpu-offsets",
		.asserts = "each CPU has an area of its own, as large as the section",
		.witness = "__per_cpu_offset",
		.needs = NEEDS_GUEST | NEEDS_PERCPU,
		.run = check_live_percpu_offsets,
	},
};

const size_t nr_checks = ARRAY_SIZE(checks);

const struct check *check_by_id(const char *id)
{
	for (size_t i = 0; i < nr_checks; i++)
		if (str_eq(checks[i].id, id))
			return &checks[i];
	return NULL;
}
