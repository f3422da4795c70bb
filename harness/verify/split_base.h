/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether split BTF was made on the base that it is read on. It names types and strings of the base by
 * number, so on another build's base it still reads, and says other things.
 */
#ifndef BTFMATRIX_VERIFY_SPLIT_BASE_H
#define BTFMATRIX_VERIFY_SPLIT_BASE_H

#include <stdint.h>

#include "btf/btf_image.h"

/* What does not fit of a blob's VARs, members and the rest of what it says of its base. */
struct split_fit {
	/* references to ids, and to names, of the base */
	size_t nr_ids, nr_names;
	/* names that begin inside a string of the base: nobody wrote that name */
	size_t nr_torn_names;
	/* DATASEC entries whose VAR has a type of the base, and those of them of another size than it */
	size_t nr_entries, nr_other_size;
	/* a few of those that do not fit, in words; "" for none; owned */
	char *examples;
};

/** Looks at all own types of @split, whose base must not be NULL. */
void split_fit_measure(const struct btf_image *split, uint32_t pointer_size, struct split_fit *ret);
void split_fit_release(struct split_fit *fit);

#endif
