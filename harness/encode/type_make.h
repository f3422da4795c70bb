/* SPDX-License-Identifier: GPL-2.0-only */
/* The type id of a DWARF type: one of the base where that has it, else that of a new type. */
#ifndef BTFMATRIX_ENCODE_TYPE_MAKE_H
#define BTFMATRIX_ENCODE_TYPE_MAKE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "encode/new_types.h"
#include "encode/type_find.h"

struct type_make;

/** @find is borrowed. */
struct type_make *type_make_new(struct type_find *find, const struct btf_image *base);
void type_make_free(struct type_make *make);
DEFINE_CLEANUP_PTR(type_make, struct type_make, type_make_free);

/**
 * The id of @type. @count is what an array without bounds has of elements, 0 if it is not one. False
 * where BTF cannot express it; then @why_ret (static text) says what is in the way.
 */
bool type_make(struct type_make *make, const Dwarf_Die *type, uint32_t count, uint32_t *id_ret,
	       const char **why_ret);

/** What has been made so far. */
const struct new_types *type_make_made(const struct type_make *make);

#endif
