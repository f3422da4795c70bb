/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a variable is, as its DW_AT_location says (DWARF 5 section 2.6). */
#ifndef BTFMATRIX_VERIFY_DWARF_PLACE_H
#define BTFMATRIX_VERIFY_DWARF_PLACE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct dwarf_place {
	uint64_t address;
	/* what the location adds to an address, as clang's GlobalMerge has it: several variables behind one symbol */
	uint64_t added;
	/*
	 * It is not the variable that is there, but this many bytes from which its value is computed; 0: it is.
	 * clang stores what takes only two values in one byte.
	 */
	uint32_t computed_from;
	/* and the value is another than those bytes' */
	bool is_changed;
	/* clang's pieces: the parts that are used are variables of their own. There is no one address then. */
	bool in_parts;
};

/**
 * The place that is one and the same always: DW_OP_addr, or an index into .debug_addr (DW_OP_addrx), and what
 * is made of it. False for every other location; @ret->in_parts tells why where it is that.
 */
bool dwarf_place_of(const Dwarf_Die *die, struct dwarf_place *ret);

#endif
