/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which variables of a vmlinux are encoded, and as what.
 *
 * As with pahole's global_var these are the variables at file scope that have an address, a type with a
 * size and the name of a C identifier, generated names left out. Unlike with pahole each is held against
 * the symbol table: it says which of several definitions the linker took, what objcopy renamed, which
 * section a variable is in, and how many elements an array has whose DWARF has no bounds.
 */
#ifndef BTFMATRIX_ENCODE_CHOOSE_H
#define BTFMATRIX_ENCODE_CHOOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/mem.h"
#include "elf/elf_image.h"
#include "verify/dwarf_index.h"

/* A variable to be encoded. What is borrowed lives as long as the ELF image and the DWARF index. */
struct encode_variable {
	/* its symbol's, which objcopy may have prefixed */
	const char *name;
	const struct elf_section *section;
	const struct elf_symbol *symbol;
	const struct dwarf_variable *dwarf;
	/* bytes, from the section's start and of the type */
	uint32_t offset, size;
	/* elements of an array that has no bounds in DWARF; 0: not one */
	uint32_t count;
	/* BTF_VAR_* */
	uint32_t linkage;
};

/* Why a symbol with a DWARF variable at its place is left out. */
enum left_out_reason {
	LEFT_OUT_FUNCTION_STATIC,
	LEFT_OUT_ARTIFICIAL,
	LEFT_OUT_GENERATED_NAME,
	LEFT_OUT_INVALID_NAME,
	LEFT_OUT_ZERO_SIZE,
	LEFT_OUT_INCOMPLETE,
	LEFT_OUT_COMPUTED,
	LEFT_OUT_OVERSIZED,
	LEFT_OUT_OTHER_NAME,
	LEFT_OUT_ALIAS,
	LEFT_OUT_OVERLAP,
	LEFT_OUT_TYPE,
	LEFT_OUT_REASON_COUNT,
};

struct left_out {
	const char *name;
	const struct elf_section *section;
	enum left_out_reason reason;
	/* static text, or NULL */
	const char *detail;
};

struct choice {
	/* by section, then offset */
	VEC(struct encode_variable) variables;
	VEC(struct left_out) left_out;
};

/** "function-static" and so on, and a line for people. */
const char *left_out_reason_name(enum left_out_reason reason);
const char *left_out_reason_text(enum left_out_reason reason);

/** Chooses among all variables of @elf; @pointer_size in bytes. */
void choose_variables(const struct elf_image *elf, const struct dwarf_index *dwarf,
		      uint32_t pointer_size, struct choice *choice);
void choice_release(struct choice *choice);

#endif
