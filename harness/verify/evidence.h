/* SPDX-License-Identifier: GPL-2.0-only */
/* All that the checks of one cell look at: the images, their variables, and the witnesses. */
#ifndef BTFMATRIX_VERIFY_EVIDENCE_H
#define BTFMATRIX_VERIFY_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "elf/elf_image.h"
#include "verify/dwarf_index.h"
#include "verify/verify.h"

/* The names are in one place: they have changed before and will again (7.x: ".data.percpu"). */
#define PERCPU_SECTION   ".data..percpu"
#define BTF_SECTION      ".BTF"
#define IMAGE_VMLINUX    "vmlinux"
#define IMAGE_EXTRA      "vmlinux_btf_extra"
#define SYM_BTF_START    "__start_BTF"
#define SYM_BTF_STOP     "__stop_BTF"
#define SYM_PERCPU_START "__per_cpu_start"
#define SYM_PERCPU_END   "__per_cpu_end"

/** Which variables: those of the per-CPU section, or those of every other section. */
enum scope {
	SCOPE_NONE,
	SCOPE_PERCPU,
	SCOPE_GLOBAL,
};

/* An ELF file and the BTF in it. */
struct blob {
	/* IMAGE_VMLINUX or IMAGE_EXTRA */
	const char *image;
	/* NULL where the build made none */
	const char *path;
	struct elf_image *elf;
	struct btf_image *btf;
	/* contents of .BTF; borrowed from elf */
	const uint8_t *raw;
	size_t raw_len;
	/* why elf or btf is NULL; owned messages */
	char *elf_problem, *btf_problem;
};

/* A VAR in a DATASEC. What is borrowed lives as long as the evidence. */
struct variable {
	const struct blob *blob;
	enum scope scope;
	/* name of the DATASEC; its type id; position in it */
	const char *section_name;
	uint32_t datasec_id, index;
	/* as the DATASEC has it */
	struct btf_secinfo info;
	/* the VAR's own */
	const char *name;
	uint32_t linkage, type_id;
	/* the resolved type's size in bytes; has_size is false for types without one */
	bool has_size;
	uint64_t size;
	/* vmlinux's section of that name; NULL: none */
	const struct elf_section *section;
	/*
	 * The symbol of that name in that section: the one at the VAR's offset if there is, else the
	 * nearest one; NULL: none
	 */
	const struct elf_symbol *symbol;
};

/* A DATASEC, with its variables adjacent in evidence.variables. */
struct datasec {
	const struct blob *blob;
	enum scope scope;
	const char *name;
	uint32_t id, size;
	const struct elf_section *section;
	size_t first_variable, nr_variables;
	/* entries whose type is no VAR: they are no variables, and a finding of format.* */
	uint32_t nr_bad_entries;
};

struct evidence {
	const struct verify_input *input;
	struct blob vmlinux, extra;
	/* bytes */
	uint32_t pointer_size;
	VEC(struct datasec) datasecs;
	VEC(struct variable) variables;
	struct dwarf_index *dwarf;
	/* why dwarf is NULL; owned */
	char *dwarf_problem;
	/* the per-CPU section of vmlinux; NULL: none */
	const struct elf_section *percpu;
};

/**
 * Loads everything. What is malformed is noted in the blobs for the format.* checks to report;
 * ERROR_SYSTEM is what kept us from reading.
 */
must_check struct error *evidence_load(const struct verify_input *input, struct evidence **ret);
void evidence_free(struct evidence *evidence);
DEFINE_CLEANUP_PTR(evidence, struct evidence, evidence_free);

/** Whether the mode puts all global variables somewhere. */
bool evidence_has_globals(const struct evidence *evidence);

/** The blob that ought to carry the global variables in this mode; NULL in mode n. */
const struct blob *evidence_global_blob(const struct evidence *evidence);

/** Section offset of a symbol of vmlinux: its value without the section's address. */
static inline uint64_t symbol_offset(const struct elf_symbol *symbol,
				     const struct elf_section *section)
{
	return symbol->value - section->addr;
}

/** Whether a symbol can stand for a variable: not a section, file or function. */
bool symbol_is_data(const struct elf_symbol *symbol);

#endif
