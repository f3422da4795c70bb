/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk over all units of a file's DWARF from which dwarf_index is made. */
#ifndef BTFMATRIX_VERIFY_DWARF_WALK_H
#define BTFMATRIX_VERIFY_DWARF_WALK_H

#include "core/mem.h"
#include "verify/dwarf_index.h"

/* Definitions by name and tag: the first of each, in an open hash table. */
struct definition_table {
	/* NULL name: free */
	struct dwarf_definition *slots;
	size_t nr_slots, used;
};

/** The slot of @name and @tag, or the free one where it would go. NULL before the first was added. */
struct dwarf_definition *definition_slot(const struct definition_table *table, int tag,
					 const char *name);

/** Adds @definition, or keeps whichever of two lies first in the file. */
void definition_add(struct definition_table *table, const struct dwarf_definition *definition);

/* What one thread finds. */
struct dwarf_walk {
	Dwarf *dwarf;
	/* it walks the units whose number leaves @first when divided by @step */
	size_t first, step;
	/* everything below is a result; the strings live in the ELF file */
	VEC(struct dwarf_variable) variables;
	/* those without a place, and of these those that were split into parts */
	VEC(const char *) unlocated, split;
	struct definition_table definitions;
	/* set: all definitions go here, and nothing else is looked for */
	bool all_definitions;
	VEC(struct dwarf_definition) every;
	/* why it ended early, or NULL */
	struct error *err;
};

/** Walks; the result is in @walk, also the error. */
void dwarf_walk(struct dwarf_walk *walk);
void dwarf_walk_release(struct dwarf_walk *walk);

#endif
