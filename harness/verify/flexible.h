/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_VERIFY_FLEXIBLE_H
#define BTFMATRIX_VERIFY_FLEXIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_image.h"

/**
 * Whether type @id ends in an array member without a size of its own (`x[]` or `x[0]`), itself or in
 * its last member: then a variable of it may be larger than the type, by its initialiser.
 */
bool type_ends_flexible(const struct btf_image *btf, uint32_t id);

#endif
