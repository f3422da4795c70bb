// SPDX-License-Identifier: GPL-2.0-only
#include "encode/dwarf_type.h"

#include <dwarf.h>
#include <linux/btf.h>
#include <string.h>

#include "core/mem.h"
#include "verify/dwarf_index.h"

enum {
	/* a chain of _Atomic longer than this is taken for a loop */
	MAX_CHAIN = 64,
	/* of a bit field's place, in BTF */
	BITFIELD_OFFSET_BITS = 24,
	MAX_BITFIELD = 255,
};

static const struct {
	int tag;
	uint32_t kind;
} tag_kinds[] = {
	{ DW_TAG_pointer_type, BTF_KIND_PTR },
	{ DW_TAG_const_type, BTF_KIND_CONST },
	{ DW_TAG_structure_type, BTF_KIND_STRUCT },
	{ DW_TAG_typedef, BTF_KIND_TYPEDEF },
	{ DW_TAG_array_type, BTF_KIND_ARRAY },
	{ DW_TAG_subroutine_type, BTF_KIND_FUNC_PROTO },
	{ DW_TAG_union_type, BTF_KIND_UNION },
	{ DW_TAG_enumeration_type, BTF_KIND_ENUM },
	{ DW_TAG_volatile_type, BTF_KIND_VOLATILE },
	{ DW_TAG_restrict_type, BTF_KIND_RESTRICT },
	{ DW_TAG_class_type, BTF_KIND_STRUCT },
	{ DW_TAG_reference_type, BTF_KIND_PTR },
	{ DW_TAG_rvalue_reference_type, BTF_KIND_PTR },
};

uint32_t dwarf_btf_kind(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);
	uint64_t encoding;

	if (tag == DW_TAG_base_type)
		return dwarf_udata(die, DW_AT_encoding, &encoding) && encoding == DW_ATE_float
			       ? BTF_KIND_FLOAT
			       : BTF_KIND_INT;
	for (size_t i = 0; i < ARRAY_SIZE(tag_kinds); i++)
		if (tag_kinds[i].tag == tag)
			return tag_kinds[i].kind;
	return 0;
}

const char *dwarf_name(Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	return name ? name : "";
}

bool dwarf_is_declaration(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	bool flag;

	return dwarf_attr(die, DW_AT_declaration, &attr) && !dwarf_formflag(&attr, &flag) && flag;
}

bool dwarf_normal(Dwarf_Die *type, Dwarf_Die *ret)
{
	*ret = *type;
	for (int i = 0; i < MAX_CHAIN; i++) {
		int tag = dwarf_tag(ret);

		if (tag == DW_TAG_unspecified_type)
			return false;
		if (tag != DW_TAG_atomic_type)
			return true;
		if (!dwarf_type_of(ret, ret))
			return false;
	}
	return false;
}

bool dwarf_target(Dwarf_Die *die, Dwarf_Die *ret)
{
	return dwarf_type_of(die, ret) && dwarf_normal(ret, ret);
}

bool dwarf_first(Dwarf_Die *parent, int tag, int other_tag, Dwarf_Die *ret)
{
	int found;

	if (dwarf_child(parent, ret))
		return false;
	found = dwarf_tag(ret);
	return found == tag || found == other_tag || dwarf_next(ret, tag, other_tag);
}

bool dwarf_next(Dwarf_Die *die, int tag, int other_tag)
{
	while (dwarf_siblingof(die, die) == 0) {
		int found = dwarf_tag(die);

		if (found == tag || found == other_tag)
			return true;
	}
	return false;
}

/* Elements of one dimension; false for none said, as of `[]`. */
static bool dimension(Dwarf_Die *range, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Sword upper;
	unsigned int form;

	if (dwarf_udata(range, DW_AT_count, ret))
		return true;
	if (!dwarf_attr(range, DW_AT_upper_bound, &attr))
		return false;
	form = dwarf_whatform(&attr);
	/* the plain data forms have no sign of their own: a bound of 255 is not -1 */
	if (form == DW_FORM_sdata || form == DW_FORM_implicit_const) {
		if (dwarf_formsdata(&attr, &upper))
			return false;
		*ret = (uint64_t)upper + 1;
		return true;
	}
	if (!dwarf_udata(range, DW_AT_upper_bound, ret))
		return false;
	/* the largest number is the -1 of `[0]` */
	if (form == DW_FORM_data4)
		*ret = (uint32_t)(*ret + 1);
	else
		++*ret;
	return true;
}

bool dwarf_array_dimensions(Dwarf_Die *array, struct dwarf_dimensions *ret)
{
	Dwarf_Die range;
	uint64_t total = 1, n;

	*ret = (struct dwarf_dimensions){ 0 };
	for (bool more = dwarf_first(array, DW_TAG_subrange_type, DW_TAG_enumeration_type, &range);
	     more; more = dwarf_next(&range, DW_TAG_subrange_type, DW_TAG_enumeration_type)) {
		if (!dimension(&range, &n)) {
			ret->unbounded |= !ret->count;
			n = 0;
		}
		if (n > UINT32_MAX || __builtin_mul_overflow(total, n, &total) ||
		    total > UINT32_MAX || ret->count == ARRAY_SIZE(ret->sizes))
			return false;
		ret->sizes[ret->count++] = (uint32_t)n;
	}
	/* no dimension at all */
	if (!ret->count) {
		ret->unbounded = true;
		ret->count = 1;
		total = 0;
	}
	ret->total = (uint32_t)total;
	return true;
}

/* DW_AT_bit_offset counts from the most significant bit of storage of DW_AT_byte_size bytes. */
static bool old_bit_field(Dwarf_Die *die, bool big_endian, uint64_t bytes, uint64_t bit_size,
			  uint64_t *bits_ret)
{
	uint64_t from_top, storage;
	Dwarf_Die type;

	if (!dwarf_udata(die, DW_AT_bit_offset, &from_top))
		return false;
	if (!dwarf_udata(die, DW_AT_byte_size, &storage) &&
	    (!dwarf_type_of(die, &type) || !dwarf_strip(&type, &type) ||
	     !dwarf_udata(&type, DW_AT_byte_size, &storage)))
		return false;
	if (storage > 16 || from_top + bit_size > storage * 8)
		return false;
	*bits_ret = bytes * 8 + (big_endian ? from_top : storage * 8 - from_top - bit_size);
	return true;
}

bool dwarf_member(Dwarf_Die *die, bool big_endian, struct dwarf_member *ret)
{
	uint64_t bit_size = 0, bits, bytes = 0;

	*ret = (struct dwarf_member){ .name = dwarf_name(die) };
	ret->has_type = dwarf_target(die, &ret->type);
	dwarf_udata(die, DW_AT_bit_size, &bit_size);
	dwarf_udata(die, DW_AT_data_member_location, &bytes);
	if (bytes > UINT32_MAX / 8)
		return false;
	if (!dwarf_udata(die, DW_AT_data_bit_offset, &bits) &&
	    !(bit_size && old_bit_field(die, big_endian, bytes, bit_size, &bits)))
		bits = bytes * 8;
	if (bit_size > MAX_BITFIELD || bits > UINT32_MAX ||
	    (bit_size && bits >> BITFIELD_OFFSET_BITS))
		return false;
	ret->bit_offset = (uint32_t)bits;
	ret->bit_size = (uint32_t)bit_size;
	return true;
}

bool dwarf_enumerator(Dwarf_Die *die, uint64_t *value_ret, bool *negative_ret)
{
	Dwarf_Attribute attr;
	Dwarf_Sword value;
	unsigned int form;

	if (!dwarf_attr(die, DW_AT_const_value, &attr))
		return false;
	form = dwarf_whatform(&attr);
	*negative_ret = false;
	if (form != DW_FORM_sdata && form != DW_FORM_implicit_const)
		return dwarf_udata(die, DW_AT_const_value, value_ret);
	if (dwarf_formsdata(&attr, &value))
		return false;
	*value_ret = (uint64_t)value;
	*negative_ret = value < 0;
	return true;
}

uint32_t dwarf_int_encoding(Dwarf_Die *die)
{
	uint64_t encoding = 0;

	dwarf_udata(die, DW_AT_encoding, &encoding);
	switch (encoding) {
	case DW_ATE_boolean:
		return BTF_INT_BOOL;
	case DW_ATE_signed:
	case DW_ATE_signed_char:
		return BTF_INT_SIGNED;
	default:
		return 0;
	}
}

uint32_t dwarf_bytes(Dwarf_Die *die)
{
	uint64_t size;

	return dwarf_udata(die, DW_AT_byte_size, &size) && size <= UINT32_MAX ? (uint32_t)size : 0;
}

const char *dwarf_type_tag(Dwarf_Die *annotation)
{
	Dwarf_Attribute attr;
	const char *name = dwarf_name(annotation);

	if (!str_eq(name, "btf_type_tag") || !dwarf_attr(annotation, DW_AT_const_value, &attr))
		return NULL;
	return dwarf_formstring(&attr);
}
