/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a BTF type and a DWARF type are one and the same C type. */
#ifndef BTFMATRIX_VERIFY_TYPE_MATCH_H
#define BTFMATRIX_VERIFY_TYPE_MATCH_H

#include <elfutils/libdw.h>
#include <stdint.h>

#include "btf/btf_image.h"

/**
 * Compares type @id of @btf with @die (NULL: void). NULL if they are the same, else what differs, the
 * caller's to free.
 *
 * Both are followed side by side through qualifiers, pointers, typedefs, arrays and prototypes; names,
 * sizes and, where a struct or union is contained by value, the names, offsets and types of its members
 * are compared. What a pointer leads to is compared by kind, name and size alone. A variable whose array
 * has no bounds in DWARF may have any in BTF.
 */
char *type_differs(const struct btf_image *btf, uint32_t id, const Dwarf_Die *die,
		   uint32_t pointer_size);

#endif
