/* SPDX-License-Identifier: GPL-2.0-only */
/* Types that the base lacks, before they are BTF. */
#ifndef BTFMATRIX_ENCODE_NEW_TYPES_H
#define BTFMATRIX_ENCODE_NEW_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/mem.h"

/* A member, a parameter or an enumerator. Names are borrowed from the DWARF. */
struct new_entry {
	const char *name;
	uint32_t type;
	uint32_t bit_offset, bit_size;
	uint64_t value;
};

/* Fields that a kind does not have are 0. */
struct new_type {
	/* BTF_KIND_* */
	uint32_t kind;
	const char *name;
	/* bytes; BTF_INT_* and bits of an INT */
	uint32_t size, encoding, bits;
	/* the id referred to; an array's index type and number of elements */
	uint32_t target, index_type, count;
	/* a FWD of a union; an enum of signed values */
	bool is_union, is_signed;
	VEC(struct new_entry) entries;
};

/* The ids of the list go on behind those of the base. */
struct new_types {
	uint32_t first_id;
	VEC(struct new_type) list;
};

/** Forgets all types but the first @len. */
void new_types_cut(struct new_types *types, size_t len);

struct btf_image;

/**
 * Makes BTF of @types behind @base and deduplicates it with libbpf. @blob_ret is split BTF on @base, the
 * caller's to free, which ends with @nr_roots VARs that are not meant to stay; they are called @name. The type
 * of VAR i is what @roots[i] became, which may be a type of the base. ERROR_INPUT with libbpf's reason.
 */
must_check struct error *new_types_to_btf(const struct new_types *types,
					  const struct btf_image *base, const uint32_t *roots,
					  size_t nr_roots, const char *name, uint8_t **blob_ret,
					  size_t *len_ret);

#endif
