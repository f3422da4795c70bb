/* SPDX-License-Identifier: GPL-2.0-only */
/* A minimal reader of the kernel's own BTF (native byte order), base or split. */
#ifndef BTFMATRIX_PROBE_BTF_WALK_H
#define BTFMATRIX_PROBE_BTF_WALK_H

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

/* A variable chosen by btf_pick_variable(). */
struct btf_pick {
	uint32_t id;
	const char *name, *section;
	uint64_t address;
};

/**
 * Picks a VAR of the per-CPU DATASEC (or of any other) that kallsyms has one address for which is
 * not 0: @preferred if it is there, else the first. False with @why set if none is.
 */
bool btf_pick_variable(const struct btf_view *view, bool percpu, const char *preferred,
		       struct btf_pick *pick, const char **why);

#endif
