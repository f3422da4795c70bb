/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing a BTF blob: what should differ is noted down, then a new blob is written. The old one is
 * never touched.
 *
 * The new blob has dense ids in the old order, no type that only removed ones led to, and no string
 * that nothing uses. Byte order, header length and a 7.x kind layout section are kept.
 */
#ifndef BTFMATRIX_BTF_BTF_EDIT_H
#define BTFMATRIX_BTF_BTF_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/error.h"

struct btf_edit;

/** @btf is borrowed and must outlive the edit. */
struct btf_edit *btf_edit_new(const struct btf_image *btf);
void btf_edit_free(struct btf_edit *edit);
DEFINE_CLEANUP_PTR(btf_edit, struct btf_edit, btf_edit_free);

/**
 * Removes own type @id (ids of the base are ignored), the decl_tags on it, and the secinfos that list
 * it. Meant for VARs: another type that refers to it makes btf_edit_apply() fail.
 */
void btf_edit_drop(struct btf_edit *edit, uint32_t id);

/**
 * Lets type @to of the base stand for own type @id, which is removed with the decl_tags on it: all that refers to it
 * refers to @to.
 */
void btf_edit_redirect(struct btf_edit *edit, uint32_t id, uint32_t to);

/** Types stay that only what is dropped leads to: they will be needed again. */
void btf_edit_keep_types(struct btf_edit *edit);

/** Gives own type @id another name; @name is copied. */
void btf_edit_rename(struct btf_edit *edit, uint32_t id, const char *name);

/**
 * Replaces what DATASEC @id lists, with ids of the old blob, and its size in bytes; @infos is copied. A
 * DATASEC that has nothing left to list is removed.
 */
void btf_edit_set_datasec(struct btf_edit *edit, uint32_t id, uint32_t size,
			  const struct btf_secinfo *infos, uint32_t nr_infos);

/** Adds a DATASEC behind all other types. @name and @infos are copied; @size in bytes. */
void btf_edit_add_datasec(struct btf_edit *edit, const char *name, uint32_t size,
			  const struct btf_secinfo *infos, uint32_t nr_infos);

/**
 * Writes the new blob, the caller's to free. ERROR_INPUT where the old one refers to ids or strings it
 * does not have, to a dropped type, or has header fields nobody knows: such a blob is not rewritten.
 */
must_check struct error *btf_edit_apply(const struct btf_edit *edit, uint8_t **blob_ret,
					size_t *len_ret);

#endif
