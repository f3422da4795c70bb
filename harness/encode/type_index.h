/* SPDX-License-Identifier: GPL-2.0-only */
/* The types of a BTF blob by what they are, to find the one that a DWARF type became. */
#ifndef BTFMATRIX_ENCODE_TYPE_INDEX_H
#define BTFMATRIX_ENCODE_TYPE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"

/*
 * What a type is looked up by. Ids are compared as they are, so a type is looked up only once those it
 * refers to have been found. Fields that a kind does not have are 0; the name is never NULL.
 */
struct type_key {
	/* BTF_KIND_*; ENUM for both kinds of enum, FLOAT and INT apart */
	uint32_t kind;
	const char *name;
	/*
	 * the id referred to (pointers, qualifiers, typedefs, tags, an array's elements, a prototype's
	 * result), the bytes of a struct, union or enum without a name, or kind_flag of a forward
	 */
	uint32_t target;
	/* elements of an array, parameters of a prototype, entries of what has no name */
	uint32_t count;
	/* a prototype's first parameter's type; hash of the first entry's name of what has no name */
	uint32_t first;
};

/** What type_key.first is for a first entry called @name. */
uint32_t type_key_name(const char *name);

struct type_index;

/** Indexes @btf, which is borrowed. Types of its base, if it has one, are not in it. */
struct type_index *type_index_new(const struct btf_image *btf);
void type_index_free(struct type_index *index);
DEFINE_CLEANUP_PTR(type_index, struct type_index, type_index_free);

/**
 * Iterates over the types with this key, in the order of their ids:
 * `for (id = type_index_first(index, &key); id; id = type_index_next(index, &key, id))`. 0: no more.
 */
uint32_t type_index_first(const struct type_index *index, const struct type_key *key);
uint32_t type_index_next(const struct type_index *index, const struct type_key *key, uint32_t id);

/** How many types have this key, counted up to 2; by name alone for structs, unions and enums. */
unsigned int type_index_count(const struct type_index *index, const struct type_key *key);

#endif
