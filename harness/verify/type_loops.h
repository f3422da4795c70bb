/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_VERIFY_TYPE_LOOPS_H
#define BTFMATRIX_VERIFY_TYPE_LOOPS_H

#include <stdint.h>

#include "btf/btf_image.h"

/**
 * Finds own types of @btf that contain themselves: through qualifiers, typedefs, array elements, members
 * and chains of pointers to these. A pointer to a struct ends a chain: that is how lists are made.
 * Calls @report with one type of each loop, once where many loops have that type in common, and twice for
 * a loop of modifiers alone. Takes time and memory linear in the blob.
 */
void btf_find_loops(const struct btf_image *btf, void (*report)(void *user, uint32_t id),
		    void *user);

#endif
