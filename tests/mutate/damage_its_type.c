// SPDX-License-Identifier: GPL-2.0-only
/* Damage to the type of one variable, where the types of all others stay right. */
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "damage_edit.h"

/* Of one variable: its type, where that of all others stays right. */

static bool set_type(struct subject *s, const struct place *p, uint32_t id)
{
	if (id)
		parts_put(&s->parts, p->var.id, TYPE_SIZE, id);
	return id;
}

static bool has_same_size(const struct subject *s, const struct place *p)
{
	return find_same_size(s, p->var.size_or_type);
}

bool type_of_same_size(struct subject *s)
{
	struct place p;

	return find_place(s, has_same_size, &p) &&
	       set_type(s, &p, find_same_size(s, p.var.size_or_type));
}

bool type_void(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_SIZE, 0);
	return true;
}

bool type_dangling(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && set_type(s, &p, NO_OFFSET);
}

bool type_id_plus_1(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && set_type(s, &p, p.var.size_or_type + 1);
}

bool type_itself(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && set_type(s, &p, p.var.id);
}

static bool type_is(const struct subject *s, const struct place *p, uint32_t kind,
		    struct btf_type_view *ret)
{
	return btf_type_get(s->btf, p->var.size_or_type, ret) && ret->kind == kind;
}

#define TYPE_TEST(name, which)                                           \
	static bool name(const struct subject *s, const struct place *p) \
	{                                                                \
		struct btf_type_view type;                               \
                                                                         \
		return type_is(s, p, which, &type);                      \
	}

TYPE_TEST(is_const, BTF_KIND_CONST)
TYPE_TEST(is_array, BTF_KIND_ARRAY)
TYPE_TEST(is_int, BTF_KIND_INT)
TYPE_TEST(is_typedef, BTF_KIND_TYPEDEF)
TYPE_TEST(is_struct, BTF_KIND_STRUCT)

static bool is_small_struct(const struct subject *s, const struct place *p)
{
	struct btf_type_view type;

	return type_is(s, p, BTF_KIND_STRUCT, &type) && type.name_off && type.vlen <= 21 &&
	       type.id < s->btf->first_id;
}

static bool is_not_const(const struct subject *s, const struct place *p)
{
	return !is_const(s, p);
}

static bool is_pointer_to_struct(const struct subject *s, const struct place *p)
{
	struct btf_type_view type;

	return type_is(s, p, BTF_KIND_PTR, &type) &&
	       btf_type_get(s->btf, type.size_or_type, &type) && type.kind == BTF_KIND_STRUCT;
}

bool const_dropped(struct subject *s)
{
	struct btf_type_view type;
	struct place p;

	return find_place(s, is_const, &p) && type_is(s, &p, BTF_KIND_CONST, &type) &&
	       set_type(s, &p, type.size_or_type);
}

static bool qualify(struct subject *s, uint32_t kind)
{
	struct place p;

	return find_place(s, is_not_const, &p) &&
	       set_type(s, &p,
			parts_add_type(&s->parts, 0, INFO(kind, 0), p.var.size_or_type, NULL, 0));
}

bool const_added(struct subject *s)
{
	return qualify(s, BTF_KIND_CONST);
}

bool volatile_added(struct subject *s)
{
	return qualify(s, BTF_KIND_VOLATILE);
}

bool pointer_to_it(struct subject *s)
{
	return qualify(s, BTF_KIND_PTR);
}

bool pointer_to_other_struct(struct subject *s)
{
	struct btf_type_view pointer, pointee, other;
	struct place p;

	if (!find_place(s, is_pointer_to_struct, &p) || !type_is(s, &p, BTF_KIND_PTR, &pointer) ||
	    !btf_type_get(s->btf, pointer.size_or_type, &pointee))
		return false;
	for (uint32_t id = 1; btf_type_get(s->btf, id, &other); id++)
		if (other.kind == BTF_KIND_STRUCT && other.name_off && id != pointee.id &&
		    !str_eq(btf_type_name(&other), btf_type_name(&pointee)))
			return set_type(s, &p,
					parts_add_type(&s->parts, 0, INFO(BTF_KIND_PTR, 0), id,
						       NULL, 0));
	return false;
}

/* An array of another length, and a DATASEC entry that fits it or not. */
static bool array_longer(struct subject *s, bool with_entry)
{
	struct btf_type_view type;
	struct place p;
	uint64_t elem;

	if (!find_place(s, is_array, &p) || !type_is(s, &p, BTF_KIND_ARRAY, &type))
		return false;

	struct btf_array_view array = btf_array(&type);
	uint32_t tail[] = { array.elem_type, array.index_type, array.nr_elems + 1 };

	if (!btf_type_size(s->btf, array.elem_type, s->pointer_size, &elem))
		return false;
	if (with_entry)
		add(s, p.datasec.id, ENTRY(p.index) + SECINFO_SIZE, (int)elem);
	return set_type(s, &p,
			parts_add_type(&s->parts, 0, INFO(BTF_KIND_ARRAY, 0), 0, tail,
				       ARRAY_SIZE(tail)));
}

bool array_length(struct subject *s)
{
	return array_longer(s, false);
}

bool array_length_and_size(struct subject *s)
{
	return array_longer(s, true);
}

/* An int that differs from the variable's in its data alone, or in kind or size. */
static bool other_int(struct subject *s, uint32_t kind, uint32_t size_factor, uint32_t data_xor,
		      int bits)
{
	struct btf_type_view type;
	struct place p;
	uint32_t name, data;

	if (!find_place(s, is_int, &p) || !type_is(s, &p, BTF_KIND_INT, &type))
		return false;
	name = type.name_off;
	data = (btf_get32(type.tail, s->btf->big_endian) ^ data_xor) + (uint32_t)bits;
	return set_type(s, &p,
			parts_add_type(&s->parts, name, INFO(kind, 0),
				       type.size_or_type * size_factor, &data,
				       kind == BTF_KIND_INT));
}

bool int_signedness(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 1, BTF_INT_SIGNED << 24, 0);
}

bool int_encoding_undefined(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 1, 8u << 24, 0);
}

bool int_bits(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 1, 0, -1);
}

bool int_size(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 2, 0, 0);
}

bool int_as_float(struct subject *s)
{
	return other_int(s, BTF_KIND_FLOAT, 1, 0, 0);
}

static bool rename_type(struct subject *s, place_test test)
{
	struct place p;
	uint32_t id;

	if (!find_place(s, test, &p))
		return false;
	if (p.var.size_or_type < s->btf->first_id) {
		struct btf_type_view type;

		/* of a type of the base a copy in the split BTF; only a reference needs no more */
		if (!btf_type_get(s->btf, p.var.size_or_type, &type) ||
		    type.kind != BTF_KIND_TYPEDEF)
			return false;
		id = parts_add_type(&s->parts, 0, INFO(type.kind, 0), type.size_or_type, NULL, 0);
	} else {
		id = parts_copy_type(&s->parts, p.var.size_or_type);
	}
	parts_put(&s->parts, id, TYPE_NAME, parts_add_string(&s->parts, "renamed_by_mutation"));
	return set_type(s, &p, id);
}

bool typedef_of_other_name(struct subject *s)
{
	return rename_type(s, is_typedef);
}

bool struct_of_other_name(struct subject *s)
{
	return rename_type(s, is_struct);
}

bool struct_as_forward(struct subject *s)
{
	struct btf_type_view type;
	struct place p;

	return find_place(s, is_struct, &p) && type_is(s, &p, BTF_KIND_STRUCT, &type) &&
	       set_type(s, &p,
			parts_add_type(&s->parts, type.name_off, INFO(BTF_KIND_FWD, 0), 0, NULL,
				       0));
}

bool copy_of_base_type(struct subject *s)
{
	struct btf_type_view type;
	struct place p;
	uint32_t data;

	if (!find_place(s, is_int, &p) || !type_is(s, &p, BTF_KIND_INT, &type))
		return false;
	data = btf_get32(type.tail, s->btf->big_endian);
	set_named(s, btf_type_name(&type));
	return set_type(s, &p,
			parts_add_type(&s->parts, type.name_off, INFO(BTF_KIND_INT, 0),
				       type.size_or_type, &data, 1));
}

/* The same of a struct, which refers to the base's types. */
bool copy_of_base_struct(struct subject *s)
{
	uint32_t words[64];
	struct btf_type_view type;
	_cleanup_free_ char *name = NULL;
	struct place p;

	if (!find_place(s, is_small_struct, &p) || !type_is(s, &p, BTF_KIND_STRUCT, &type))
		return false;
	for (uint32_t i = 0; i < type.vlen * 3; i++)
		words[i] = btf_get32(type.tail + 4 * (size_t)i, s->btf->big_endian);
	name = btf_type_describe(s->btf, type.id);
	set_named(s, name);
	return set_type(s, &p,
			parts_add_type(&s->parts, type.name_off,
				       INFO(BTF_KIND_STRUCT, type.vlen) |
					       (type.kind_flag ? KIND_FLAG : 0),
				       type.size_or_type, words, type.vlen * 3));
}

bool type_is_var(struct subject *s)
{
	struct place p;

	return find_place(s, has_next, &p) &&
	       set_type(s, &p, btf_secinfo(&p.datasec, p.index + 1).type);
}

bool type_is_datasec(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && set_type(s, &p, p.datasec.id);
}

bool type_is_prototype(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) &&
	       set_type(s, &p,
			parts_add_type(&s->parts, 0, INFO(BTF_KIND_FUNC_PROTO, 0), 0, NULL, 0));
}

static bool next_has_other_kind(const struct subject *s, const struct place *p)
{
	struct btf_type_view next, type, next_type;

	return has_next(s, p) &&
	       btf_type_get(s->btf, btf_secinfo(&p->datasec, p->index + 1).type, &next) &&
	       next.kind == BTF_KIND_VAR && btf_type_get(s->btf, next.size_or_type, &next_type) &&
	       btf_type_get(s->btf, p->var.size_or_type, &type) && type.kind != next_type.kind;
}

bool types_swapped(struct subject *s)
{
	struct place p;
	uint32_t next;

	if (!find_place(s, next_has_other_kind, &p))
		return false;
	next = btf_secinfo(&p.datasec, p.index + 1).type;
	parts_put(&s->parts, p.var.id, TYPE_SIZE, parts_get(&s->parts, next, TYPE_SIZE));
	parts_put(&s->parts, next, TYPE_SIZE, p.var.size_or_type);
	return true;
}

bool typedef_dropped(struct subject *s)
{
	struct btf_type_view type;
	struct place p;

	return find_place(s, is_typedef, &p) && type_is(s, &p, BTF_KIND_TYPEDEF, &type) &&
	       set_type(s, &p, type.size_or_type);
}

bool typedef_added(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	return set_type(s, &p,
			parts_add_type(&s->parts, parts_add_string(&s->parts, "added_by_mutation"),
				       INFO(BTF_KIND_TYPEDEF, 0), p.var.size_or_type, NULL, 0));
}

/* What a pointer leads to is const, or the pointer to a pointer. */
static bool between_pointer_and_target(struct subject *s, uint32_t kind)
{
	struct btf_type_view type;
	struct place p;
	uint32_t id;

	if (!find_place(s, is_pointer_to_struct, &p) || !type_is(s, &p, BTF_KIND_PTR, &type))
		return false;
	id = parts_add_type(&s->parts, 0, INFO(kind, 0), type.size_or_type, NULL, 0);
	return set_type(s, &p, parts_add_type(&s->parts, 0, INFO(BTF_KIND_PTR, 0), id, NULL, 0));
}

bool pointee_const(struct subject *s)
{
	return between_pointer_and_target(s, BTF_KIND_CONST);
}

bool pointer_to_pointer(struct subject *s)
{
	return between_pointer_and_target(s, BTF_KIND_PTR);
}
