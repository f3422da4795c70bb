/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the types of the base that a DWARF type is. */
#ifndef BTFMATRIX_ENCODE_TYPE_FIND_H
#define BTFMATRIX_ENCODE_TYPE_FIND_H

#include <elfutils/libdw.h>
#include <stddef.h>
#include <stdint.h>

#include "encode/type_index.h"
#include "encode/type_same.h"

struct type_find;

/** @base is borrowed. DIEs asked for must live as long as this. */
struct type_find *type_find_new(const struct btf_image *base);
void type_find_free(struct type_find *find);
DEFINE_CLEANUP_PTR(type_find, struct type_find, type_find_free);

/**
 * The types of the base that @die (as dwarf_normal() gives it; NULL: void) is: sets @ids_ret, valid until
 * the next call, and returns how many there are. There is none where the base lacks it, and more than one
 * where the base has it more than once.
 */
size_t type_find(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
		 const uint32_t **ids_ret);

/** The types of the base that are arrays of @count elements, each of one of the types in @elems. */
size_t type_find_array(struct type_find *find, const uint32_t *elems, size_t nr_elems,
		       uint32_t count, const uint32_t **ids_ret);

/** The types of @kind (a qualifier) that refer to one of @targets. */
size_t type_find_qualified(struct type_find *find, uint32_t kind, const uint32_t *targets,
			   size_t nr_targets, const uint32_t **ids_ret);

/** The index over the base, for looking up by name. */
const struct type_index *type_find_index(const struct type_find *find);

#endif
