/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading single DWARF entries: attributes, sizes, addresses, in all the forms that DWARF 2 to 5 have for
 * them. libdw takes entries that are not const, and does not change them.
 */
#ifndef BTFMATRIX_VERIFY_DWARF_DIE_H
#define BTFMATRIX_VERIFY_DWARF_DIE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

/** DW_AT_name, also that of what @die completes; "" for none. */
const char *dwarf_name_of(const Dwarf_Die *die);

/** Whether a flag is there and set. */
bool dwarf_flag(const Dwarf_Die *die, unsigned int attr);

/** An unsigned attribute; false where it is missing. */
bool dwarf_udata(const Dwarf_Die *die, unsigned int attr, uint64_t *ret);

/** DW_AT_type of @die; false for none (void). */
bool dwarf_type_of(const Dwarf_Die *die, Dwarf_Die *ret);

/**
 * Whether @die refers to a type that cannot be read, since the file is damaged, or since the type is in a
 * supplementary file (DW_FORM_GNU_ref_alt, DW_FORM_ref_sup4): not to be taken for void.
 */
bool dwarf_type_is_unreadable(const Dwarf_Die *die);

/** Follows typedefs and qualifiers; false where they end in void or nowhere. */
bool dwarf_strip(const Dwarf_Die *type, Dwarf_Die *ret);

/**
 * Number of elements of a DW_TAG_subrange_type; 0 for `[]` and `[0]`, which have no upper bound or one of
 * -1. False where it cannot be read.
 */
bool dwarf_dimension(const Dwarf_Die *range, uint64_t *ret);

/**
 * Size in bytes of a type DIE after typedefs and qualifiers, arrays multiplied out; false where it has
 * none. @pointer_size is for pointers without a size of their own.
 */
bool dwarf_type_size(const Dwarf_Die *type, uint32_t pointer_size, uint64_t *size_ret);

/**
 * Where a member of a struct or union begins, in bits from the beginning, counted in the byte order's own
 * way as BTF does (from the most significant bit of a byte on big-endian machines). DWARF 4 has bit fields
 * by DW_AT_bit_offset from the most significant bit of a storage unit: see its section 5.5.6.
 * False where it cannot be told.
 */
bool dwarf_member_bits(const Dwarf_Die *member, bool big_endian, uint32_t pointer_size,
		       uint64_t *ret);

#endif
