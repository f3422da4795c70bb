/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of split BTF that its base has already: deduplication should have left them out. */
#ifndef BTFMATRIX_VERIFY_REDUNDANCY_H
#define BTFMATRIX_VERIFY_REDUNDANCY_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_image.h"

/** Gets each own type of the split BTF that is the same as type @base_id of its base. */
typedef void (*redundancy_report)(void *user, const struct btf_type_view *type, uint32_t base_id);

/**
 * Compares each own type of @split, but VARs, DATASECs and DECL_TAGs, with those of the base that have
 * its kind, name and size: two are the same if all they refer to is the same, down to the last member.
 * A type that refers to itself is the same as long as nothing says otherwise. What is found out about one
 * type is used for the next ones; after a number of steps in proportion to the blob's size the rest is not
 * looked at, and false is returned.
 */
bool redundancy_find(const struct btf_image *split, redundancy_report report, void *user);

#endif
