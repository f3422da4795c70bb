/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a type's address must be a multiple of.
 *
 * BTF does not say. What is told here is the least that the ABI demands: a scalar is aligned as its size,
 * up to a limit that each ABI has (2 on m68k, 4 on i386); an array as its elements; a struct as its
 * members, unless it may be packed. BTF does not say either whether a struct is packed, and for one of
 * integers alone (a table of the hardware, a message) it need not show: only a struct that has a pointer,
 * and all members where they would be unpacked, is taken for what it looks like.
 */
#ifndef BTFMATRIX_VERIFY_ALIGNMENT_H
#define BTFMATRIX_VERIFY_ALIGNMENT_H

#include <stdint.h>

#include "btf/btf_image.h"

struct alignment {
	const struct btf_image *btf;
	/* bytes; the ABI aligns nothing to more than max */
	uint32_t pointer_size, max;
	/* by id, what is known of a struct already: 0: nothing yet; owned */
	uint8_t *known;
};

/**
 * Prepares for the types of @btf (borrowed) and its base. The limit is deduced: it is what the scalars in
 * structs with pointers, that is, in structs of C alone, are multiples of.
 */
void alignment_init(struct alignment *alignment, const struct btf_image *btf,
		    uint32_t pointer_size);
void alignment_release(struct alignment *alignment);

/** What an object of type @id must be aligned to, in bytes; 1 where nothing is known. */
uint32_t alignment_of(struct alignment *alignment, uint32_t id);

#endif
