/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DWARF as the witness of last resort for the repair: when a weak and a strong definition of a variable
 * have different types, both units claim the same address, and the symbol table no longer says which of
 * them the linker took.
 */
#ifndef BTFMATRIX_BTF_BTF_DWARF_H
#define BTFMATRIX_BTF_BTF_DWARF_H

#include <stdbool.h>
#include <stdint.h>

#include "elf/elf_image.h"

struct btf_dwarf;

/** Indexes the variables of @path's DWARF; NULL where there is none that can be read, or ET_REL. */
struct btf_dwarf *btf_dwarf_open(const char *path);
void btf_dwarf_close(struct btf_dwarf *dwarf);

/**
 * Whether the unit that really holds @symbol describes it with this type. A linker puts what one object
 * file has for a section in one piece, so it is the unit that the variable before or behind belongs to.
 * @size is the type's in bytes, @base its name once pointers, arrays and qualifiers are taken off.
 */
bool btf_dwarf_confirms(const struct btf_dwarf *dwarf, const struct elf_symbol *symbol,
			const struct elf_section *section, uint64_t size, const char *base);

#endif
