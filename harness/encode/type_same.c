// SPDX-License-Identifier: GPL-2.0-only
#include "encode/type_same.h"

#include <dwarf.h>
#include <linux/btf.h>
#include <stdlib.h>

#include "btf/btf_layout.h"
#include "encode/dwarf_type.h"
#include "verify/dwarf_index.h"

enum {
	SAME = 1,
	DIFFERS = 2,
	/* how deep types are followed; what lies deeper is taken for the same */
	MAX_DEPTH = 200,
	/* types looked at in one comparison: the limits are there for hostile input */
	MAX_TYPES = 200000,
	/* a chain of tags longer than this is taken for a loop */
	MAX_TAGS = 64,
};

struct step {
	struct type_same *same;
	enum type_reach reach;
	int depth;
};

static bool compare(const struct step *from, uint32_t id, Dwarf_Die *die, enum type_reach reach);

/* A type id and what DW_AT_type of @die says. */
static bool same_target(const struct step *step, uint32_t id, Dwarf_Die *die, enum type_reach reach)
{
	Dwarf_Die target;

	return compare(step, id, dwarf_target(die, &target) ? &target : NULL, reach);
}

static const char *string_at(const struct btf_type_view *type, uint32_t off)
{
	const char *s = btf_string(type->btf, off);

	return s ? s : "<bad name>";
}

static bool same_base_type(const struct step *step, const struct btf_type_view *type,
			   Dwarf_Die *die)
{
	uint64_t bits;
	uint32_t data;

	(void)step;
	if (dwarf_bytes(die) != type->size_or_type)
		return false;
	if (type->kind == BTF_KIND_FLOAT)
		return true;
	data = btf_get32(type->tail, type->btf->big_endian);
	if (!dwarf_udata(die, DW_AT_bit_size, &bits))
		bits = (uint64_t)type->size_or_type * 8;
	return BTF_INT_ENCODING(data) == dwarf_int_encoding(die) && BTF_INT_BITS(data) == bits &&
	       !BTF_INT_OFFSET(data);
}

static bool same_reference(const struct step *step, const struct btf_type_view *type,
			   Dwarf_Die *die)
{
	return same_target(step, type->size_or_type, die, step->reach);
}

static bool same_pointer(const struct step *step, const struct btf_type_view *type, Dwarf_Die *die)
{
	return same_target(step, type->size_or_type, die, BY_NAME);
}

/*
 * pahole has written an array of several dimensions as one array of all elements, as
 * Documentation/bpf/btf.rst says, and writes arrays of arrays since 1.31.
 */
static bool same_array(const struct step *step, const struct btf_type_view *type, Dwarf_Die *die)
{
	struct btf_array_view array = btf_array(type);
	struct btf_type_view inner;
	struct dwarf_dimensions dims;

	if (!dwarf_array_dimensions(die, &dims))
		return false;
	if (array.nr_elems == dims.total && same_target(step, array.elem_type, die, step->reach))
		return true;
	if (dims.count < 2 || array.nr_elems != dims.sizes[0])
		return false;
	for (size_t i = 1; i < dims.count; i++) {
		if (!btf_type_get(type->btf, array.elem_type, &inner) ||
		    inner.kind != BTF_KIND_ARRAY)
			return false;
		array = btf_array(&inner);
		if (array.nr_elems != dims.sizes[i])
			return false;
	}
	return same_target(step, array.elem_type, die, step->reach);
}

static bool same_prototype(const struct step *step, const struct btf_type_view *type,
			   Dwarf_Die *die)
{
	Dwarf_Die child;
	bool more =
		dwarf_first(die, DW_TAG_formal_parameter, DW_TAG_unspecified_parameters, &child);

	if (!same_target(step, type->size_or_type, die, BY_NAME))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_member_view param = btf_param(type, i);
		bool rest = more && dwarf_tag(&child) == DW_TAG_unspecified_parameters;

		if (!more || rest != (!param.type && i == type->vlen - 1))
			return false;
		if (!rest && (!str_eq(string_at(type, param.name_off), dwarf_name(&child)) ||
			      !same_target(step, param.type, &child, BY_NAME)))
			return false;
		more = dwarf_next(&child, DW_TAG_formal_parameter, DW_TAG_unspecified_parameters);
	}
	/* `int f();` has a lone '...' in DWARF and nothing in BTF */
	return !more || (!type->vlen && dwarf_tag(&child) == DW_TAG_unspecified_parameters);
}

static bool same_member(const struct step *step, const struct btf_type_view *type, uint32_t i,
			Dwarf_Die *die)
{
	struct btf_member_view in_btf = btf_member(type, i);
	struct dwarf_member member;

	return dwarf_member(die, type->btf->big_endian, &member) &&
	       str_eq(string_at(type, in_btf.name_off), member.name) &&
	       in_btf.bit_offset == member.bit_offset && in_btf.bitfield_size == member.bit_size &&
	       compare(step, in_btf.type, member.has_type ? &member.type : NULL, BY_VALUE);
}

static bool same_members(const struct step *step, const struct btf_type_view *type, Dwarf_Die *die)
{
	Dwarf_Die child;
	bool more = dwarf_first(die, DW_TAG_member, DW_TAG_inheritance, &child);

	for (uint32_t i = 0; i < type->vlen; i++) {
		if (!more || !same_member(step, type, i, &child))
			return false;
		more = dwarf_next(&child, DW_TAG_member, DW_TAG_inheritance);
	}
	return !more;
}

/* BTF_KIND_ENUM has the lower half of a value. */
static bool same_enumerators(const struct btf_type_view *type, Dwarf_Die *die)
{
	uint32_t entry_size = btf_kind_layout(type->kind)->entry;
	bool big_endian = type->btf->big_endian;
	Dwarf_Die child;
	bool more = dwarf_first(die, DW_TAG_enumerator, DW_TAG_enumerator, &child);

	for (uint32_t i = 0; i < type->vlen; i++) {
		const uint8_t *entry = type->tail + (size_t)i * entry_size;
		uint64_t value;
		bool negative;

		if (!more || !dwarf_enumerator(&child, &value, &negative) ||
		    !str_eq(string_at(type, btf_get32(entry, big_endian)), dwarf_name(&child)) ||
		    btf_get32(entry + 4, big_endian) != (uint32_t)value)
			return false;
		if (type->kind == BTF_KIND_ENUM64 &&
		    btf_get32(entry + 8, big_endian) != value >> 32)
			return false;
		more = dwarf_next(&child, DW_TAG_enumerator, DW_TAG_enumerator);
	}
	return !more;
}

static bool is_only_one(const struct step *step, const struct btf_type_view *type)
{
	struct type_key key = {
		.kind = type->kind == BTF_KIND_ENUM64 ? BTF_KIND_ENUM : type->kind,
		.name = btf_type_name(type),
	};

	return *key.name && type_index_count(step->same->index, &key) == 1;
}

static void assume(struct type_same *same, uint64_t a, uint64_t b)
{
	pair_map_put(&same->known, a, b, SAME);
	vec_push(&same->assumed, (struct pair_map_entry){ .a = a, .b = b });
}

static bool same_composite(const struct step *step, const struct btf_type_view *type,
			   Dwarf_Die *die)
{
	struct type_same *same = step->same;
	uint64_t a = (uintptr_t)die->addr, b = (uint64_t)type->id << 1 | step->reach;
	uint32_t known;
	bool result;

	if (dwarf_is_declaration(die))
		return true;
	if (dwarf_bytes(die) != type->size_or_type)
		return false;
	if (step->reach == BY_NAME && is_only_one(step, type))
		return true;
	known = pair_map_get(&same->known, a, b);
	if (known)
		return known == SAME;

	assume(same, a, b);
	result = dwarf_btf_kind(die) == BTF_KIND_ENUM ? same_enumerators(type, die)
						      : same_members(step, type, die);
	if (!result)
		pair_map_put(&same->known, a, b, DIFFERS);
	return result;
}

/* A definition that some unit did not have is still the same type behind a pointer. */
static bool same_forward(const struct step *step, const struct btf_type_view *type, Dwarf_Die *die)
{
	uint32_t kind = dwarf_btf_kind(die);

	return (step->reach == BY_NAME || dwarf_is_declaration(die)) &&
	       type->kind_flag == (kind == BTF_KIND_UNION);
}

static const struct {
	bool named;
	bool (*same)(const struct step *step, const struct btf_type_view *type, Dwarf_Die *die);
} comparers[] = {
	[BTF_KIND_INT] = { true, same_base_type },
	[BTF_KIND_FLOAT] = { true, same_base_type },
	[BTF_KIND_ENUM] = { true, same_composite },
	[BTF_KIND_ENUM64] = { true, same_composite },
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

static bool kinds_fit(uint32_t kind, uint32_t dwarf_kind)
{
	if (kind == BTF_KIND_FWD)
		return dwarf_kind == BTF_KIND_STRUCT || dwarf_kind == BTF_KIND_UNION ||
		       dwarf_kind == BTF_KIND_ENUM;
	return kind == dwarf_kind || (kind == BTF_KIND_ENUM64 && dwarf_kind == BTF_KIND_ENUM);
}

/* Tags are annotations of BTF alone where DWARF has none; they say nothing about the type. */
static bool skip_tags(const struct btf_image *btf, uint32_t id, struct btf_type_view *ret)
{
	for (int i = 0; i < MAX_TAGS; i++) {
		if (!btf_type_get(btf, id, ret))
			return false;
		if (ret->kind != BTF_KIND_TYPE_TAG)
			return true;
		id = ret->size_or_type;
	}
	return false;
}

static bool compare(const struct step *from, uint32_t id, Dwarf_Die *die, enum type_reach reach)
{
	struct step step = { from->same, reach, from->depth + 1 };
	struct btf_type_view type;

	if (step.depth > MAX_DEPTH || step.same->budget-- <= 0)
		return true;
	if (!skip_tags(step.same->btf, id, &type))
		return false;
	if (!die || !type.kind)
		return !die && !type.kind;
	if (!kinds_fit(type.kind, dwarf_btf_kind(die)))
		return false;
	if (comparers[type.kind].named && !str_eq(btf_type_name(&type), dwarf_name(die)))
		return false;
	return comparers[type.kind].same(&step, &type, die);
}

bool type_same(struct type_same *same, uint32_t id, Dwarf_Die *die, enum type_reach reach)
{
	const struct step start = { same, reach, 0 };
	bool result;

	same->budget = MAX_TYPES;
	result = compare(&start, id, die, reach);
	/* what differs does so on any assumption; what is the same was only assumed to be */
	if (!result)
		vec_for_each(pair, &same->assumed)
			if (pair_map_get(&same->known, pair->a, pair->b) == SAME)
				pair_map_put(&same->known, pair->a, pair->b, 0);
	same->assumed.len = 0;
	return result;
}

void type_same_release(struct type_same *same)
{
	pair_map_release(&same->known);
	vec_free(&same->assumed);
}
