/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the repair share: every DATASEC and its entries, as pahole wrote them and as they
 * should be. The parts change entries; btf_repair() then writes down what differs.
 */
#ifndef BTFMATRIX_BTF_REPAIR_STATE_H
#define BTFMATRIX_BTF_REPAIR_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_dwarf.h"
#include "btf/btf_edit.h"
#include "btf/btf_repair.h"

/* One entry of a DATASEC, and what is known about it. */
struct repair_entry {
	/* the DATASEC pahole put it in, and the one it belongs to: indices into repair.datasecs */
	size_t from, to;
	struct btf_secinfo info;
	/* where pahole put it */
	uint32_t old_offset;
	/* the name it goes by: the VAR's, or the one of the symbol it was renamed to */
	const char *name;
	/* the symbol of that name at that place; NULL: none */
	const struct elf_symbol *symbol;
	/* of the VAR */
	uint32_t type, linkage;
	/* of the type; 0 where it has none */
	uint64_t type_size;
	bool dropped;
	/* not a VAR with a name: left as it is */
	bool opaque;
};

struct repair_datasec {
	/* 0: to be added */
	uint32_t id;
	const char *name;
	/* NULL: the file has no section of that name */
	const struct elf_section *section;
	/* in bytes: the section's, or the end of its last variable as pahole writes it */
	uint32_t size;
	bool changed;
};

struct repair {
	const struct btf_image *btf;
	const struct elf_image *elf;
	struct btf_repairs *repairs;
	struct btf_edit *edit;
	VEC(struct repair_datasec) datasecs;
	VEC(struct repair_entry) entries;
	/* pointers to the entries not dropped, by place */
	struct repair_entry **sorted;
	size_t nr_sorted;
	/* opened when first asked for */
	struct btf_dwarf *dwarf;
	bool dwarf_tried;
};

/** Adds to the report; the entry must still be as pahole wrote it. @kept is what stands for it now. */
printf_like(5, 6) void repair_note(struct repair *rp, enum btf_repair_kind kind,
				   const struct repair_entry *entry, const char *kept,
				   const char *fmt, ...);

/** Takes an entry out; its VAR goes too once no DATASEC lists it. */
void repair_drop(struct repair *rp, struct repair_entry *entry);

/** Bytes from the start of the symbol's section. */
uint64_t repair_symbol_offset(const struct repair *rp, const struct elf_symbol *symbol);

/** A variable with a size, as compilers define them. */
bool repair_is_object(const struct elf_symbol *symbol);

/** Whether a symbol is in a section; false for NULL. */
bool repair_is_in(const struct elf_symbol *symbol, const struct elf_section *section);

/** Fills rp->sorted with what has not been dropped. */
void repair_sort(struct repair *rp);

/* The parts, in the order in which they run. */

/** Wrong sections, renamed symbols, entries of size 0: what is wrong with one entry by itself. */
void repair_places(struct repair *rp);
/** Two at one place, or one that reaches into the next. */
void repair_overlaps(struct repair *rp);

/** Which of two entries at one place is true, and why (static text). */
struct repair_entry *repair_choose(struct repair *rp, struct repair_entry *a,
				   struct repair_entry *b, const char **reason_ret);

/** How far a symbol reaches: 3 global, 2 weak, 1 local, 0 none. */
int repair_binding(const struct repair_entry *entry);

#endif
