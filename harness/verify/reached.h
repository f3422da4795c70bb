/* SPDX-License-Identifier: GPL-2.0-only */
/* Which types of a blob others lead to. */
#ifndef BTFMATRIX_VERIFY_REACHED_H
#define BTFMATRIX_VERIFY_REACHED_H

#include <stdbool.h>

#include "btf/btf_image.h"

/** Marks every own type of @btf that a marked one refers to, however far. @marked: by id less first_id. */
void btf_mark_reached(const struct btf_image *btf, bool *marked);

#endif
