// SPDX-License-Identifier: GPL-2.0-only
#include "verify/dwarf_die.h"

#include <dwarf.h>

enum {
	/* a chain of typedefs, qualifiers and arrays longer than this is taken for a loop */
	MAX_CHAIN = 256,
};

static Dwarf_Die *unconst(const Dwarf_Die *die)
{
	return (Dwarf_Die *)die;
}

const char *dwarf_name_of(const Dwarf_Die *die)
{
	const char *name = dwarf_diename(unconst(die));

	return name ? name : "";
}

bool dwarf_flag(const Dwarf_Die *die, unsigned int attr)
{
	Dwarf_Attribute mem;
	bool flag = false;

	return dwarf_attr_integrate(unconst(die), attr, &mem) && !dwarf_formflag(&mem, &flag) &&
	       flag;
}

bool dwarf_udata(const Dwarf_Die *die, unsigned int attr, uint64_t *ret)
{
	Dwarf_Attribute mem;
	Dwarf_Word word;

	if (!dwarf_attr_integrate(unconst(die), attr, &mem) || dwarf_formudata(&mem, &word))
		return false;
	*ret = word;
	return true;
}

bool dwarf_type_of(const Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;

	return dwarf_formref_die(dwarf_attr_integrate(unconst(die), DW_AT_type, &attr), ret) !=
	       NULL;
}

bool dwarf_type_is_unreadable(const Dwarf_Die *die)
{
	Dwarf_Die type;

	return dwarf_hasattr_integrate(unconst(die), DW_AT_type) &&
	       (!dwarf_type_of(die, &type) || dwarf_tag(&type) == DW_TAG_invalid);
}

static bool tag_is_transparent(int tag)
{
	return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
	       tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

bool dwarf_strip(const Dwarf_Die *type, Dwarf_Die *ret)
{
	Dwarf_Die die = *type;

	for (int i = 0; i < MAX_CHAIN; i++) {
		if (!tag_is_transparent(dwarf_tag(&die))) {
			*ret = die;
			return true;
		}
		if (!dwarf_type_of(&die, &die))
			return false;
	}
	return false;
}

bool dwarf_dimension(const Dwarf_Die *range, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Sword upper;
	Dwarf_Word word;

	if (dwarf_udata(range, DW_AT_count, ret))
		return true;
	*ret = 0;
	if (!dwarf_attr_integrate(unconst(range), DW_AT_upper_bound, &attr))
		return true;
	/* the plain data forms have no sign of their own: a bound of 255 must not become -1 */
	if (dwarf_whatform(&attr) == DW_FORM_sdata ||
	    dwarf_whatform(&attr) == DW_FORM_implicit_const) {
		if (dwarf_formsdata(&attr, &upper))
			return false;
		*ret = (uint64_t)upper + 1;
		return true;
	}
	if (dwarf_formudata(&attr, &word))
		return false;
	*ret = word + 1;
	return true;
}

/* Multiplies @count by each dimension of an array. */
static bool multiply_dimensions(Dwarf_Die *array, uint64_t *count)
{
	Dwarf_Die range;

	if (dwarf_child(array, &range))
		return true;
	do {
		uint64_t n;

		if (dwarf_tag(&range) != DW_TAG_subrange_type)
			continue;
		if (!dwarf_dimension(&range, &n) || __builtin_mul_overflow(*count, n, count))
			return false;
	} while (dwarf_siblingof(&range, &range) == 0);
	return true;
}

bool dwarf_type_size(const Dwarf_Die *type, uint32_t pointer_size, uint64_t *size_ret)
{
	uint64_t count = 1, size;
	Dwarf_Die die = *type;

	for (int i = 0; i < MAX_CHAIN; i++) {
		if (!dwarf_strip(&die, &die))
			return false;
		if (dwarf_udata(&die, DW_AT_byte_size, &size))
			return !__builtin_mul_overflow(count, size, size_ret);
		switch (dwarf_tag(&die)) {
		case DW_TAG_pointer_type:
		case DW_TAG_reference_type:
		case DW_TAG_rvalue_reference_type:
			return !__builtin_mul_overflow(count, (uint64_t)pointer_size, size_ret);
		case DW_TAG_array_type:
			break;
		default:
			return false;
		}
		if (!multiply_dimensions(&die, &count) || !dwarf_type_of(&die, &die))
			return false;
	}
	return false;
}

static bool read_uleb(const Dwarf_Block *block, size_t *pos, uint64_t *ret)
{
	*ret = 0;
	for (unsigned int shift = 0; *pos < block->length && shift < 64; shift += 7) {
		uint8_t byte = block->data[(*pos)++];

		*ret |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

/* DW_AT_data_member_location: a number, or in DWARF 2 an expression that adds one. Bytes; 0 for none. */
static bool member_bytes(const Dwarf_Die *member, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Block block;
	size_t pos = 1;

	*ret = 0;
	if (!dwarf_attr_integrate(unconst(member), DW_AT_data_member_location, &attr) ||
	    dwarf_udata(member, DW_AT_data_member_location, ret))
		return true;
	return !dwarf_formblock(&attr, &block) && block.length &&
	       (block.data[0] == DW_OP_plus_uconst || block.data[0] == DW_OP_constu) &&
	       read_uleb(&block, &pos, ret) && pos == block.length;
}

bool dwarf_member_bits(const Dwarf_Die *member, bool big_endian, uint32_t pointer_size,
		       uint64_t *ret)
{
	uint64_t bytes, from_top, width, unit;
	Dwarf_Die type;

	if (dwarf_udata(member, DW_AT_data_bit_offset, ret))
		return true;
	if (!member_bytes(member, &bytes) || bytes > UINT32_MAX)
		return false;
	*ret = bytes * 8;
	if (!dwarf_udata(member, DW_AT_bit_offset, &from_top))
		return true;
	if (!dwarf_udata(member, DW_AT_byte_size, &unit) &&
	    !(dwarf_type_of(member, &type) && dwarf_type_size(&type, pointer_size, &unit)))
		return false;
	if (!dwarf_udata(member, DW_AT_bit_size, &width))
		return false;
	/* it may be negative, for a field that begins before its unit: then it wraps around, and back */
	*ret += big_endian ? from_top : unit * 8 - from_top - width;
	return true;
}
