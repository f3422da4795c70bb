/* SPDX-License-Identifier: GPL-2.0-only */
/* A minimal reader of the kernel's own BTF (native byte order), base or split. */
#ifndef BTFMATRIX_PROBE_BTF_WALK_H
#define BTFMATRIX_PROBE_BTF_WALK_H

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of a blob; they point into it. */
struct btf_view {
	const uint8_t *types;
	const char *strings;
	uint32_t type_len, string_len;
	/* what split BTF builds on; NULL for base BTF */
	const struct btf_view *base;
};

/** Finds the parts; false with @why set if the blob is malformed. @base may be NULL. */
bool btf_view_open(struct btf_view *view, const void *data, size_t len, const struct btf_view *base,
		   const char **why);

/**
 * Joins split BTF with its base into one blob of base BTF: split type ids and string offsets go on
 * where those of the base end, so the sections need but be put one after another. The caller frees
 * it; NULL if there is no memory.
 */
void *btf_join(const struct btf_view *split, size_t *len_ret);

/** The string at @off of @view or its base; "" where there is none. */
const char *btf_string(const struct btf_view *view, uint32_t off);

static inline unsigned int btf_kind(const struct btf_type *t)
{
	return t->info >> 24 & 0x1f;
}

static inline uint32_t btf_vlen(const struct btf_type *t)
{
	/* 16 bits up to Linux 7.1, the next 8 were zero there */
	return t->info & 0xffffff;
}

/* A VAR, and where its DATASEC says it is. */
struct btf_variable {
	uint32_t id, type_id;
	const char *name;
	/* NULL where no DATASEC has it; then the rest is 0 */
	const char *section;
	uint32_t section_id, offset;
	bool percpu;
	/* the kernel did not take it as a typed ksym; it did, and its addresses are sent */
	bool refused, sent;
};

/* All types by id, those of the base before those of split BTF; and the variables of the latter. */
struct btf_index {
	const struct btf_view *view;
	/* types[0], void, is NULL */
	const struct btf_type **types;
	/* ids from first to nr - 1 are the view's own */
	uint32_t first, nr;
	struct btf_variable *variables;
	uint32_t nr_variables;
};

/** Makes the index of @view; false with @why set. It lives as long as the program. */
bool btf_index_open(struct btf_index *index, const struct btf_view *view, const char **why);

/** The first variable whose name is the @len bytes at @name; NULL: none. */
const struct btf_variable *btf_find_variable(const struct btf_index *index, const char *name,
					     size_t len);

/** The id of the type behind typedefs and qualifiers; 0 for void and where that makes no sense. */
uint32_t btf_plain_type_id(const struct btf_index *index, uint32_t id);
/** That type; NULL for 0. */
const struct btf_type *btf_plain_type(const struct btf_index *index, uint32_t id);

/** Bytes of a type; false where it has no size. */
bool btf_type_size(const struct btf_index *index, uint32_t id, uint64_t *size_ret);

#endif
