// SPDX-License-Identifier: GPL-2.0-only
/* Damage to a type that variables have. */
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "damage_edit.h"

/* Of a type that variables have. */

static bool is_composite(const struct btf_type_view *type)
{
	return type->kind == BTF_KIND_STRUCT || type->kind == BTF_KIND_UNION;
}

/* A struct with plain members, at least two. */
static bool test_struct(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_STRUCT && type->vlen > 1 && type->name_off &&
	       !type->kind_flag && btf_member(type, 1).name_off &&
	       btf_member(type, 1).bit_offset >= 16;
}

static bool edit_struct(struct subject *s, struct btf_type_view *type)
{
	return find_member_type(s, test_struct, type);
}

bool member_offset(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	add(s, type.id, ENTRY(1) + MEMBER_OFFSET, -8);
	return true;
}

bool member_name(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, ENTRY(1) + MEMBER_NAME,
		  parts_add_string(&s->parts, "renamed_by_mutation"));
	return true;
}

bool member_lost(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, 1, BTF_MEMBER_SIZE);
	return true;
}

bool last_member_lost(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, type.vlen - 1, BTF_MEMBER_SIZE);
	return true;
}

static bool test_struct_with_other(const struct subject *s, const struct btf_type_view *type)
{
	return test_struct(s, type) && find_same_size(s, btf_member(type, 1).type);
}

bool member_type(struct subject *s)
{
	struct btf_type_view type;
	uint32_t other;

	if (!find_member_type(s, test_struct_with_other, &type))
		return false;
	other = find_same_size(s, btf_member(&type, 1).type);
	parts_put(&s->parts, type.id, ENTRY(1) + MEMBER_TYPE, other);
	return other;
}

bool struct_size(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	add(s, type.id, TYPE_SIZE, 8);
	return true;
}

bool struct_as_union(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_INFO, INFO(BTF_KIND_UNION, type.vlen));
	for (uint32_t i = 0; i < type.vlen; i++)
		parts_put(&s->parts, type.id, ENTRY(i) + MEMBER_OFFSET, 0);
	return true;
}

bool struct_in_itself(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, ENTRY(0) + MEMBER_TYPE, type.id);
	set_named(s, btf_type_name(&type));
	return true;
}

bool kind_unknown(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_INFO, INFO(31, type.vlen));
	set_named(s, ".BTF");
	return true;
}

static bool has_bitfield(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	if (!is_composite(type) || !type->kind_flag)
		return false;
	for (uint32_t i = 0; i < type->vlen; i++)
		if (btf_member(type, i).bitfield_size > 1)
			return true;
	return false;
}

static bool edit_bitfield(struct subject *s, int by)
{
	struct btf_type_view type;
	uint32_t i = 0;

	if (!find_member_type(s, has_bitfield, &type))
		return false;
	while (btf_member(&type, i).bitfield_size <= 1)
		i++;
	add(s, type.id, ENTRY(i) + MEMBER_OFFSET, by);
	return true;
}

bool bitfield_size(struct subject *s)
{
	return edit_bitfield(s, -(1 << 24));
}

bool bitfield_offset(struct subject *s)
{
	return edit_bitfield(s, 1);
}

/* A bit field that has become a whole member of its type. */
bool bitfield_as_member(struct subject *s)
{
	struct btf_type_view type;
	uint32_t i = 0;

	if (!find_member_type(s, has_bitfield, &type))
		return false;
	while (btf_member(&type, i).bitfield_size <= 1)
		i++;
	add(s, type.id, ENTRY(i) + MEMBER_OFFSET, -(int)(btf_member(&type, i).bitfield_size << 24));
	return true;
}

static bool test_enum(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_ENUM && type->vlen > 1;
}

bool enum_value(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	add(s, type.id, BTF_TYPE_SIZE + 8 + 4, 1000);
	return true;
}

bool enum_name(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE + 8,
		  parts_add_string(&s->parts, "RENAMED_BY_MUTATION"));
	return true;
}

bool enum_lost_value(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, type.vlen - 1, 8);
	return true;
}

bool enum_size(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	add(s, type.id, TYPE_SIZE, -1);
	return true;
}

bool enum_signedness(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_INFO,
		  parts_get(&s->parts, type.id, TYPE_INFO) ^ KIND_FLAG);
	return true;
}

static bool test_int(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_INT;
}

bool int_renamed(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_int, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_NAME,
		  parts_add_string(&s->parts, "renamed_by_mutation"));
	return true;
}

static bool test_typedef(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_TYPEDEF;
}

bool typedef_loop(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_typedef, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_SIZE, type.id);
	set_named(s, btf_type_name(&type));
	return true;
}

static bool test_typedef_with_other(const struct subject *s, const struct btf_type_view *type)
{
	return test_typedef(s, type) && find_same_size(s, type->size_or_type);
}

bool typedef_target(struct subject *s)
{
	struct btf_type_view type;
	uint32_t other;

	if (!find_type(s, test_typedef_with_other, &type))
		return false;
	other = find_same_size(s, type.size_or_type);
	parts_put(&s->parts, type.id, TYPE_SIZE, other);
	return other;
}

static bool test_prototype(const struct subject *s, const struct btf_type_view *type)
{
	struct btf_type_view param;

	return type->kind == BTF_KIND_FUNC_PROTO && type->vlen &&
	       btf_type_get(s->btf, btf_param(type, 0).type, &param) && param.kind == BTF_KIND_PTR;
}

bool parameter_type(struct subject *s)
{
	struct btf_type_view type;
	uint32_t other;

	if (!find_type(s, test_prototype, &type))
		return false;
	other = find_same_size(s, btf_param(&type, 0).type);
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE + MEMBER_TYPE, other);
	return other;
}

bool parameter_lost(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_prototype, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, 0, BTF_PARAM_SIZE);
	return true;
}

bool return_type(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_prototype, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_SIZE, type.size_or_type ? 0 : btf_param(&type, 0).type);
	return true;
}

static bool test_forward(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_FWD;
}

bool forward_of_union(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_forward, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_INFO, INFO(BTF_KIND_FWD, 0) | KIND_FLAG);
	return true;
}

static bool test_member_array(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_ARRAY && btf_array(type).nr_elems > 1;
}

bool array_shorter(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_member_array, &type))
		return false;
	add(s, type.id, BTF_TYPE_SIZE + 8, -1);
	return true;
}

/* Further damage, to what a kernel holds every type to. */

/* A fault of the type itself is told by the type's name. */
static void set_type_named(struct subject *s, const struct btf_type_view *type)
{
	const char *name = btf_type_name(type);

	set_named(s, *name ? name : "(anonymous)");
}

bool members_swapped(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	for (size_t field = 0; field < BTF_MEMBER_SIZE; field += 4)
		swap(s, type.id, ENTRY(0) + field, ENTRY(1) + field);
	set_type_named(s, &type);
	return true;
}

bool member_far(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	add(s, type.id, ENTRY(type.vlen - 1) + MEMBER_OFFSET, 0x100000);
	set_type_named(s, &type);
	return true;
}

bool member_void(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, ENTRY(1) + MEMBER_TYPE, 0);
	set_type_named(s, &type);
	return true;
}

bool member_dangling(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, ENTRY(1) + MEMBER_TYPE, NO_OFFSET);
	set_type_named(s, &type);
	return true;
}

bool struct_twice(struct subject *s)
{
	_cleanup_free_ char *name = NULL;
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_copy_type(&s->parts, type.id);
	name = btf_type_describe(s->btf, type.id);
	set_named(s, name);
	return true;
}

bool struct_vlen_plus_1(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	add(s, type.id, TYPE_INFO, 1);
	/* what comes of it depends on what follows */
	free(s->named);
	s->named = NULL;
	return true;
}

static bool test_union(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_UNION && type->vlen > 1 && !type->kind_flag;
}

bool union_member_offset(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_union, &type))
		return false;
	add(s, type.id, ENTRY(1) + MEMBER_OFFSET, 8);
	set_type_named(s, &type);
	return true;
}

bool array_of_void(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_member_array, &type))
		return false;
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE, 0);
	set_type_named(s, &type);
	return true;
}

bool array_without_index(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_member_array, &type))
		return false;
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE + 4, 0);
	set_type_named(s, &type);
	return true;
}

bool enumerator_without_name(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE + 8, 0);
	set_type_named(s, &type);
	return true;
}

bool int_of_3_bytes(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_int, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_SIZE, 3);
	return true;
}

static bool test_pointer(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_PTR;
}

bool pointer_dangling(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_pointer, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_SIZE, NO_OFFSET);
	set_type_named(s, &type);
	return true;
}

bool pointer_with_name(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_pointer, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_NAME, parts_add_string(&s->parts, "named"));
	set_named(s, "named");
	return true;
}

bool typedef_without_name(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_typedef, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_NAME, 0);
	set_named(s, "(anonymous)");
	return true;
}

static bool test_two_parameters(const struct subject *s, const struct btf_type_view *type)
{
	(void)s;
	return type->kind == BTF_KIND_FUNC_PROTO && type->vlen > 1;
}

bool ellipsis_first(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_two_parameters, &type))
		return false;
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE, 0);
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE + MEMBER_TYPE, 0);
	set_named(s, "(anonymous)");
	return true;
}
