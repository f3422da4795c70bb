/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of split BTF that its base has, as a whole: what deduplication should have found. */
#ifndef BTFMATRIX_BTF_BTF_KNOWN_H
#define BTFMATRIX_BTF_BTF_KNOWN_H

#include <stddef.h>
#include <stdint.h>

#include "btf/btf_image.h"

/**
 * Finds for each own type of @split the type of its base that is the same: in kind, name, size and every member, and
 * in all it refers to, round every loop. @base_ids has an element for each own type and gets the base's id, or 0: none.
 * VARs, DATASECs and DECL_TAGs have none. Returns how many have one.
 *
 * What is found is proved pair by pair in the end; where a hostile blob would make that long, nothing is found.
 */
size_t btf_known_find(const struct btf_image *split, uint32_t *base_ids);

#endif
