// SPDX-License-Identifier: GPL-2.0-only
/* One BTF type and one DWARF type: steps from type to type, and what has members or parameters. */
#include <dwarf.h>
#include <linux/btf.h>
#include <stdarg.h>
#include <stdio.h>

#include "verify/dwarf_die.h"
#include "verify/type_match_state.h"

enum {
	/* how deep types are nested or chained: far beyond any declarator that people write */
	MAX_DEPTH = 200,
	/* a chain of tags longer than this is taken for a loop */
	MAX_TAGS = 64,
	/* bytes of what is said about a difference: names in hostile input are as long as the file */
	MAX_TEXT = 1000,
};

bool type_match_differ(struct type_match *match, const char *fmt, ...)
{
	char text[MAX_TEXT];
	va_list args;

	if (match->text)
		return false;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	match->text = xstrdup(text);
	match->wrong_steps.len = 0;
	vec_for_each(step, &match->steps)
		vec_push(&match->wrong_steps, *step);
	return false;
}

bool type_match_limited(struct type_match *match)
{
	match->nr_limited++;
	return true;
}

void type_match_push(struct type_match *match, struct path_step step)
{
	vec_push(&match->steps, step);
}

void type_match_pop(struct type_match *match)
{
	match->steps.len--;
}

bool type_match_next(Dwarf_Die *die, bool *have, int tag, int other_tag)
{
	while (*have) {
		int t = dwarf_tag(die);

		if (t == tag || t == other_tag)
			return true;
		*have = dwarf_siblingof(die, die) == 0;
	}
	return false;
}

bool type_match_target(struct type_match *match, const struct btf_image *btf, uint32_t id,
		       const Dwarf_Die *die, enum reach reach)
{
	Dwarf_Die target;

	if (dwarf_type_is_unreadable(die))
		return type_match_limited(match);
	return type_match_same(match, btf, id, dwarf_type_of(die, &target) ? &target : NULL, reach);
}

/* As type_match_target(), one step on. */
static bool same_step(struct type_match *match, struct path_step step, const struct btf_image *btf,
		      uint32_t id, const Dwarf_Die *die, enum reach reach)
{
	bool ok;

	type_match_push(match, step);
	ok = type_match_target(match, btf, id, die, reach);
	type_match_pop(match);
	return ok;
}

/* Both sides count bits from the start. */
static bool same_member_place(struct type_match *match, const struct btf_member_view *member,
			      const Dwarf_Die *die)
{
	uint64_t width, bits;

	if (!dwarf_udata(die, DW_AT_bit_size, &width))
		width = 0;
	if (width != member->bitfield_size)
		return type_match_differ(match, "a bit field of %llu bits in DWARF and %u in BTF",
					 (unsigned long long)width, member->bitfield_size);
	if (!dwarf_member_bits(die, match->config.big_endian, match->config.pointer_size, &bits))
		return type_match_limited(match);
	if (bits == member->bit_offset)
		return true;
	return type_match_differ(match, "at bit %llu in DWARF and %u in BTF",
				 (unsigned long long)bits, member->bit_offset);
}

static bool same_member(struct type_match *match, const struct btf_type_view *type, uint32_t i,
			const Dwarf_Die *die)
{
	struct btf_member_view member = btf_member(type, i);
	const char *name = btf_string(type->btf, member.name_off);
	bool ok;

	if (!name || !str_eq(name, dwarf_name_of(die)))
		return type_match_differ(match,
					 "member %u of '%s' is '%s' in DWARF and '%s' in BTF", i,
					 btf_type_name(type), dwarf_name_of(die),
					 name ? name : "<bad name>");
	type_match_push(match, (struct path_step){ .kind = STEP_MEMBER, .name = name });
	ok = same_member_place(match, &member, die) &&
	     type_match_target(match, type->btf, member.type, die, BY_VALUE);
	type_match_pop(match);
	return ok;
}

bool type_match_members(struct type_match *match, const struct btf_type_view *type,
			const Dwarf_Die *die)
{
	Dwarf_Die child;
	bool have = dwarf_child((Dwarf_Die *)die, &child) == 0;

	if (!type_match_size(match, type, die))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		if (!type_match_next(&child, &have, DW_TAG_member, DW_TAG_inheritance))
			return type_match_differ(match,
						 "'%s' has %u members in BTF and %u in DWARF",
						 btf_type_name(type), type->vlen, i);
		if (!same_member(match, type, i, &child))
			return false;
		have = dwarf_siblingof(&child, &child) == 0;
	}
	if (type_match_next(&child, &have, DW_TAG_member, DW_TAG_member))
		return type_match_differ(match, "'%s' has %u members in BTF and more in DWARF",
					 btf_type_name(type), type->vlen);
	return true;
}

static bool same_composite(struct type_match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach)
{
	bool declared_only = dwarf_flag(die, DW_AT_declaration), strict = match->strict, ok;

	if (*btf_type_name(type) && (declared_only || reach == POINTED || !match->strict)) {
		type_match_note_pointee(match, type, die, declared_only);
		return true;
	}
	/* what is in an unnamed type behind a pointer is behind that pointer too */
	match->strict = strict && reach == BY_VALUE;
	ok = type_match_members(match, type, die);
	match->strict = strict;
	return ok;
}

static bool same_reference(struct type_match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach)
{
	return type_match_target(match, type->btf, type->size_or_type, die, reach);
}

static bool same_pointer(struct type_match *match, const struct btf_type_view *type,
			 const Dwarf_Die *die, enum reach reach)
{
	uint64_t size;

	(void)reach;
	if (dwarf_udata(die, DW_AT_byte_size, &size) && size != match->config.pointer_size)
		return type_match_differ(match,
					 "a pointer of %llu bytes in DWARF, of %u on this machine",
					 (unsigned long long)size, match->config.pointer_size);
	return same_step(match, (struct path_step){ .kind = STEP_POINTEE }, type->btf,
			 type->size_or_type, die, POINTED);
}

static bool same_parameter(struct type_match *match, const struct btf_type_view *type, uint32_t i,
			   const Dwarf_Die *die)
{
	uint32_t param = btf_param(type, i).type;

	if ((dwarf_tag((Dwarf_Die *)die) == DW_TAG_unspecified_parameters) != (param == 0))
		return type_match_differ(match, "parameter %u is '...' on one side alone", i + 1);
	return !param ||
	       same_step(match, (struct path_step){ .kind = STEP_PARAMETER, .index = i + 1 },
			 type->btf, param, die, POINTED);
}

static bool same_prototype(struct type_match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach)
{
	Dwarf_Die child;
	bool have = dwarf_child((Dwarf_Die *)die, &child) == 0;

	(void)reach;
	if (!same_step(match, (struct path_step){ .kind = STEP_RETURN }, type->btf,
		       type->size_or_type, die, POINTED))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		if (!type_match_next(&child, &have, DW_TAG_formal_parameter,
				     DW_TAG_unspecified_parameters))
			return type_match_differ(
				match, "a function of %u parameters in BTF and %u in DWARF",
				type->vlen, i);
		if (!same_parameter(match, type, i, &child))
			return false;
		have = dwarf_siblingof(&child, &child) == 0;
	}
	/* an unprototyped function has a lone '...' in DWARF; pahole leaves it out */
	if (type_match_next(&child, &have, DW_TAG_formal_parameter,
			    type->vlen ? DW_TAG_unspecified_parameters : DW_TAG_formal_parameter))
		return type_match_differ(
			match, "a function of %u parameters in BTF and more in DWARF", type->vlen);
	return true;
}

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

static const struct matcher {
	bool named;
	/* worth remembering: it has members, values or parameters, or refers to itself through them */
	bool remembered;
	bool (*same)(struct type_match *match, const struct btf_type_view *type,
		     const Dwarf_Die *die, enum reach reach);
} matchers[] = {
	[BTF_KIND_INT] = { true, false, type_match_base },
	[BTF_KIND_FLOAT] = { true, false, type_match_base },
	[BTF_KIND_ENUM] = { true, true, type_match_enum },
	[BTF_KIND_ENUM64] = { true, true, type_match_enum },
	[BTF_KIND_STRUCT] = { true, true, same_composite },
	[BTF_KIND_UNION] = { true, true, same_composite },
	[BTF_KIND_FWD] = { true, false, type_match_forward },
	[BTF_KIND_TYPEDEF] = { true, false, same_reference },
	[BTF_KIND_CONST] = { false, false, same_reference },
	[BTF_KIND_VOLATILE] = { false, false, same_reference },
	[BTF_KIND_RESTRICT] = { false, false, same_reference },
	[BTF_KIND_PTR] = { false, false, same_pointer },
	[BTF_KIND_ARRAY] = { false, false, type_match_array },
	[BTF_KIND_FUNC_PROTO] = { false, true, same_prototype },
};

static bool same_inside(struct type_match *match, const struct btf_type_view *type,
			const Dwarf_Die *die, enum reach reach)
{
	size_t nr_steps = match->steps.len;
	struct pair *pair;
	bool seen;

	if (!matchers[type->kind].remembered)
		return matchers[type->kind].same(match, type, die, reach);
	pair = type_match_note_pair(match, type, die, reach, &seen);
	if (!pair)
		return type_match_limited(match);
	if (seen)
		return pair->wrong == NOT_WRONG ||
		       type_match_differ_again(match, &match->wrong.data[pair->wrong]);
	if (matchers[type->kind].same(match, type, die, reach))
		return true;
	type_match_note_wrong(match, type, die, reach, nr_steps);
	return false;
}

/* Annotations of BTF alone are passed over; atomic is DWARF's alone, for which BTF has no kind. */
static bool skip_annotations(struct type_match *match, const struct btf_image *btf, uint32_t id,
			     const Dwarf_Die **die, Dwarf_Die *mem, struct btf_type_view *type)
{
	for (int i = 0; i < MAX_TAGS; i++) {
		if (!btf_type_get(btf, id, type))
			return type_match_differ(match, "BTF refers to type %u, which is not there",
						 id);
		if (type->kind != BTF_KIND_TYPE_TAG)
			break;
		id = type->size_or_type;
	}
	for (int i = 0; i < MAX_TAGS && *die; i++) {
		if (dwarf_tag((Dwarf_Die *)*die) != DW_TAG_atomic_type)
			break;
		*die = dwarf_type_of(*die, mem) ? mem : NULL;
	}
	/* `decltype(nullptr)` and the like: no type that C has */
	if (*die && dwarf_tag((Dwarf_Die *)*die) == DW_TAG_unspecified_type)
		*die = NULL;
	return true;
}

static bool same_here(struct type_match *match, const struct btf_image *btf, uint32_t id,
		      const Dwarf_Die *die, enum reach reach)
{
	struct btf_type_view type;
	Dwarf_Die mem;

	if (!skip_annotations(match, btf, id, &die, &mem, &type))
		return false;
	if (!die || !type.kind) {
		if (!die && !type.kind)
			return true;
		return type_match_differ(match, "void on one side alone: DWARF '%s', BTF %s '%s'",
					 die ? dwarf_name_of(die) : "void",
					 btf_kind_name(type.kind), btf_type_name(&type));
	}
	if (!kinds_fit(type.kind, dwarf_tag((Dwarf_Die *)die)))
		return type_match_differ(match, "DWARF has tag %#x '%s' and BTF %s '%s'",
					 dwarf_tag((Dwarf_Die *)die), dwarf_name_of(die),
					 btf_kind_name(type.kind), btf_type_name(&type));
	if (matchers[type.kind].named && !str_eq(btf_type_name(&type), dwarf_name_of(die)))
		return type_match_differ(match, "%s is called '%s' in DWARF and '%s' in BTF",
					 btf_kind_name(type.kind), dwarf_name_of(die),
					 btf_type_name(&type));
	return same_inside(match, &type, die, reach);
}

bool type_match_same(struct type_match *match, const struct btf_image *btf, uint32_t id,
		     const Dwarf_Die *die, enum reach reach)
{
	bool ok;

	if (match->depth >= MAX_DEPTH)
		return type_match_limited(match);
	match->depth++;
	ok = same_here(match, btf, id, die, reach);
	match->depth--;
	return ok;
}
