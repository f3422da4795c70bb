/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing types behind those of a blob: as split BTF on it, or as a part of a new blob that has all.
 *
 * It is the same in both cases, since split BTF goes on where its base ends, with ids and with strings. A
 * DATASEC may have as many entries as 24 bits count, which libbpf before 1.7 cannot write.
 */
#ifndef BTFMATRIX_BTF_BTF_APPEND_H
#define BTFMATRIX_BTF_BTF_APPEND_H

#include <stddef.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/error.h"

struct btf_append;

/** @base is borrowed; it has no base of its own. */
struct btf_append *btf_append_new(const struct btf_image *base);
void btf_append_free(struct btf_append *append);
DEFINE_CLEANUP_PTR(btf_append, struct btf_append, btf_append_free);

/**
 * Takes over the first @nr_types own types of @split, a split BTF on the same base, with their ids. Before
 * anything else is added.
 */
void btf_append_types(struct btf_append *append, const struct btf_image *split, uint32_t nr_types);

/** Adds a VAR and returns its id. A name that the base has is not written again. @linkage is BTF_VAR_*. */
uint32_t btf_append_var(struct btf_append *append, const char *name, uint32_t type,
			uint32_t linkage);

/** Adds a DATASEC of @size bytes; @infos in the order of their offsets. At most 2^24 - 1 of them. */
void btf_append_datasec(struct btf_append *append, const char *name, uint32_t size,
			const struct btf_secinfo *infos, uint32_t nr_infos);

/** The blob, the caller's to free: split BTF. ERROR_INPUT beyond 4 GiB. */
must_check struct error *btf_append_split(const struct btf_append *append, uint8_t **blob_ret,
					  size_t *len_ret);

/** The same, merged into a copy of the base, whose header and kind layout (Linux 7.x) it keeps. */
must_check struct error *btf_append_merged(const struct btf_append *append, uint8_t **blob_ret,
					   size_t *len_ret);

#endif
