// SPDX-License-Identifier: GPL-2.0-only
#include "verify/checks.h"

#define NEEDS_VARS_PERCPU (NEEDS_BTF | NEEDS_PERCPU)
#define NEEDS_VARS_GLOBAL (NEEDS_BTF | NEEDS_GLOBALS)

/* The checks that are the same for both scopes. */
#define FOR_BOTH_SCOPES(name, what, who, why, more_needs, function)                                \
	{                                                                                          \
		.id = "percpu." name,                                                              \
		.asserts = what,                                                                   \
		.witness = who,                                                                    \
		.source = why,                                                                     \
		.needs = NEEDS_VARS_PERCPU | (more_needs),                                         \
		.scope = SCOPE_PERCPU,                                                             \
		.run = function,                                                                   \
	},                                                                                         \
	{                                                                                          \
		.id = "global." name, .asserts = what, .witness = who, .source = why,              \
		.needs = NEEDS_VARS_GLOBAL | (more_needs), .scope = SCOPE_GLOBAL, .run = function, \
	}

const struct check checks[] = {
	{
		.id = "format.elf-identity",
		.asserts = "class, byte order and machine are those of the architecture",
		.witness = "architecture descriptor",
		.source = "ELF gABI, ELF Identification: e_ident, e_machine",
		.run = check_elf_identity,
	},
	{
		.id = "format.btf-parses",
		.asserts = "each .BTF is a readable blob, all of it, in the ELF file's byte order",
		.witness = "BTF format, ELF header",
		.source = "kernel/bpf/btf.c: btf_parse_hdr, btf_check_sec_info",
		.run = check_btf_parses,
	},
	{
		.id = "format.libbpf-parses",
		.asserts =
			"libbpf reads each blob, the split one on its base, and finds as many ids",
		.witness = "libbpf",
		.source = "tools/lib/bpf/btf.c: btf__new, btf__new_split",
		.needs = NEEDS_BTF,
		.run = check_libbpf_parses,
	},
	{
		.id = "tools.bpftool",
		.asserts = "bpftool dumps each blob, and as many types, VARs and DATASECs as are "
			   "there",
		.witness = "bpftool",
		.source = "tools/bpf/bpftool/btf.c: btf dump",
		.needs = NEEDS_BTF | NEEDS_PROGRAMS,
		.run = check_bpftool,
	},
	{
		.id = "format.btf-is-well-formed",
		.asserts = "every type obeys the rules by which a kernel accepts BTF",
		.witness = "rules of kernel/bpf/btf.c",
		.source = "kernel/bpf/btf.c: btf_check_all_metas, btf_resolve",
		.needs = NEEDS_BTF,
		.apart = true,
		.run = check_btf_is_well_formed,
	},
	{
		.id = "format.var-in-datasec",
		.asserts = "each VAR is listed once, in a DATASEC, which alone says where it is",
		.witness = "BTF rules",
		.source = "Documentation/bpf/btf.rst: BTF_KIND_VAR, BTF_KIND_DATASEC",
		.needs = NEEDS_BTF,
		/* an architecture without a per-CPU section has none in mode n */
		.may_be_empty = true,
		.run = check_var_in_datasec,
	},
	{
		.id = "format.no-duplicates",
		.asserts = "no two types say the same: deduplication has made them one",
		.witness = "BTF rules",
		.source = "tools/lib/bpf/btf.c: btf__dedup",
		.needs = NEEDS_BTF,
		/* split BTF of variables alone has no types */
		.may_be_empty = true,
		.apart = true,
		.run = check_no_duplicates,
	},
	{
		.id = "format.split-fits-base",
		.asserts = "split BTF was made on this base: it names whole strings of it, and its "
			   "variables are as large as types of the base",
		.witness = "BTF of vmlinux",
		.source = "kernel/bpf/btf.c: btf_parse_module; ids and strings count on from the "
			  "base's",
		.needs = NEEDS_BTF,
		.run = check_split_fits_base,
	},
	{
		.id = "format.module-of-kernel",
		.asserts = "a module's vermagic has vmlinux's release, and its struct module "
			   "vmlinux's size",
		.witness = "linux_banner, BTF of vmlinux",
		.source = "kernel/module/main.c: check_modinfo, elf_validity_cache_index_mod",
		.once = true,
		.run = check_module_of_kernel,
	},
	{
		.id = "format.distilled-base",
		.asserts = "each type of a module's .BTF.base is found in vmlinux's BTF",
		.witness = "BTF of vmlinux",
		.source = "tools/lib/bpf/btf_relocate.c: btf_relocate, since Linux 6.11",
		.needs = NEEDS_BTF,
		.run = check_distilled_base,
	},
	{
		.id = "layout.btf-is-loaded-section",
		.asserts = ".BTF of vmlinux is in memory: in one loadable segment",
		.witness = "ELF program headers",
		.source = "include/asm-generic/vmlinux.lds.h: BTF; ELF gABI, Program Header",
		.needs = NEEDS_BTF | NEEDS_BTF_SECTION,
		.once = true,
		.run = check_btf_is_loaded_section,
	},
	{
		.id = "layout.btf-bounds-symbols",
		.asserts = "the symbols by which the kernel finds its BTF are the section's bounds",
		.witness = "ELF section headers",
		.source = "kernel/bpf/sysfs_btf.c: __start_BTF, __stop_BTF",
		.needs = NEEDS_BTF | NEEDS_BTF_SECTION | NEEDS_SYMBOLS,
		.once = true,
		.run = check_btf_bounds_symbols,
	},
	{
		.id = "layout.percpu-bounds-symbols",
		.asserts = "the symbols between which the kernel copies are the per-CPU section's "
			   "bounds",
		.witness = "ELF section headers",
		.source = "include/asm-generic/vmlinux.lds.h: PERCPU_SECTION; mm/percpu.c",
		.needs = NEEDS_PERCPU | NEEDS_SYMBOLS,
		.once = true,
		.run = check_percpu_bounds_symbols,
	},
	{
		.id = "mode.datasecs",
		.asserts = "each blob has the DATASECs that kernel, SMP, pahole and mode lead to, "
			   "and no other",
		.witness = "configs/expect.ini",
		.source = "configs/expect.ini: reason; patches/linux: CONFIG_DEBUG_INFO_BTF_VARS",
		.needs = NEEDS_MODE | NEEDS_BTF,
		.once = true,
		.run = check_mode_datasecs,
	},
	{
		.id = "mode.extra-module-presence",
		.asserts = "the extra module is there in mode m alone",
		.witness = "configs/expect.ini",
		.source = "patches/linux: kernel/bpf/Makefile, vmlinux_btf_extra",
		.needs = NEEDS_MODE,
		.once = true,
		.run = check_mode_extra_presence,
	},
	{
		.id = "mode.pahole-flags",
		.asserts = "pahole was told to encode all variables for the blob that the mode "
			   "names, and for no other",
		.witness = "pahole's command line",
		.source = "configs/features: pahole; pahole --btf_features=global_var, since 1.28",
		.needs = NEEDS_MODE,
		.once = true,
		.run = check_mode_pahole_flags,
	},
	{
		.id = "mode.extra-kinds",
		.asserts = "the extra module has no kinds but var, datasec and types that its "
			   "variables have",
		.witness = "BTF of vmlinux",
		.source = "patches/linux: vmlinux_btf_extra; tools/lib/bpf/btf.c: btf__dedup",
		.needs = NEEDS_MODE | NEEDS_BTF | NEEDS_EXTRA,
		.once = true,
		.run = check_mode_extra_kinds,
	},
	{
		.id = "mode.extra-redundancy",
		.asserts = "the extra module has no type that vmlinux has",
		.witness = "BTF of vmlinux",
		.source = "tools/lib/bpf/btf.c: btf__dedup against a base",
		.needs = NEEDS_BTF | NEEDS_EXTRA,
		.once = true,
		.run = check_mode_extra_redundancy,
	},
	{
		.id = "mode.extra-percpu",
		.asserts =
			"what the extra module repeats of the per-CPU DATASEC is what vmlinux has",
		.witness = "BTF of vmlinux",
		.source = "pahole btf_encoder.c: variables of a split BTF, since 1.28",
		.needs = NEEDS_BTF | NEEDS_EXTRA,
		.once = true,
		.run = check_mode_extra_percpu,
	},
	{
		.id = "mode.family-percpu",
		.asserts = "the per-CPU DATASEC is the same in all modes of a family",
		.witness = "vmlinux of the other modes",
		.source = "patches/linux: CONFIG_DEBUG_INFO_BTF_VARS changes no per-CPU variable",
		.needs = NEEDS_BTF | NEEDS_MODE,
		.once = true,
		.run = check_family_percpu,
	},
	{
		.id = "mode.family-base",
		.asserts = "vmlinux's BTF is the same, byte for byte, in modes n and m",
		.witness = "vmlinux of the other mode",
		.source = "patches/linux: vmlinux_btf_extra is split from the BTF of mode n",
		.needs = NEEDS_BTF | NEEDS_MODE,
		.once = true,
		.run = check_family_base,
	},

	FOR_BOTH_SCOPES("section-exists", "vmlinux has a section of each DATASEC's name",
			"ELF section headers",
			"pahole btf_encoder.c: a DATASEC has the name of its section", NEEDS_ELF,
			check_section_exists),
	FOR_BOTH_SCOPES("section-in-memory",
			"each DATASEC's section is in memory, not discarded or for a linker alone",
			"ELF section headers", "ELF gABI, Sections: SHF_ALLOC", NEEDS_ELF,
			check_section_in_memory),
	FOR_BOTH_SCOPES("section-size",
			"each DATASEC is as large as its section, or ends with its last VAR",
			"ELF section headers",
			"Documentation/bpf/btf.rst: BTF_KIND_DATASEC; tools/lib/bpf/btf.c: "
			"btf__add_datasec",
			NEEDS_ELF, check_section_size),
	FOR_BOTH_SCOPES("symbol-exists", "each VAR's section has a symbol of its name",
			"ELF symbols",
			"ELF gABI, Symbol Table: st_name, st_shndx; pahole btf_encoder.c",
			NEEDS_SYMBOLS, check_symbol_exists),
	FOR_BOTH_SCOPES(
		"offset-matches-symbol",
		"each VAR's offset is its symbol's address less its section's", "ELF symbols",
		"ELF gABI, Symbol Values: st_value; include/uapi/linux/btf.h: btf_var_secinfo",
		NEEDS_SYMBOLS, check_offset),
	FOR_BOTH_SCOPES("size-matches-type", "each DATASEC entry is as large as its VAR's type",
			"BTF types", "kernel/bpf/btf.c: btf_datasec_resolve", 0,
			check_size_matches_type),
	FOR_BOTH_SCOPES("symbol-size",
			"each symbol is as large as its VAR; larger only by a flexible array",
			"ELF symbols", "ELF gABI, Symbol Table: st_size", NEEDS_SYMBOLS,
			check_symbol_size),
	FOR_BOTH_SCOPES("inside-section", "each VAR ends inside its section", "ELF section headers",
			"kernel/bpf/btf.c: btf_datasec_check_meta; ELF gABI, Sections: sh_size",
			NEEDS_ELF, check_inside_section),
	FOR_BOTH_SCOPES("alignment",
			"each VAR's address is a multiple of what the ABI demands for its type",
			"ELF section headers, BTF types",
			"the architecture's psABI, Data Representation", NEEDS_ELF,
			check_alignment),
	FOR_BOTH_SCOPES("sorted", "the VARs of a DATASEC are in the order of their offsets",
			"BTF rules", "kernel/bpf/btf.c: btf_datasec_check_meta", 0, check_sorted),
	FOR_BOTH_SCOPES("no-overlap", "no VAR begins inside the one before it", "BTF rules",
			"kernel/bpf/btf.c: btf_datasec_check_meta (Invalid offset)", 0,
			check_no_overlap),
	FOR_BOTH_SCOPES("unique", "one place has one VAR", "ELF symbols",
			"pahole btf_encoder.c; ClangBuiltLinux issue 2089", 0, check_unique),
	FOR_BOTH_SCOPES("linkage", "a VAR is global if its symbol is, and static if that is local",
			"ELF symbols",
			"Documentation/bpf/btf.rst: BTF_KIND_VAR; ELF gABI, Symbol Binding",
			NEEDS_SYMBOLS, check_linkage),
	FOR_BOTH_SCOPES("type-matches-dwarf",
			"each VAR has the type its definition has, and so has all it points to",
			"DWARF",
			"DWARF 5, 4.1 Data Object Entries, 5 Type Entries; pahole dwarf_loader.c",
			NEEDS_SYMBOLS | NEEDS_DWARF, check_type_matches_dwarf),
	FOR_BOTH_SCOPES("dwarf-location", "each VAR's symbol is where DWARF says its definition is",
			"DWARF", "DWARF 5, 2.6 Location Descriptions: DW_AT_location",
			NEEDS_SYMBOLS | NEEDS_DWARF, check_dwarf_location),
	FOR_BOTH_SCOPES(
		"none-missing", "each object has a VAR, or a rule of pahole's says why it has none",
		"ELF symbols, DWARF", "pahole btf_encoder.c: btf_encoder__encode_cu_variables",
		NEEDS_SYMBOLS | NEEDS_DWARF, check_none_missing),

	{
		.id = "live.identity",
		.asserts = "the running kernel is of the architecture and release that was built",
		.witness = "uname",
		.source = "uname(2)",
		.needs = NEEDS_GUEST,
		.run = check_live_identity,
	},
	{
		.id = "live.sysfs-btf-is-image",
		.asserts = "/sys/kernel/btf serves each .BTF byte for byte",
		.witness = "image files",
		.source = "kernel/bpf/sysfs_btf.c; kernel/bpf/btf.c: btf_module_notify",
		.needs = NEEDS_GUEST | NEEDS_BTF,
		.run = check_live_sysfs_is_image,
	},
	{
		.id = "live.sysfs-mode",
		.asserts = "files in /sys/kernel/btf have mode 0444",
		.witness = "kernel documentation",
		.source = "Documentation/ABI/testing/sysfs-kernel-btf",
		.needs = NEEDS_GUEST,
		.run = check_live_sysfs_mode,
	},
	{
		.id = "live.no-other-btf",
		.asserts = "/sys/kernel/btf has what the mode puts there and nothing else",
		.witness = "CONFIG_DEBUG_INFO_BTF_VARS",
		.source = "Documentation/ABI/testing/sysfs-kernel-btf",
		.needs = NEEDS_GUEST | NEEDS_MODE,
		.run = check_live_no_other_btf,
	},
	{
		.id = "live.btf-accepted",
		.asserts = "the running kernel parses and accepts its BTF, and the module's",
		.witness = "running kernel",
		.source = "kernel/bpf/btf.c: btf_parse_vmlinux, btf_parse_module",
		.needs = NEEDS_GUEST,
		.run = check_live_accepted,
	},
	{
		.id = "live.every-ksym",
		.asserts = "the kernel takes each VAR as a typed ksym, the per-CPU ones as such",
		.witness = "running kernel",
		.source = "kernel/bpf/verifier.c: check_pseudo_btf_id",
		.needs = NEEDS_GUEST | NEEDS_BTF,
		.by_programs = true,
		.run = check_live_every_ksym,
	},
	{
		.id = "live.value-bpf",
		.asserts = "what a BPF program reads of known variables is what the kernel says "
			   "elsewhere",
		.witness = "running kernel",
		.source = "configs/values.ini; kernel/bpf/verifier.c: check_ptr_to_btf_access",
		.needs = NEEDS_GUEST | NEEDS_BTF,
		.by_programs = true,
		.run = check_live_value_bpf,
	},
	{
		.id = "live.value-kcore",
		.asserts = "what memory has where BTF puts them is what the kernel says elsewhere",
		.witness = "running kernel",
		.source = "configs/values.ini; fs/proc/kcore.c",
		.needs = NEEDS_GUEST | NEEDS_BTF,
		.run = check_live_value_kcore,
	},
	{
		.id = "live.no-complaints",
		.asserts = "the kernel's log has no complaint about BTF",
		.witness = "kernel log",
		.source = "kernel/bpf/btf.c: pr_warn",
		.needs = NEEDS_GUEST,
		.run = check_live_no_complaints,
	},
	{
		.id = "live.kallsyms-percpu",
		.asserts = "each per-CPU symbol is at __per_cpu_start + its VAR's offset",
		.witness = "kallsyms",
		.source = "include/linux/percpu-defs.h; kernel/kallsyms.c",
		.needs = NEEDS_GUEST | NEEDS_KALLSYMS | NEEDS_VARS_PERCPU,
		.scope = SCOPE_PERCPU,
		.run = check_live_kallsyms_percpu,
	},
	{
		.id = "live.kallsyms-global",
		.asserts = "all other symbols are where BTF says, moved by one and the same slide",
		.witness = "kallsyms",
		.source = "kernel/kallsyms.c; one slide moves all of the image (KASLR)",
		.needs = NEEDS_GUEST | NEEDS_KALLSYMS | NEEDS_VARS_GLOBAL,
		.scope = SCOPE_GLOBAL,
		.run = check_live_kallsyms_global,
	},
	{
		.id = "live.percpu-bounds",
		.asserts = "all per-CPU VARs are inside the area between the kernel's bounds",
		.witness = "kallsyms",
		.source = "include/asm-generic/sections.h: __per_cpu_start, __per_cpu_end",
		.needs = NEEDS_GUEST | NEEDS_KALLSYMS | NEEDS_VARS_PERCPU,
		.scope = SCOPE_PERCPU,
		.run = check_live_percpu_bounds,
	},
	{
		.id = "live.percpu-offsets",
		.asserts = "each CPU has an area of its own, as large as the section",
		.witness = "__per_cpu_offset",
		.source = "mm/percpu.c: pcpu_embed_first_chunk; include/asm-generic/percpu.h: "
			  "per_cpu_offset",
		.needs = NEEDS_GUEST | NEEDS_PERCPU,
		.run = check_live_percpu_offsets,
	},
	{
		.id = "live.percpu-pointers",
		.asserts = "bpf_per_cpu_ptr() of each VAR is at its offset in each CPU's area",
		.witness = "running kernel",
		.source = "include/linux/percpu-defs.h: per_cpu_ptr; kernel/bpf/helpers.c",
		.needs = NEEDS_GUEST | NEEDS_KALLSYMS | NEEDS_VARS_PERCPU,
		.scope = SCOPE_PERCPU,
		.by_programs = true,
		.run = check_live_percpu_pointers,
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
