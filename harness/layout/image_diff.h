/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the variables of two images.
 *
 * A variable is known by its section and its name. Static variables of several files may share both:
 * then those of one type and size are taken for the same, and the rest go by their offsets. A variable
 * that is in another section now is the same one if its name is the only one of its kind left over.
 */
#ifndef BTFMATRIX_LAYOUT_IMAGE_DIFF_H
#define BTFMATRIX_LAYOUT_IMAGE_DIFF_H

#include <jansson.h>
#include <stdio.h>

#include "core/mem.h"
#include "layout/image_vars.h"

enum diff_kind {
	DIFF_ADDED,
	DIFF_REMOVED,
	/* another section or offset */
	DIFF_MOVED,
	DIFF_RESIZED,
	/* another type, by btf_type_describe(): a struct's members are not looked at */
	DIFF_RETYPED,
	DIFF_KIND_COUNT,
};

/* One variable that differs in one way; it may be in several lists. */
struct diff_entry {
	/* borrowed from the images; a is NULL for one that was added, b for one that was removed */
	const struct image_var *a, *b;
	/* why the one image lacks what the other has; owned, NULL: nobody asked (layout/diff_why.h) */
	char *why;
};

struct image_diff {
	/* by section and name */
	struct diff_list {
		VEC(struct diff_entry) list;
	} kinds[DIFF_KIND_COUNT];
	size_t nr_a, nr_b, nr_same;
};

/** Compares; the images must outlive @ret. */
void image_diff_make(const struct image_vars *a, const struct image_vars *b,
		     struct image_diff *ret);
void image_diff_release(struct image_diff *diff);

bool image_diff_is_empty(const struct image_diff *diff);

/** "added" and so on. */
const char *diff_kind_name(enum diff_kind kind);

/** Prints at most @limit variables of each kind; 0: all. */
void image_diff_print_text(FILE *out, const struct image_diff *diff, size_t limit);
/** All of them. The caller owns the reference. */
json_t *image_diff_to_json(const struct image_diff *diff);

#endif
