// SPDX-License-Identifier: GPL-2.0-only
#include "verify/dwarf_place.h"

#include <dwarf.h>
#include <stddef.h>

#include "core/mem.h"

enum {
	/* clang's longest has nine */
	MAX_OPS = 24,
	STACK_SIZE = 8,
};

static Dwarf_Die *unconst(const Dwarf_Die *die)
{
	return (Dwarf_Die *)die;
}

static bool is_address(uint8_t atom)
{
	return atom == DW_OP_addr || atom == DW_OP_addrx || atom == DW_OP_GNU_addr_index;
}

/* Operations that make one value of two; the last pushed is @b. */
static bool combine(uint8_t atom, uint64_t a, uint64_t b, uint64_t *ret)
{
	switch (atom) {
	case DW_OP_plus:
		*ret = a + b;
		return true;
	case DW_OP_minus:
		*ret = a - b;
		return true;
	case DW_OP_mul:
		*ret = a * b;
		return true;
	case DW_OP_and:
		*ret = a & b;
		return true;
	case DW_OP_or:
		*ret = a | b;
		return true;
	case DW_OP_xor:
		*ret = a ^ b;
		return true;
	default:
		return false;
	}
}

static bool push_constant(const Dwarf_Op *op, uint64_t *ret)
{
	if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31) {
		*ret = (uint64_t)op->atom - DW_OP_lit0;
		return true;
	}
	*ret = op->number;
	return op->atom == DW_OP_constu || op->atom == DW_OP_consts ||
	       (op->atom >= DW_OP_const1u && op->atom <= DW_OP_const8s);
}

/* The value of a computation on @stored, which ends in DW_OP_stack_value. */
static bool compute(const Dwarf_Op *ops, size_t nr_ops, uint64_t stored, uint64_t *ret)
{
	uint64_t stack[STACK_SIZE] = { stored };
	size_t depth = 1;

	for (size_t i = 0; i < nr_ops; i++) {
		uint8_t atom = ops[i].atom;

		if (atom == DW_OP_stack_value && i + 1 == nr_ops && depth == 1) {
			*ret = stack[0];
			return true;
		}
		if (depth < STACK_SIZE && push_constant(&ops[i], &stack[depth])) {
			depth++;
		} else if (atom == DW_OP_plus_uconst) {
			stack[depth - 1] += ops[i].number;
		} else if (atom == DW_OP_not) {
			stack[depth - 1] = ~stack[depth - 1];
		} else if (atom == DW_OP_neg) {
			stack[depth - 1] = -stack[depth - 1];
		} else if (depth >= 2 &&
			   combine(atom, stack[depth - 2], stack[depth - 1], &stack[depth - 2])) {
			depth--;
		} else {
			return false;
		}
	}
	return false;
}

/* What follows on the address: DW_OP_deref_size and a computation. Two stored values are tried. */
static bool read_computation(const Dwarf_Op *ops, size_t nr_ops, struct dwarf_place *ret)
{
	uint64_t of_zero, of_one;

	if (!nr_ops || ops[0].atom != DW_OP_deref_size || !ops[0].number || ops[0].number > 8 ||
	    !compute(ops + 1, nr_ops - 1, 0, &of_zero) || !compute(ops + 1, nr_ops - 1, 1, &of_one))
		return false;
	ret->computed_from = (uint32_t)ops[0].number;
	ret->is_changed = of_zero != 0 || of_one != 1;
	return true;
}

static bool has_pieces(const Dwarf_Op *ops, size_t nr_ops)
{
	for (size_t i = 0; i < nr_ops; i++)
		if (ops[i].atom == DW_OP_piece)
			return true;
	return false;
}

bool dwarf_place_of(const Dwarf_Die *die, struct dwarf_place *ret)
{
	Dwarf_Attribute attr, addr_attr;
	Dwarf_Block block;
	Dwarf_Op *ops;
	size_t nr_ops, at = 1;

	*ret = (struct dwarf_place){ 0 };
	/*
	 * A look at the first byte comes before dwarf_getlocation(), since that caches each location, and
	 * a kernel has a million that are no addresses.
	 */
	if (!dwarf_attr(unconst(die), DW_AT_location, &attr) || dwarf_formblock(&attr, &block) ||
	    block.length < 2 || (!is_address(block.data[0]) && block.data[0] != DW_OP_piece))
		return false;
	if (dwarf_getlocation(&attr, &ops, &nr_ops) || !nr_ops)
		return false;
	ret->in_parts = has_pieces(ops, nr_ops);
	if (ret->in_parts || !is_address(ops[0].atom) || nr_ops > MAX_OPS)
		return false;
	ret->address = ops[0].number;
	if (ops[0].atom != DW_OP_addr && (dwarf_getlocation_attr(&attr, ops, &addr_attr) ||
					  dwarf_formaddr(&addr_attr, &ret->address)))
		return false;
	if (nr_ops > at && ops[at].atom == DW_OP_plus_uconst)
		ret->added = ops[at++].number;
	ret->address += ret->added;
	return nr_ops == at || read_computation(ops + at, nr_ops - at, ret);
}
