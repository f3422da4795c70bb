// SPDX-License-Identifier: GPL-2.0-only
#include "verify/type_match.h"

#include <dwarf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
#include "verify/dwarf_index.h"

enum {
	/* how deep types are followed: enough for any declarator people write */
	MAX_DEPTH = 24,
	/* types looked at for one variable */
	MAX_TYPES = 4096,
	/* a chain of tags longer than this is taken for a loop */
	MAX_TAGS = 64,
};

struct match {
	const struct btf_image *btf;
	uint32_t pointer_size;
	int budget;
	/* the array that the variable is, less its qualifiers, if its DWARF has no bounds; else NULL */
	const void *unbounded;
	/* the first difference; owned */
	char *difference;
};

/* Keeps the first difference and yields false, for `return differ(...)`. */
static printf_like(2, 3) bool differ(struct match *match, const char *fmt, ...)
{
	va_list args;

	if (match->difference)
		return false;
	va_start(args, fmt);
	match->difference = xvasprintf(fmt, args);
	va_end(args);
	return false;
}

static const char *name_of(const Dwarf_Die *die)
{
	const char *name = dwarf_diename((Dwarf_Die *)die);

	return name ? name : "";
}

/* How far into what is contained the comparison goes. */
enum reach {
	/* in the variable itself */
	BY_VALUE,
	/* behind a pointer */
	BY_NAME,
};

static bool same(struct match *match, uint32_t id, const Dwarf_Die *die, enum reach reach,
		 int depth);

/* DWARF kinds that BTF has under another name, by BTF kind. */
static const struct {
	uint32_t kind;
	int tag;
} kind_tags[] = {
	{ BTF_KIND_INT, DW_TAG_base_type },
	{ BTF_KIND_FLOAT, DW_TAG_base_type },
	{ BTF_KIND_PTR, DW_TAG_pointer_type },
	{ BTF_KIND_ARRAY, DW_TAG_array_type },
	{ BTF_KIND_STRUCT, DW_TAG_structure_type },
	{ BTF_KIND_STRUCT, DW_TAG_class_type },
	{ BTF_KIND_UNION, DW_TAG_union_type },
	{ BTF_KIND_ENUM, DW_TAG_enumeration_type },
	{ BTF_KIND_ENUM64, DW_TAG_enumeration_type },
	{ BTF_KIND_TYPEDEF, DW_TAG_typedef },
	{ BTF_KIND_VOLATILE, DW_TAG_volatile_type },
	{ BTF_KIND_CONST, DW_TAG_const_type },
	{ BTF_KIND_RESTRICT, DW_TAG_restrict_type },
	{ BTF_KIND_FUNC_PROTO, DW_TAG_subroutine_type },
	/* a forward declaration that was never resolved; deduplication may also resolve one */
	{ BTF_KIND_FWD, DW_TAG_structure_type },
	{ BTF_KIND_FWD, DW_TAG_union_type },
	/* an enum that is only declared: BTF has it with no values */
	{ BTF_KIND_FWD, DW_TAG_enumeration_type },
};

static bool kinds_fit(uint32_t kind, int tag)
{
	for (size_t i = 0; i < ARRAY_SIZE(kind_tags); i++)
		if (kind_tags[i].kind == kind && kind_tags[i].tag == tag)
			return true;
	return false;
}

static bool is_declaration(const Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	bool flag;

	return dwarf_attr_integrate((Dwarf_Die *)die, DW_AT_declaration, &attr) &&
	       !dwarf_formflag(&attr, &flag) && flag;
}

static bool same_sizes(struct match *match, const struct btf_type_view *type, const Dwarf_Die *die)
{
	uint64_t size;

	if (!dwarf_udata(die, DW_AT_byte_size, &size) || size == type->size_or_type)
		return true;
	return differ(match, "%s '%s' has %llu bytes in DWARF and %u in BTF",
		      btf_kind_name(type->kind), btf_type_name(type), (unsigned long long)size,
		      type->size_or_type);
}

/* What both sides say of a type that has elements or a target, of DW_AT_type. */
static bool same_target(struct match *match, uint32_t id, const Dwarf_Die *die, enum reach reach,
			int depth)
{
	Dwarf_Die target;

	return same(match, id, dwarf_type_of(die, &target) ? &target : NULL, reach, depth + 1);
}

/* The next DIE of one of two tags among the siblings from *@die on. */
static bool next_of(Dwarf_Die *die, bool *have, int tag, int other_tag)
{
	while (*have) {
		int t = dwarf_tag(die);

		if (t == tag || t == other_tag)
			return true;
		*have = dwarf_siblingof(die, die) == 0;
	}
	return false;
}

/* Both sides count bits from the start; DWARF's older bit fields count otherwise and are left out. */
static bool same_member_place(struct match *match, const struct btf_member_view *member,
			      const char *name, const Dwarf_Die *die)
{
	uint64_t value, bits;
	uint64_t in_bits = member->bit_offset;

	if (!dwarf_udata(die, DW_AT_bit_size, &value))
		value = 0;
	if (value != member->bitfield_size)
		return differ(match,
			      "member '%s' is a bit field of %llu bits in DWARF and %u in BTF",
			      name, (unsigned long long)value, member->bitfield_size);
	if (dwarf_udata(die, DW_AT_data_bit_offset, &value))
		bits = value;
	else if (dwarf_udata(die, DW_AT_bit_offset, &value))
		return true;
	else if (dwarf_udata(die, DW_AT_data_member_location, &value))
		bits = value * 8;
	else
		bits = 0;
	if (bits != in_bits)
		return differ(match, "member '%s' is at bit %llu in DWARF and %llu in BTF", name,
			      (unsigned long long)bits, (unsigned long long)in_bits);
	return true;
}

static bool same_members(struct match *match, const struct btf_type_view *type,
			 const Dwarf_Die *die, int depth)
{
	Dwarf_Die child;
	bool have = dwarf_child((Dwarf_Die *)die, &child) == 0;

	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_member_view member = btf_member(type, i);
		const char *name = btf_string(match->btf, member.name_off);

		if (!next_of(&child, &have, DW_TAG_member, DW_TAG_inheritance))
			return differ(match, "'%s' has %u members in BTF and %u in DWARF",
				      btf_type_name(type), type->vlen, i);
		if (!name || !str_eq(name, name_of(&child)))
			return differ(match, "member %u of '%s' is '%s' in DWARF and '%s' in BTF",
				      i, btf_type_name(type), name_of(&child),
				      name ? name : "<bad name>");
		if (!same_member_place(match, &member, name, &child) ||
		    !same_target(match, member.type, &child, BY_VALUE, depth))
			return false;
		have = dwarf_siblingof(&child, &child) == 0;
	}
	if (next_of(&child, &have, DW_TAG_member, DW_TAG_member))
		return differ(match, "'%s' has %u members in BTF and more in DWARF",
			      btf_type_name(type), type->vlen);
	return true;
}

static bool same_composite(struct match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach, int depth)
{
	if (is_declaration(die))
		return true;
	if (!same_sizes(match, type, die))
		return false;
	return reach == BY_NAME || same_members(match, type, die, depth);
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

static bool same_encoding(struct match *match, const struct btf_type_view *type,
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
		return differ(match,
			      "'%s' is %s of encoding %u by DWARF and %s of encoding %u in BTF",
			      btf_type_name(type), encodings[i].is_float ? "a float" : "an int",
			      encodings[i].btf, is_float ? "a float" : "an int",
			      BTF_INT_ENCODING(data));
	}
	return true;
}

static bool same_base_type(struct match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach, int depth)
{
	uint64_t bits;
	uint32_t data;

	(void)reach, (void)depth;
	if (!same_sizes(match, type, die) || !same_encoding(match, type, die))
		return false;
	if (type->kind == BTF_KIND_FLOAT)
		return true;
	data = btf_get32(type->tail, type->btf->big_endian);
	if (!dwarf_udata(die, DW_AT_bit_size, &bits))
		bits = (uint64_t)type->size_or_type * 8;
	if (bits == BTF_INT_BITS(data) && !BTF_INT_OFFSET(data))
		return true;
	return differ(match, "'%s' has %llu bits in DWARF and %u from bit %u on in BTF",
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

static bool same_enumerator(struct match *match, const struct btf_type_view *type, uint32_t i,
			    const Dwarf_Die *die)
{
	const uint8_t *entry = type->tail + (size_t)i * btf_kind_layout(type->kind)->entry;
	const char *name = btf_string(match->btf, btf_get32(entry, type->btf->big_endian));
	uint64_t in_btf = enumerator_value(type, entry), value;

	if (!name || !str_eq(name, name_of(die)))
		return differ(match, "enumerator %u of '%s' is '%s' in DWARF and '%s' in BTF", i,
			      btf_type_name(type), name_of(die), name ? name : "<bad name>");
	if (!dwarf_udata(die, DW_AT_const_value, &value))
		return true;
	if (type->kind == BTF_KIND_ENUM)
		value = (uint32_t)value;
	if (value == in_btf)
		return true;
	return differ(match, "enumerator '%s' is %#llx in DWARF and %#llx in BTF", name,
		      (unsigned long long)value, (unsigned long long)in_btf);
}

/* The flag says that the values are signed: pahole sets it where one is negative. */
static bool same_signedness(struct match *match, const struct btf_type_view *type,
			    const struct signedness *signedness)
{
	if (type->kind_flag ? signedness->negative || signedness->written_signed
			    : !signedness->negative)
		return true;
	return differ(match, "enum '%s' has %s negative value in DWARF and is %s in BTF",
		      btf_type_name(type), signedness->negative ? "a" : "no",
		      type->kind_flag ? "signed" : "unsigned");
}

static bool same_enum(struct match *match, const struct btf_type_view *type, const Dwarf_Die *die,
		      enum reach reach, int depth)
{
	Dwarf_Die child;
	bool have = dwarf_child((Dwarf_Die *)die, &child) == 0;
	struct signedness signedness = { 0 };

	(void)reach, (void)depth;
	if (is_declaration(die))
		return true;
	if (!same_sizes(match, type, die))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		if (!next_of(&child, &have, DW_TAG_enumerator, DW_TAG_enumerator))
			return differ(match, "enum '%s' has %u values in BTF and %u in DWARF",
				      btf_type_name(type), type->vlen, i);
		if (!same_enumerator(match, type, i, &child))
			return false;
		note_sign(&child, &signedness);
		have = dwarf_siblingof(&child, &child) == 0;
	}
	if (next_of(&child, &have, DW_TAG_enumerator, DW_TAG_enumerator))
		return differ(match, "enum '%s' has %u values in BTF and more in DWARF",
			      btf_type_name(type), type->vlen);
	return same_signedness(match, type, &signedness);
}

/* The flag says that it is a union. An enum that is only declared has none. */
static bool same_forward(struct match *match, const struct btf_type_view *type,
			 const Dwarf_Die *die, enum reach reach, int depth)
{
	int tag = dwarf_tag((Dwarf_Die *)die);

	(void)reach, (void)depth;
	if (type->kind_flag == (tag == DW_TAG_union_type))
		return true;
	return differ(match, "'%s' is a %s in DWARF and declared as a %s in BTF",
		      btf_type_name(type), tag == DW_TAG_union_type ? "union" : "struct",
		      type->kind_flag ? "union" : "struct");
}

static bool same_reference(struct match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach, int depth)
{
	return same_target(match, type->size_or_type, die, reach, depth);
}

static bool same_pointer(struct match *match, const struct btf_type_view *type,
			 const Dwarf_Die *die, enum reach reach, int depth)
{
	(void)reach;
	return same_target(match, type->size_or_type, die, BY_NAME, depth);
}

/*
 * DWARF has all dimensions in one array. BTF has an array of arrays, or one array of as many elements in
 * all: pahole makes the latter, as Documentation/bpf/btf.rst says it does.
 */
static bool same_array(struct match *match, const struct btf_type_view *type, const Dwarf_Die *die,
		       enum reach reach, int depth)
{
	struct btf_type_view inner;
	uint64_t size_btf, size_dwarf;
	uint32_t elem = btf_array(type).elem_type;
	Dwarf_Die child;
	bool have = dwarf_child((Dwarf_Die *)die, &child) == 0;
	unsigned int nested = 0;

	if (die->addr != match->unbounded &&
	    btf_type_size(match->btf, type->id, match->pointer_size, &size_btf) &&
	    dwarf_type_size(die, match->pointer_size, &size_dwarf) && size_btf != size_dwarf)
		return differ(match, "array of %llu bytes in DWARF and %llu in BTF",
			      (unsigned long long)size_dwarf, (unsigned long long)size_btf);

	/* the first dimension is the array we are at */
	if (next_of(&child, &have, DW_TAG_subrange_type, DW_TAG_enumeration_type))
		have = dwarf_siblingof(&child, &child) == 0;
	for (; next_of(&child, &have, DW_TAG_subrange_type, DW_TAG_enumeration_type); nested++) {
		if (!btf_type_get(match->btf, elem, &inner) || inner.kind != BTF_KIND_ARRAY) {
			if (!nested)
				break;
			return differ(match, "an array of fewer dimensions in BTF than in DWARF");
		}
		elem = btf_array(&inner).elem_type;
		have = dwarf_siblingof(&child, &child) == 0;
	}
	return same_target(match, elem, die, reach, depth);
}

static bool same_prototype(struct match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach, int depth)
{
	Dwarf_Die child;
	bool have = dwarf_child((Dwarf_Die *)die, &child) == 0;

	(void)reach;
	if (!same_target(match, type->size_or_type, die, BY_NAME, depth))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		uint32_t param = btf_param(type, i).type;

		if (!next_of(&child, &have, DW_TAG_formal_parameter, DW_TAG_unspecified_parameters))
			return differ(match, "a function of %u parameters in BTF and %u in DWARF",
				      type->vlen, i);
		if ((dwarf_tag(&child) == DW_TAG_unspecified_parameters) != (param == 0))
			return differ(match, "parameter %u is '...' on one side alone", i);
		if (param && !same_target(match, param, &child, BY_NAME, depth))
			return false;
		have = dwarf_siblingof(&child, &child) == 0;
	}
	/* an unprototyped function has a lone '...' in DWARF; pahole leaves it out */
	if (next_of(&child, &have, DW_TAG_formal_parameter, DW_TAG_formal_parameter))
		return differ(match, "a function of %u parameters in BTF and more in DWARF",
			      type->vlen);
	return true;
}

static const struct {
	bool named;
	bool (*same)(struct match *match, const struct btf_type_view *type, const Dwarf_Die *die,
		     enum reach reach, int depth);
} matchers[] = {
	[BTF_KIND_INT] = { true, same_base_type },
	[BTF_KIND_FLOAT] = { true, same_base_type },
	[BTF_KIND_ENUM] = { true, same_enum },
	[BTF_KIND_ENUM64] = { true, same_enum },
	[BTF_KIND_STRUCT] = { true, same_composite },
	[BTF_KIND_UNION] = { true, same_composite },
	[BTF_KIND_FWD] = { true, same_forward },
	[BTF_KIND_TYPEDEF] = { true, same_reference },
	[BTF_KIND_CONST] = { false, same_reference },
	[BTF_KIND_VOLATILE] = { false, same_reference },
	[BTF_KIND_RESTRICT] = { false, same_reference },
	[BTF_KIND_PTR] = { false, same_pointer },
	[BTF_KIND_ARRAY] = { false, same_array },
	[BTF_KIND_FUNC_PROTO] = { false, same_prototype },
};

/* Annotations of BTF alone are passed over; atomic is DWARF's alone, for which BTF has no kind. */
static bool skip_annotations(struct match *match, uint32_t id, const Dwarf_Die **die,
			     Dwarf_Die *mem, struct btf_type_view *type)
{
	for (int i = 0; i < MAX_TAGS; i++) {
		if (!btf_type_get(match->btf, id, type))
			return differ(match, "BTF refers to type %u, which is not there", id);
		if (type->kind != BTF_KIND_TYPE_TAG)
			break;
		id = type->size_or_type;
	}
	for (int i = 0; i < MAX_TAGS && *die; i++) {
		if (dwarf_tag((Dwarf_Die *)*die) != DW_TAG_atomic_type)
			break;
		*die = dwarf_type_of(*die, mem) ? mem : NULL;
	}
	return true;
}

static bool same(struct match *match, uint32_t id, const Dwarf_Die *die, enum reach reach,
		 int depth)
{
	struct btf_type_view type;
	Dwarf_Die mem;

	/* what lies deeper is not compared: the limits are there for hostile input */
	if (depth > MAX_DEPTH || match->budget-- <= 0)
		return true;
	if (!skip_annotations(match, id, &die, &mem, &type))
		return false;
	if (die && dwarf_tag((Dwarf_Die *)die) == DW_TAG_unspecified_type)
		return true;
	if (!die || !type.kind) {
		if (!die && !type.kind)
			return true;
		return differ(match, "void on one side alone: DWARF '%s', BTF %s '%s'",
			      die ? name_of(die) : "void", btf_kind_name(type.kind),
			      btf_type_name(&type));
	}
	if (!kinds_fit(type.kind, dwarf_tag((Dwarf_Die *)die)))
		return differ(match, "DWARF has tag %#x '%s' and BTF %s '%s'",
			      dwarf_tag((Dwarf_Die *)die), name_of(die), btf_kind_name(type.kind),
			      btf_type_name(&type));
	if (matchers[type.kind].named && !str_eq(btf_type_name(&type), name_of(die)))
		return differ(match, "%s is called '%s' in DWARF and '%s' in BTF",
			      btf_kind_name(type.kind), name_of(die), btf_type_name(&type));
	return matchers[type.kind].same(match, &type, die, reach, depth);
}

/*
 * GCC gives `static int x[];` before `static int x[] = { 1, 2 };` one array type without bounds. How many
 * elements the variable has, its symbol says, and that is another check's witness.
 */
static const void *find_unbounded(const Dwarf_Die *die)
{
	Dwarf_Die array, range;
	uint64_t bound;

	if (!die || !dwarf_strip(die, &array) || dwarf_tag(&array) != DW_TAG_array_type)
		return NULL;
	if (dwarf_child(&array, &range) == 0 &&
	    (dwarf_udata(&range, DW_AT_count, &bound) || dwarf_hasattr(&range, DW_AT_upper_bound)))
		return NULL;
	return array.addr;
}

char *type_differs(const struct btf_image *btf, uint32_t id, const Dwarf_Die *die,
		   uint32_t pointer_size)
{
	struct match match = {
		.btf = btf,
		.pointer_size = pointer_size,
		.budget = MAX_TYPES,
		.unbounded = find_unbounded(die),
	};

	if (same(&match, id, die, BY_VALUE, 0))
		return NULL;
	return match.difference;
}
