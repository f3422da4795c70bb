/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an ELF file's DWARF describes: variables by address and by name, and definitions of types by name.
 *
 * All units are walked once, by several threads, each with a libdw handle of its own on the one mapping of
 * the file. Once open, the index is used by one thread at a time.
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
#include "verify/dwarf_die.h"
#include "verify/dwarf_place.h"

/* A DW_TAG_variable that lives at a fixed address. Strings live in the index. */
struct dwarf_variable {
	/* "" for none */
	const char *name;
	/* source file of its compilation unit */
	const char *unit;
	struct dwarf_place at;
	/* DW_AT_external; DW_AT_artificial; declared at file scope, not in a function or block */
	bool external, artificial, file_scope;
	/* where its entry is in the file; only for putting entries in order */
	uintptr_t place;
	bool has_type;
	/* it has one that cannot be read: see dwarf_type_is_unreadable() */
	bool type_is_unreadable;
	Dwarf_Die type;
	/*
	 * The type its declaration has, where it is declared apart (DW_AT_specification): `extern int x[];`
	 * before `int x[4];` has another one than the definition.
	 */
	bool has_declared_type;
	Dwarf_Die declared_type;
};

/* A struct, union or enum with a name that is defined at file scope. */
struct dwarf_definition {
	const char *name, *unit;
	Dwarf_Die die;
};

struct dwarf_index;

/**
 * Indexes @path. ERROR_INPUT where it has no DWARF or any of it cannot be read: an index is whole or is
 * not there.
 */
must_check struct error *dwarf_index_open(const char *path, struct dwarf_index **ret);
void dwarf_index_close(struct dwarf_index *index);
DEFINE_CLEANUP_PTR(dwarf_index, struct dwarf_index, dwarf_index_close);

size_t dwarf_index_count(const struct dwarf_index *index);

/** The variables at @address, adjacent: sets @first_ret and returns how many. */
size_t dwarf_variables_at(const struct dwarf_index *index, uint64_t address,
			  const struct dwarf_variable **first_ret);

/** The variables at file scope called @name, in the order of their addresses. */
size_t dwarf_variables_by_name(const struct dwarf_index *index, const char *name,
			       const struct dwarf_variable *const **first_ret);

/**
 * Whether DWARF knows a variable called @name at file scope that is defined but has no fixed address
 * (it was replaced by a constant, for example).
 */
bool dwarf_has_unlocated(const struct dwarf_index *index, const char *name);
/** Whether DWARF knows a variable called @name at file scope that the compiler split into parts. */
bool dwarf_has_split(const struct dwarf_index *index, const char *name);

/** The first definition of a struct, union or enum (@tag: DW_TAG_*) called @name, or NULL. */
const struct dwarf_definition *dwarf_find_definition(const struct dwarf_index *index, int tag,
						     const char *name);

/**
 * All definitions of @tag and @name, one for each unit that has it; returns how many. The first call walks
 * all units once more.
 */
size_t dwarf_all_definitions(const struct dwarf_index *index, int tag, const char *name,
			     const struct dwarf_definition **first_ret);

#endif
