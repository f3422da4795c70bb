/* SPDX-License-Identifier: GPL-2.0-only */
/* What split BTF has of the types of its base: pahole wrote all of them, and deduplication left some. */
#ifndef BTFMATRIX_VERIFY_COPIED_H
#define BTFMATRIX_VERIFY_COPIED_H

#include <stdbool.h>

#include "btf/btf_image.h"

/** The cause of a finding about such a type. */
#define CAUSE_COPIED "copied"

/**
 * Marks, by id less first_id, the own types of @split that are copies: those that redundancy_find() proves the same
 * as one of the base; functions that the base has by name (resolve_btfids gives some of the base's another prototype,
 * and a copy keeps the old one); tags on what is a copy or the base's; and what any of these refers to. The caller
 * frees it.
 */
bool *copied_types(const struct btf_image *split);

#endif
