/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes small BTF blobs for tests, in either byte order, right or wrong: nothing is checked.
 *
 * Recipe:
 *	struct btf_build b;
 *	btf_build_init(&b, true, NULL);
 *	uint32_t id = btf_build_add_int(&b, "int", 4);
 *	...
 *	uint8_t *blob = btf_build_finish(&b, &len);	// free() it
 *
 * Each add function returns the new type's id.
 */
#ifndef BTFMATRIX_TESTS_UNIT_BTF_BUILD_H
#define BTFMATRIX_TESTS_UNIT_BTF_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/strbuf.h"

struct btf_build {
	bool big_endian;
	/* 24; set it higher after init for a longer header, whose further bytes are 0 */
	uint32_t hdr_len;
	/* the next type's id */
	uint32_t next_id;
	/* what offsets of strings count from: the base's string length */
	uint32_t str_start;
	struct strbuf types, strings;
};

struct btf_build_member {
	const char *name;
	uint32_t type, bit_offset;
};

/** @base is NULL for base BTF. */
void btf_build_init(struct btf_build *b, bool big_endian, const struct btf_image *base);

/** Adds a string and returns its offset; "" is 0. Equal strings are stored again. */
uint32_t btf_build_add_string(struct btf_build *b, const char *s);

/** struct btf_type alone; what follows it goes in by btf_build_add_word(). */
uint32_t btf_build_add_type(struct btf_build *b, const char *name, uint32_t kind, bool kind_flag,
			    uint32_t vlen, uint32_t size_or_type);
void btf_build_add_word(struct btf_build *b, uint32_t word);

/** @size in bytes. */
uint32_t btf_build_add_int(struct btf_build *b, const char *name, uint32_t size);
uint32_t btf_build_add_struct(struct btf_build *b, const char *name, uint32_t size,
			      const struct btf_build_member *members, uint32_t nr_members);
uint32_t btf_build_add_ptr(struct btf_build *b, uint32_t type);
uint32_t btf_build_add_const(struct btf_build *b, uint32_t type);
uint32_t btf_build_add_typedef(struct btf_build *b, const char *name, uint32_t type);
uint32_t btf_build_add_array(struct btf_build *b, uint32_t elem_type, uint32_t index_type,
			     uint32_t nr_elems);
/** @linkage is BTF_VAR_*. */
uint32_t btf_build_add_var(struct btf_build *b, const char *name, uint32_t type, uint32_t linkage);
uint32_t btf_build_add_datasec(struct btf_build *b, const char *name, uint32_t size,
			       const struct btf_secinfo *infos, uint32_t nr_infos);
/** @component is a member's or parameter's index, or -1 for the type itself. */
uint32_t btf_build_add_decl_tag(struct btf_build *b, const char *tag, uint32_t type, int component);

/** The blob, the caller's to free; the builder is empty after that. */
uint8_t *btf_build_finish(struct btf_build *b, size_t *len_ret);

/** Finishes and parses; fails the test where that does not parse. */
struct btf_image *btf_build_parse(struct btf_build *b, const char *label,
				  const struct btf_image *base);

#endif
