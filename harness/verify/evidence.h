/* SPDX-License-Identifier: GPL-2.0-only */
/* All that the checks look at: the images, their variables, and the witnesses. */
#ifndef BTFMATRIX_VERIFY_EVIDENCE_H
#define BTFMATRIX_VERIFY_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "elf/elf_image.h"
#include "verify/blob.h"
#include "verify/verify.h"

/** Which variables: those of the per-CPU section, or those of every other section. */
enum scope {
	SCOPE_NONE,
	SCOPE_PERCPU,
	SCOPE_GLOBAL,
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
	/* section of that name in the ELF of blob->of; NULL: none */
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
	/* as in struct variable */
	const struct elf_section *section;
	size_t first_variable, nr_variables;
	/* entries whose type is no VAR: they are no variables, and a finding of format.* */
	uint32_t nr_bad_entries;
};

struct evidence {
	const struct verify_input *input;
	/* all images, vmlinux first: it is there even where no file of it is */
	struct blob *blobs;
	size_t nr_blobs;
	/* the first of them */
	const struct blob *vmlinux;
	/* the one that carries vmlinux's global variables and is not vmlinux; NULL: none was given */
	const struct blob *extra;
	/* bytes */
	uint32_t pointer_size;
	/* vmlinux's, e.g. "6.12.117-amd64"; NULL: it does not say; owned */
	char *release;
	/* the kernel line, e.g. "6.12", as it was said or as the release begins; NULL: not known; owned */
	char *line;
	/* what there ought to be; and the same where it was loaded for this */
	const struct expect *expect;
	struct expect *own_expect;
	VEC(struct datasec) datasecs;
	VEC(struct variable) variables;
};

/**
 * Loads everything, DWARF only where a check that is to run needs it. What is malformed is noted in the blobs for the format.* checks to report;
 * ERROR_SYSTEM is what kept us from reading.
 */
must_check struct error *evidence_load(const struct verify_input *input, struct evidence **ret);
void evidence_free(struct evidence *evidence);
DEFINE_CLEANUP_PTR(evidence, struct evidence, evidence_free);

/**
 * Puts other bytes in the place of the BTF of image @nr, as if its file had them, and collects all variables
 * anew; ELF and DWARF stay as they were read. So one kernel can be judged with many a BTF.
 */
must_check struct error *evidence_replace_btf(struct evidence *evidence, size_t nr,
					      const void *data, size_t len);

/** Iterates over all images. */
#define evidence_for_each_blob(b, evidence)            \
	for (const struct blob *b = (evidence)->blobs; \
	     b < (evidence)->blobs + (evidence)->nr_blobs; b++)

/** What the extra module of mode m is called, whether it is there or not. */
const char *evidence_extra_name(const struct evidence *evidence);

/**
 * The blob that ought to carry vmlinux's global variables in the mode that was said; NULL in mode n, or
 * where the extra module that should is not there. To be asked only where a mode was said.
 */
const struct blob *evidence_global_blob(const struct evidence *evidence);

/** Whether @blob has DATASECs with variables of this scope. */
bool evidence_has_datasec(const struct evidence *evidence, const struct blob *blob,
			  enum scope scope);

/**
 * Whether @blob ought to have every variable of this scope that blob->of has: the per-CPU ones are in the
 * image's own BTF; the global ones where the mode has them or, where none was said, where there are any.
 */
bool evidence_owes(const struct evidence *evidence, const struct blob *blob, enum scope scope);

/**
 * Whether the kernel was built for one CPU (CONFIG_SMP=n): its per-CPU variables are ordinary ones, in
 * .data and .bss (asm-generic/percpu.h). Where the section is empty or missing, and there is no table of
 * the CPUs' areas, __per_cpu_offset, either.
 */
bool evidence_is_for_one_cpu(const struct evidence *evidence);

/**
 * Whether vmlinux's symbol table says that this kernel has no table of the CPUs' areas, __per_cpu_offset: it is
 * for one CPU, or keeps their addresses elsewhere (sparc64: in trap_block). Then nothing can be read from it.
 */
bool evidence_has_no_area_table(const struct evidence *evidence);

/** Section offset of a symbol: its value without the section's address. */
static inline uint64_t symbol_offset(const struct elf_symbol *symbol,
				     const struct elf_section *section)
{
	return symbol->value - section->addr;
}

/** Whether a symbol can stand for a variable: not a section, file or function. */
bool symbol_is_data(const struct elf_symbol *symbol);

#endif
