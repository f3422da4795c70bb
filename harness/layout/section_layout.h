/* SPDX-License-Identifier: GPL-2.0-only */
/* One section as BTF lays it out: its variables in order, what is between them, and cache lines. */
#ifndef BTFMATRIX_LAYOUT_SECTION_LAYOUT_H
#define BTFMATRIX_LAYOUT_SECTION_LAYOUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"
#include "core/mem.h"
#include "layout/image_vars.h"
#include "verify/dwarf_index.h"

/* All sizes, offsets and alignments are in bytes. */
struct layout_row {
	/* borrowed from the image */
	const struct image_var *var;
	/* what the address allows, at most the section's own alignment; 0: any (no section, address 0) */
	uint64_t align;
	/* free bytes before it, and how many of those belong to symbols that BTF has no variable for */
	uint64_t hole, hole_symbols;
	/* how far it reaches back into what comes before it; 0 in a right section */
	uint64_t overlap;
	/* the cache line it begins in, counted from the section's first; whether others are in its lines */
	uint64_t line;
	bool shares_line;
	/* source file, from DWARF, below source_root if it is there; borrowed; NULL: unknown */
	const char *file;
};

struct section_layout {
	const char *name;
	/* the ELF section's address and alignment; 0 where there is no such section */
	uint64_t address, align;
	/* the ELF section's, or the DATASEC's where that is larger */
	uint64_t size;
	/* the folder that all source files with absolute paths are in, with the '/'; owned; "": none */
	char *source_root;
	/* by offset */
	VEC(struct layout_row) rows;

	/* Bytes that a variable has, each counted once; the rest, and what of that other symbols have. */
	uint64_t used, holes, hole_symbols;
	/* of the rest, what is behind the last variable */
	uint64_t tail;
	size_t nr_holes, nr_overlaps;

	uint64_t line_size;
	/* cache lines with a variable in them, and with more than one */
	uint64_t lines, shared_lines;
	/* variables that lie in more than one line, and those of them that would fit in one */
	size_t straddling, straddling_small;
};

/**
 * Lays out the section called @name. @line_size is that of a cache line. @dwarf may be NULL. ERROR_INPUT
 * where no DATASEC has the name; the message lists those that are there.
 *
 * Cache lines count from the section's address: a per-CPU section is copied to addresses that are
 * aligned as the section is.
 */
must_check struct error *section_layout_make(const struct image_vars *vars, const char *name,
					     uint64_t line_size, const struct dwarf_index *dwarf,
					     struct section_layout *ret);
void section_layout_release(struct section_layout *layout);

void section_layout_print_text(FILE *out, const struct section_layout *layout);
/** As a struct with members for the holes; for people, not for a compiler. */
void section_layout_print_c(FILE *out, const struct section_layout *layout);
/** The caller owns the reference. */
json_t *section_layout_to_json(const struct section_layout *layout);

#endif
