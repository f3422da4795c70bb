/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the type comparison share. */
#ifndef BTFMATRIX_VERIFY_TYPE_MATCH_STATE_H
#define BTFMATRIX_VERIFY_TYPE_MATCH_STATE_H

#include "core/mem.h"
#include "verify/type_match.h"
#include "verify/type_path.h"

/* How one type is reached from another. */
enum reach {
	/* in it */
	BY_VALUE,
	/* behind a pointer, or as a function's parameter */
	POINTED,
};

/*
 * A comparison that was made, or is being made: a BTF type, by where its tail is in memory, and a DWARF
 * entry. Types that refer to themselves come back to a pair that is being compared, which then counts as
 * the same.
 */
struct pair {
	/* NULL: free */
	const uint8_t *tail;
	/* address of the entry; the lowest bit says that what is inside was compared, as part of a variable */
	uintptr_t entry;
	/* position in match.wrong; NOT_WRONG */
	uint32_t wrong;
};

/* How a pair differs: a text, and the steps that lead from the type to the place it is about. */
struct wrong {
	char *text;
	struct path_step *steps;
	size_t nr_steps;
};

/* A struct or union with a name that pointers lead to. */
struct pointee {
	const uint8_t *tail;
	const struct btf_image *btf;
	uint32_t id;
	Dwarf_Die die;
	/* what it was reached from: another pointee, or none and then the root alone */
	const struct type_match_root *root;
	uint32_t parent;
	struct path_step *steps;
	size_t nr_steps;
	/* DWARF has declarations of it alone, as far as was seen */
	bool declared_only;
};

struct type_match {
	struct type_match_config config;
	/* what is compared now: a variable, or a pointee */
	const struct type_match_root *root;
	uint32_t parent;
	bool strict;
	int depth;
	/* the array that the variable is, less its qualifiers, if its DWARF has no bounds; else NULL */
	const void *unbounded;
	/* from the root or the pointee to where we are */
	VEC(struct path_step) steps;
	/* the first difference of this comparison, and where it is; text is owned, NULL for none */
	char *text;
	VEC(struct path_step) wrong_steps;

	/* open hash tables; of pointees it has positions in the list below, plus 1 */
	struct pair *pairs;
	size_t nr_slots, nr_pairs, max_pairs;
	uint32_t *pointee_slots;
	size_t nr_pointee_slots;
	VEC(struct wrong) wrong;
	VEC(struct pointee) pointees;
	/* those still to be compared, from position next_ready on */
	VEC(uint32_t) ready;
	size_t next_ready;
	/* definitions that may still be tried for pointees that the first one did not fit */
	size_t tries_left;
	/* why something was not compared, and how often */
	size_t nr_limited, nr_untried;
	char *reason;
};

/** Keeps the first difference and where it is; yields false, for `return differ(...)`. */
printf_like(2, 3) bool type_match_differ(struct type_match *match, const char *fmt, ...);

/** Compares types, the target of a step; on return the path is as before. */
bool type_match_same(struct type_match *match, const struct btf_image *btf, uint32_t id,
		     const Dwarf_Die *die, enum reach reach);

/** The type of @die's DW_AT_type against @id. */
bool type_match_target(struct type_match *match, const struct btf_image *btf, uint32_t id,
		       const Dwarf_Die *die, enum reach reach);

/** Size and members of a struct or union, as they are in DWARF's definition. */
bool type_match_members(struct type_match *match, const struct btf_type_view *type,
			const Dwarf_Die *die);

void type_match_push(struct type_match *match, struct path_step step);
void type_match_pop(struct type_match *match);

/** Says that a limit kept something from being compared. Yields true: no difference is known. */
bool type_match_limited(struct type_match *match);

/** The next DIE of one of two tags among the siblings from *@die on. */
bool type_match_next(Dwarf_Die *die, bool *have, int tag, int other_tag);

/* type_match_leaf.c: types without members. DIE and type are of kinds that fit. */
bool type_match_base(struct type_match *match, const struct btf_type_view *type,
		     const Dwarf_Die *die, enum reach reach);
bool type_match_enum(struct type_match *match, const struct btf_type_view *type,
		     const Dwarf_Die *die, enum reach reach);
bool type_match_forward(struct type_match *match, const struct btf_type_view *type,
			const Dwarf_Die *die, enum reach reach);
bool type_match_array(struct type_match *match, const struct btf_type_view *type,
		      const Dwarf_Die *die, enum reach reach);
bool type_match_size(struct type_match *match, const struct btf_type_view *type,
		     const Dwarf_Die *die);

/* type_match_memo.c */
enum {
	NOT_WRONG = UINT32_MAX,
	NO_PARENT = UINT32_MAX,
};

/**
 * Whether the pair was seen before; else it is noted, as not wrong. NULL where there is no room for more:
 * the limit is reached.
 */
struct pair *type_match_note_pair(struct type_match *match, const struct btf_type_view *type,
				  const Dwarf_Die *die, enum reach reach, bool *seen_ret);
/** Keeps the present difference for a pair; @nr_steps lead from the root to the pair. */
void type_match_note_wrong(struct type_match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach, size_t nr_steps);
/** The present difference is what is wrong with a pair that was seen before. Yields false. */
bool type_match_differ_again(struct type_match *match, const struct wrong *wrong);
/** Notes what a pointer leads to; a complete @die replaces a declaration. */
void type_match_note_pointee(struct type_match *match, const struct btf_type_view *type,
			     const Dwarf_Die *die, bool declared_only);
/** Path from the root to the present difference; the caller frees. */
char *type_match_path(const struct type_match *match);

#endif
