// SPDX-License-Identifier: GPL-2.0-only
/* Comparison of types that have no members: numbers, enums, arrays, forward declarations. */
#include <dwarf.h>
#include <linux/btf.h>

#include "btf/btf_layout.h"
#include "verify/dwarf_die.h"
#include "verify/type_match_state.h"

bool type_match_size(struct type_match *match, const struct btf_type_view *type,
		     const Dwarf_Die *die)
{
	uint64_t size;

	if (!dwarf_udata(die, DW_AT_byte_size, &size) || size == type->size_or_type)
		return true;
	return type_match_differ(match, "%s '%s' has %llu bytes in DWARF and %u in BTF",
				 btf_kind_name(type->kind), btf_type_name(type),
				 (unsigned long long)size, type->size_or_type);
}

/* What BTF says of an integer, by DW_AT_encoding; character types are plain integers to pahole. */
static const struct {
	unsigned int encoding;
	uint32_t btf;
	bool is_float;
} encodings[] = {
	{ DW_ATE_boolean, BTF_INT_BOOL, false },
	{ DW_ATE_signed, BTF_INT_SIGNED, false },
	{ DW_ATE_signed_char, BTF_INT_SIGNED, false },
	{ DW_ATE_unsigned, 0, false },
	{ DW_ATE_unsigned_char, 0, false },
	{ DW_ATE_UTF, 0, false },
	{ DW_ATE_float, 0, true },
};

static bool same_encoding(struct type_match *match, const struct btf_type_view *type,
			  const Dwarf_Die *die)
{
	bool is_float = type->kind == BTF_KIND_FLOAT;
	uint32_t data = is_float ? 0 : btf_get32(type->tail, type->btf->big_endian);
	uint64_t encoding;

	if (!dwarf_udata(die, DW_AT_encoding, &encoding))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(encodings); i++) {
		if (encodings[i].encoding != encoding)
			continue;
		if (encodings[i].is_float == is_float && encodings[i].btf == BTF_INT_ENCODING(data))
			return true;
		return type_match_differ(
			match, "'%s' is %s of encoding %u by DWARF and %s of encoding %u in BTF",
			btf_type_name(type), encodings[i].is_float ? "a float" : "an int",
			encodings[i].btf, is_float ? "a float" : "an int", BTF_INT_ENCODING(data));
	}
	return true;
}

bool type_match_base(struct type_match *match, const struct btf_type_view *type,
		     const Dwarf_Die *die, enum reach reach)
{
	uint64_t bits;
	uint32_t data;

	(void)reach;
	if (!type_match_size(match, type, die) || !same_encoding(match, type, die))
		return false;
	if (type->kind == BTF_KIND_FLOAT)
		return true;
	data = btf_get32(type->tail, type->btf->big_endian);
	if (!dwarf_udata(die, DW_AT_bit_size, &bits))
		bits = (uint64_t)type->size_or_type * 8;
	if (bits == BTF_INT_BITS(data) && !BTF_INT_OFFSET(data))
		return true;
	return type_match_differ(match, "'%s' has %llu bits in DWARF and %u from bit %u on in BTF",
				 btf_type_name(type), (unsigned long long)bits, BTF_INT_BITS(data),
				 BTF_INT_OFFSET(data));
}

/* An enumerator's value, of which BTF_KIND_ENUM has the lower half. */
static uint64_t enumerator_value(const struct btf_type_view *type, const uint8_t *entry)
{
	uint64_t value = btf_get32(entry + 4, type->btf->big_endian);

	if (type->kind == BTF_KIND_ENUM64)
		value |= (uint64_t)btf_get32(entry + 8, type->btf->big_endian) << 32;
	return value;
}

/* What an enum's values say of its signedness. */
struct signedness {
	/* one is below zero; one is written as a signed number, which clang does of all of a signed type */
	bool negative, written_signed;
};

static void note_sign(const Dwarf_Die *die, struct signedness *signedness)
{
	Dwarf_Attribute attr;
	Dwarf_Sword value;
	unsigned int form;

	if (!dwarf_attr((Dwarf_Die *)die, DW_AT_const_value, &attr))
		return;
	form = dwarf_whatform(&attr);
	if ((form != DW_FORM_sdata && form != DW_FORM_implicit_const) ||
	    dwarf_formsdata(&attr, &value))
		return;
	signedness->negative |= value < 0;
	signedness->written_signed |= form == DW_FORM_sdata;
}

static bool same_enumerator(struct type_match *match, const struct btf_type_view *type, uint32_t i,
			    const Dwarf_Die *die)
{
	const uint8_t *entry = type->tail + (size_t)i * btf_kind_layout(type->kind)->entry;
	const char *name = btf_string(type->btf, btf_get32(entry, type->btf->big_endian));
	uint64_t in_btf = enumerator_value(type, entry), value;

	if (!name || !str_eq(name, dwarf_name_of(die)))
		return type_match_differ(match,
					 "enumerator %u of '%s' is '%s' in DWARF and '%s' in BTF",
					 i, btf_type_name(type), dwarf_name_of(die),
					 name ? name : "<bad name>");
	if (!dwarf_udata(die, DW_AT_const_value, &value))
		return true;
	if (type->kind == BTF_KIND_ENUM)
		value = (uint32_t)value;
	if (value == in_btf)
		return true;
	return type_match_differ(match, "enumerator '%s' is %#llx in DWARF and %#llx in BTF", name,
				 (unsigned long long)value, (unsigned long long)in_btf);
}

/* The flag says that the values are signed: pahole sets it where one is negative. */
static bool same_signedness(struct type_match *match, const struct btf_type_view *type,
			    const struct signedness *signedness)
{
	if (type->kind_flag ? signedness->negative || signedness->written_signed
			    : !signedness->negative)
		return true;
	return type_match_differ(match, "enum '%s' has %s negative value in DWARF and is %s in BTF",
				 btf_type_name(type), signedness->negative ? "a" : "no",
				 type->kind_flag ? "signed" : "unsigned");
}

bool type_match_enum(struct type_match *match, const struct btf_type_view *type,
		     const Dwarf_Die *die, enum reach reach)
{
	Dwarf_Die child;
	bool have = dwarf_child((Dwarf_Die *)die, &child) == 0;
	struct signedness signedness = { 0 };

	(void)reach;
	if (dwarf_flag(die, DW_AT_declaration))
		return true;
	if (!type_match_size(match, type, die))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		if (!type_match_next(&child, &have, DW_TAG_enumerator, DW_TAG_enumerator))
			return type_match_differ(match,
						 "enum '%s' has %u values in BTF and %u in DWARF",
						 btf_type_name(type), type->vlen, i);
		if (!same_enumerator(match, type, i, &child))
			return false;
		note_sign(&child, &signedness);
		have = dwarf_siblingof(&child, &child) == 0;
	}
	if (type_match_next(&child, &have, DW_TAG_enumerator, DW_TAG_enumerator))
		return type_match_differ(match, "enum '%s' has %u values in BTF and more in DWARF",
					 btf_type_name(type), type->vlen);
	return same_signedness(match, type, &signedness);
}

/* The flag says that it is a union. An enum that is only declared has none. */
bool type_match_forward(struct type_match *match, const struct btf_type_view *type,
			const Dwarf_Die *die, enum reach reach)
{
	int tag = dwarf_tag((Dwarf_Die *)die);

	(void)reach;
	/* a unit that defines it gave BTF the full type, and deduplication would have chosen that */
	if (!dwarf_flag(die, DW_AT_declaration) && type->btf != match->config.foreign)
		return type_match_differ(match, "'%s' is defined in DWARF and only declared in BTF",
					 btf_type_name(type));
	if (type->kind_flag == (tag == DW_TAG_union_type))
		return true;
	return type_match_differ(match, "'%s' is a %s in DWARF and declared as a %s in BTF",
				 btf_type_name(type), tag == DW_TAG_union_type ? "union" : "struct",
				 type->kind_flag ? "union" : "struct");
}

static bool is_subrange(Dwarf_Die *child, bool *have)
{
	return type_match_next(child, have, DW_TAG_subrange_type, DW_TAG_subrange_type);
}

/* Dimension @i, from 1, of @array (its entry, where it may lack bounds): BTF's @type against @range. */
static bool same_dimension(struct type_match *match, const void *array,
			   const struct btf_type_view *type, unsigned int i, Dwarf_Die *range)
{
	uint32_t in_btf = btf_array(type).nr_elems;
	uint64_t in_dwarf;

	if (array && match->unbounded == array)
		return true;
	if (!dwarf_dimension(range, &in_dwarf))
		return type_match_limited(match);
	if (in_dwarf == in_btf)
		return true;
	return type_match_differ(match, "dimension %u of the array is %llu in DWARF and %u in BTF",
				 i, (unsigned long long)in_dwarf, in_btf);
}

/* BTF's array of arrays against the dimensions from the second on; sets the element's type. */
static bool same_inner_dimensions(struct type_match *match, struct btf_type_view inner,
				  Dwarf_Die *range, uint32_t *elem_ret)
{
	unsigned int i = 2;
	bool have = true;

	do {
		if (inner.kind != BTF_KIND_ARRAY)
			return type_match_differ(
				match, "the array has dimension %u in DWARF alone, not in BTF", i);
		if (!same_dimension(match, NULL, &inner, i, range))
			return false;
		*elem_ret = btf_array(&inner).elem_type;
		if (!btf_type_get(inner.btf, *elem_ret, &inner))
			return type_match_differ(match, "BTF refers to type %u, which is not there",
						 *elem_ret);
		have = dwarf_siblingof(range, range) == 0;
		i++;
	} while (is_subrange(range, &have));
	return true;
}

/* One BTF array of as many elements as the dimensions make when multiplied. */
static bool same_product(struct type_match *match, const struct btf_type_view *type,
			 const Dwarf_Die *die)
{
	bool unbounded = match->unbounded && match->unbounded == die->addr;
	uint64_t product = 1, n;
	Dwarf_Die range;
	bool have = dwarf_child((Dwarf_Die *)die, &range) == 0;

	/* any number of elements, each with all the other dimensions */
	if (unbounded && is_subrange(&range, &have))
		have = dwarf_siblingof(&range, &range) == 0;
	while (is_subrange(&range, &have)) {
		if (!dwarf_dimension(&range, &n))
			return type_match_limited(match);
		if (__builtin_mul_overflow(product, n, &product))
			return type_match_differ(match, "the array in DWARF is larger than memory");
		have = dwarf_siblingof(&range, &range) == 0;
	}
	if (unbounded ? product && btf_array(type).nr_elems % product == 0
		      : product == btf_array(type).nr_elems)
		return true;
	return type_match_differ(match, "the array has %llu elements in all in DWARF and %u in BTF",
				 (unsigned long long)product, btf_array(type).nr_elems);
}

/*
 * DWARF has all dimensions in one array. BTF has an array of arrays, or one array of as many elements in
 * all: pahole makes the latter, as Documentation/bpf/btf.rst says it does.
 */
bool type_match_array(struct type_match *match, const struct btf_type_view *type,
		      const Dwarf_Die *die, enum reach reach)
{
	uint32_t elem = btf_array(type).elem_type;
	struct btf_type_view inner;
	Dwarf_Die range;
	bool have = dwarf_child((Dwarf_Die *)die, &range) == 0, ok;

	if (!btf_type_get(type->btf, elem, &inner))
		return type_match_differ(match, "BTF refers to type %u, which is not there", elem);
	if (!is_subrange(&range, &have)) {
		if (btf_array(type).nr_elems && match->unbounded != die->addr)
			return type_match_differ(match,
						 "the array has no bounds in DWARF and %u in BTF",
						 btf_array(type).nr_elems);
	} else if (inner.kind != BTF_KIND_ARRAY) {
		if (!same_product(match, type, die))
			return false;
	} else {
		if (!same_dimension(match, die->addr, type, 1, &range))
			return false;
		have = dwarf_siblingof(&range, &range) == 0;
		if (is_subrange(&range, &have) &&
		    !same_inner_dimensions(match, inner, &range, &elem))
			return false;
	}
	type_match_push(match, (struct path_step){ .kind = STEP_ELEMENT });
	ok = type_match_target(match, type->btf, elem, die, reach);
	type_match_pop(match);
	return ok;
}
