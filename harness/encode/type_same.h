/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a DWARF type is a type of the base.
 *
 * Both are followed side by side, by value through all members. Behind a pointer a struct, union or enum
 * whose name the base has once is taken by kind, name and size; one whose name it has more than once is
 * followed too. A type that contains itself is assumed to be the same until something differs. What was
 * found is remembered for each pair, so that all comparisons together take time in proportion to the
 * DWARF that is looked at.
 */
#ifndef BTFMATRIX_ENCODE_TYPE_SAME_H
#define BTFMATRIX_ENCODE_TYPE_SAME_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/mem.h"
#include "encode/pair_map.h"
#include "encode/type_index.h"

/* How a type is reached: as a part of the variable, or behind a pointer. */
enum type_reach {
	BY_VALUE,
	BY_NAME,
};

struct type_same {
	const struct btf_image *btf;
	const struct type_index *index;
	/* (DIE, type id and reach) to SAME or DIFFERS */
	struct pair_map known;
	/* pairs found the same on the assumption that pairs around them are */
	VEC(struct pair_map_entry) assumed;
	/* types left to look at in this comparison */
	int budget;
};

/** Compares type @id with @die; NULL is void. */
bool type_same(struct type_same *same, uint32_t id, Dwarf_Die *die, enum type_reach reach);
void type_same_release(struct type_same *same);

#endif
