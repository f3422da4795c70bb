/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The variables an ELF file's DWARF describes, by address and by name.
 *
 * Source: DWARF 5, sections 2.6 (locations), 4.1 (data object entries), 3.3 (function scopes).
 */
#ifndef BTFMATRIX_VERIFY_DWARF_INDEX_H
#define BTFMATRIX_VERIFY_DWARF_INDEX_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cleanup.h"
#include "core/error.h"

/* A DW_TAG_variable that lives at a fixed address. Strings live in the index. */
struct dwarf_variable {
	/* "" for none */
	const char *name;
	/* source file of its compilation unit */
	const char *unit;
	uint64_t address;
	/* DW_AT_external; DW_AT_artificial; declared at file scope, not in a function or block */
	bool external, artificial, file_scope;
	bool has_type;
	Dwarf_Die type;
	/*
	 * The type its declaration has, where it is declared apart (DW_AT_specification): `extern int x[];`
	 * before `int x[4];` has another one than the definition.
	 */
	bool has_declared_type;
	Dwarf_Die declared_type;
};

struct dwarf_index;

/** Indexes the variables of @path. ERROR_INPUT where it has no DWARF or that cannot be read. */
must_check struct error *dwarf_index_open(const char *path, struct dwarf_index **ret);
void dwarf_index_close(struct dwarf_index *index);
DEFINE_CLEANUP_PTR(dwarf_index, struct dwarf_index, dwarf_index_close);

size_t dwarf_index_count(const struct dwarf_index *index);

/** The variables at @address, adjacent: sets @first_ret and returns how many. */
size_t dwarf_variables_at(const struct dwarf_index *index, uint64_t address,
			  const struct dwarf_variable **first_ret);

/**
 * Whether DWARF knows a variable called @name at file scope that is defined but has no fixed address
 * (it was replaced by a constant, for example).
 */
bool dwarf_has_unlocated(const struct dwarf_index *index, const char *name);

/**
 * Size in bytes of a type DIE after typedefs and qualifiers, arrays multiplied out; false where it has
 * none. @pointer_size is for pointers without a size of their own.
 */
bool dwarf_type_size(const Dwarf_Die *type, uint32_t pointer_size, uint64_t *size_ret);

/** Follows typedefs and qualifiers; false where they end in void or nowhere. */
bool dwarf_strip(const Dwarf_Die *type, Dwarf_Die *ret);

/** DW_AT_type of @die; false for none (void). */
bool dwarf_type_of(const Dwarf_Die *die, Dwarf_Die *ret);

/** An unsigned attribute; false where it is missing. */
bool dwarf_udata(const Dwarf_Die *die, unsigned int attr, uint64_t *ret);

#endif
