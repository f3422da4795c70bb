// SPDX-License-Identifier: GPL-2.0-only
#include "damage.h"

#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "targets.h"

#define INFO(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))
#define KIND_FLAG        0x80000000u
#define ENTRY(i)         (BTF_TYPE_SIZE + (size_t)(i)*12)
#define NO_OFFSET        0x7ffffff0u

/* Fields of struct btf_var_secinfo and struct btf_member. */
enum {
	SECINFO_TYPE = 0,
	SECINFO_OFFSET = 4,
	SECINFO_SIZE = 8,
	MEMBER_NAME = 0,
	MEMBER_TYPE = 4,
	MEMBER_OFFSET = 8,
};

static void add(struct subject *s, uint32_t id, size_t off, int by)
{
	parts_put(&s->parts, id, off, parts_get(&s->parts, id, off) + (uint32_t)by);
}

static void swap(struct subject *s, uint32_t id, size_t a, size_t b)
{
	uint32_t value = parts_get(&s->parts, id, a);

	parts_put(&s->parts, id, a, parts_get(&s->parts, id, b));
	parts_put(&s->parts, id, b, value);
}

static void set_named(struct subject *s, const char *name)
{
	free(s->named);
	s->named = xstrdup(name);
}

/* The variable has another one behind it. */
static bool has_next(const struct subject *s, const struct place *place)
{
	(void)s;
	return place->index + 1 < place->datasec.vlen;
}

/* Of one variable: the entry of its DATASEC. */

static bool change_secinfo(struct subject *s, size_t field, int by)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	add(s, p.datasec.id, ENTRY(p.index) + field, by);
	return true;
}

static bool offset_plus_1(struct subject *s)
{
	return change_secinfo(s, SECINFO_OFFSET, 1);
}

static bool offset_plus_align(struct subject *s)
{
	return change_secinfo(s, SECINFO_OFFSET, 8);
}

static bool size_plus_1(struct subject *s)
{
	return change_secinfo(s, SECINFO_SIZE, 1);
}

static bool size_minus_1(struct subject *s)
{
	return change_secinfo(s, SECINFO_SIZE, -1);
}

static bool far_offset(struct subject *s)
{
	return change_secinfo(s, SECINFO_OFFSET, 0x40000000);
}

static bool offsets_swapped(struct subject *s)
{
	struct place p;

	if (!find_place(s, has_next, &p))
		return false;
	swap(s, p.datasec.id, ENTRY(p.index) + SECINFO_OFFSET, ENTRY(p.index + 1) + SECINFO_OFFSET);
	return true;
}

/* Both entries stay right by themselves; the second is the one in the wrong place. */
static bool unsorted(struct subject *s)
{
	struct place p;

	if (!find_place(s, has_next, &p))
		return false;
	for (size_t field = 0; field < BTF_SECINFO_SIZE; field += 4)
		swap(s, p.datasec.id, ENTRY(p.index) + field, ENTRY(p.index + 1) + field);
	return true;
}

static bool is_behind_another(const struct subject *s, const struct place *place)
{
	(void)s;
	return place->index && btf_secinfo(&place->datasec, place->index - 1).size > 1;
}

static bool overlap(struct subject *s)
{
	struct place p;

	if (!find_place(s, is_behind_another, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, ENTRY(p.index) + SECINFO_OFFSET,
		  btf_secinfo(&p.datasec, p.index - 1).offset + 1);
	return true;
}

static bool twice_in_datasec(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_insert_secinfo(&s->parts, p.datasec.id, p.index + 1, p.info);
	return true;
}

static bool in_two_datasecs(struct subject *s)
{
	struct btf_type_view other;
	struct place p;

	if (!find_place(s, NULL, &p) || !find_other_datasec(s, p.datasec.id, &other))
		return false;
	parts_insert_secinfo(&s->parts, other.id, other.vlen, p.info);
	return true;
}

static bool in_other_datasec(struct subject *s)
{
	struct btf_type_view other;
	struct place p;

	if (!find_place(s, NULL, &p) || !find_other_datasec(s, p.datasec.id, &other))
		return false;
	parts_remove_entry(&s->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	parts_insert_secinfo(&s->parts, other.id, other.vlen, p.info);
	return true;
}

static bool in_no_datasec(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_remove_entry(&s->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	return true;
}

static bool lost(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_remove_entry(&s->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	parts_remove_type(&s->parts, p.var.id);
	return true;
}

static uint32_t invent(struct subject *s, const struct place *p, const char *name)
{
	uint32_t id = parts_copy_type(&s->parts, p->var.id);

	parts_put(&s->parts, id, TYPE_NAME, parts_add_string(&s->parts, name));
	set_named(s, name);
	return id;
}

static bool invented(struct subject *s)
{
	struct btf_secinfo info;
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	info = p.info;
	info.type = invent(s, &p, "invented_by_mutation");
	parts_insert_secinfo(&s->parts, p.datasec.id, p.index + 1, info);
	return true;
}

static bool invented_and_in_no_datasec(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	invent(s, &p, "invented_by_mutation");
	return true;
}

static bool entry_of_no_variable(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, ENTRY(p.index) + SECINFO_TYPE, p.var.size_or_type);
	return true;
}

/* Of one variable: its VAR. */

static bool set_name(struct subject *s, const char *name)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_NAME, parts_add_string(&s->parts, name));
	set_named(s, name);
	return true;
}

static bool renamed(struct subject *s)
{
	return set_name(s, "renamed_by_mutation");
}

static bool no_identifier(struct subject *s)
{
	return set_name(s, "no-identifier");
}

static bool no_name(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_NAME, 0);
	set_named(s, "(anonymous)");
	return true;
}

static bool name_out_of_range(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_NAME, NO_OFFSET);
	set_named(s, "<bad name>");
	return true;
}

/* The name of another variable of the section, which then seems to be there twice. */
static bool names_swapped(struct subject *s)
{
	struct place p;
	uint32_t next;

	if (!find_place(s, has_next, &p))
		return false;
	next = btf_secinfo(&p.datasec, p.index + 1).type;
	parts_put(&s->parts, p.var.id, TYPE_NAME, parts_get(&s->parts, next, TYPE_NAME));
	parts_put(&s->parts, next, TYPE_NAME, p.var.name_off);
	return true;
}

static bool has_binding(const struct subject *s, const struct place *p, bool local)
{
	const struct elf_symbol *const *symbols;

	return elf_symbols_by_name(s->vmlinux, btf_type_name(&p->var), &symbols) &&
	       (symbols[0]->bind == STB_LOCAL) == local;
}

static bool is_local(const struct subject *s, const struct place *p)
{
	return has_binding(s, p, true);
}

static bool is_not_local(const struct subject *s, const struct place *p)
{
	return has_binding(s, p, false);
}

static bool set_linkage(struct subject *s, place_test test, uint32_t linkage)
{
	struct place p;

	if (!find_place(s, test, &p))
		return false;
	parts_put(&s->parts, p.var.id, BTF_TYPE_SIZE, linkage);
	return true;
}

static bool global_as_static(struct subject *s)
{
	return set_linkage(s, is_not_local, BTF_VAR_STATIC);
}

static bool static_as_global(struct subject *s)
{
	return set_linkage(s, is_local, BTF_VAR_GLOBAL_ALLOCATED);
}

static bool linkage_unknown(struct subject *s)
{
	return set_linkage(s, NULL, 7);
}

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

static bool type_of_same_size(struct subject *s)
{
	struct place p;

	return find_place(s, has_same_size, &p) &&
	       set_type(s, &p, find_same_size(s, p.var.size_or_type));
}

static bool type_void(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_SIZE, 0);
	return true;
}

static bool type_dangling(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && set_type(s, &p, NO_OFFSET);
}

static bool type_id_plus_1(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && set_type(s, &p, p.var.size_or_type + 1);
}

static bool type_itself(struct subject *s)
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

static bool const_dropped(struct subject *s)
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

static bool const_added(struct subject *s)
{
	return qualify(s, BTF_KIND_CONST);
}

static bool volatile_added(struct subject *s)
{
	return qualify(s, BTF_KIND_VOLATILE);
}

static bool pointer_to_it(struct subject *s)
{
	return qualify(s, BTF_KIND_PTR);
}

static bool pointer_to_other_struct(struct subject *s)
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

static bool array_length(struct subject *s)
{
	return array_longer(s, false);
}

static bool array_length_and_size(struct subject *s)
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

static bool int_signedness(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 1, BTF_INT_SIGNED << 24, 0);
}

static bool int_encoding_undefined(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 1, 8u << 24, 0);
}

static bool int_bits(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 1, 0, -1);
}

static bool int_size(struct subject *s)
{
	return other_int(s, BTF_KIND_INT, 2, 0, 0);
}

static bool int_as_float(struct subject *s)
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

static bool typedef_of_other_name(struct subject *s)
{
	return rename_type(s, is_typedef);
}

static bool struct_of_other_name(struct subject *s)
{
	return rename_type(s, is_struct);
}

static bool struct_as_forward(struct subject *s)
{
	struct btf_type_view type;
	struct place p;

	return find_place(s, is_struct, &p) && type_is(s, &p, BTF_KIND_STRUCT, &type) &&
	       set_type(s, &p,
			parts_add_type(&s->parts, type.name_off, INFO(BTF_KIND_FWD, 0), 0, NULL,
				       0));
}

/* Of a DATASEC. */

static bool change_datasec(struct subject *s, struct place *p)
{
	if (!find_place(s, NULL, p))
		return false;
	set_named(s, btf_type_name(&p->datasec));
	return true;
}

static bool datasec_size(struct subject *s)
{
	struct place p;

	if (!change_datasec(s, &p))
		return false;
	add(s, p.datasec.id, TYPE_SIZE, 8);
	return true;
}

static bool datasec_too_small(struct subject *s)
{
	struct place p;

	if (!change_datasec(s, &p))
		return false;
	add(s, p.datasec.id, TYPE_SIZE, -1);
	return true;
}

static bool datasec_renamed(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, TYPE_NAME,
		  parts_add_string(&s->parts, ".data..by_mutation"));
	set_named(s, ".data..by_mutation");
	return true;
}

static bool datasec_lost(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_remove_type(&s->parts, p.datasec.id);
	return true;
}

static bool datasec_twice(struct subject *s)
{
	struct place p;

	if (!change_datasec(s, &p))
		return false;
	parts_copy_type(&s->parts, p.datasec.id);
	return true;
}

static bool datasec_vlen(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	add(s, p.datasec.id, TYPE_INFO, 0x1000);
	set_named(s, ".BTF");
	return true;
}

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
	return find_type(s, test_struct, type);
}

static bool member_offset(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	add(s, type.id, ENTRY(1) + MEMBER_OFFSET, -8);
	return true;
}

static bool member_name(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, ENTRY(1) + MEMBER_NAME,
		  parts_add_string(&s->parts, "renamed_by_mutation"));
	return true;
}

static bool member_lost(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, 1, BTF_MEMBER_SIZE);
	return true;
}

static bool last_member_lost(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, type.vlen - 1, BTF_MEMBER_SIZE);
	return true;
}

static bool member_type(struct subject *s)
{
	struct btf_type_view type;
	uint32_t other;

	if (!edit_struct(s, &type))
		return false;
	other = find_same_size(s, btf_member(&type, 1).type);
	parts_put(&s->parts, type.id, ENTRY(1) + MEMBER_TYPE, other);
	return other;
}

static bool struct_size(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	add(s, type.id, TYPE_SIZE, 8);
	return true;
}

static bool struct_as_union(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_INFO, INFO(BTF_KIND_UNION, type.vlen));
	for (uint32_t i = 0; i < type.vlen; i++)
		parts_put(&s->parts, type.id, ENTRY(i) + MEMBER_OFFSET, 0);
	return true;
}

static bool struct_in_itself(struct subject *s)
{
	struct btf_type_view type;

	if (!edit_struct(s, &type))
		return false;
	parts_put(&s->parts, type.id, ENTRY(0) + MEMBER_TYPE, type.id);
	set_named(s, btf_type_name(&type));
	return true;
}

static bool kind_unknown(struct subject *s)
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

	if (!find_type(s, has_bitfield, &type))
		return false;
	while (btf_member(&type, i).bitfield_size <= 1)
		i++;
	add(s, type.id, ENTRY(i) + MEMBER_OFFSET, by);
	return true;
}

static bool bitfield_size(struct subject *s)
{
	return edit_bitfield(s, -(1 << 24));
}

static bool bitfield_offset(struct subject *s)
{
	return edit_bitfield(s, 1);
}

/* A bit field that has become a whole member of its type. */
static bool bitfield_as_member(struct subject *s)
{
	struct btf_type_view type;
	uint32_t i = 0;

	if (!find_type(s, has_bitfield, &type))
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

static bool enum_value(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	add(s, type.id, BTF_TYPE_SIZE + 8 + 4, 1000);
	return true;
}

static bool enum_name(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE + 8,
		  parts_add_string(&s->parts, "RENAMED_BY_MUTATION"));
	return true;
}

static bool enum_lost_value(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, type.vlen - 1, 8);
	return true;
}

static bool enum_size(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_enum, &type))
		return false;
	add(s, type.id, TYPE_SIZE, -1);
	return true;
}

static bool enum_signedness(struct subject *s)
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

static bool int_renamed(struct subject *s)
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

static bool typedef_loop(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_typedef, &type))
		return false;
	parts_put(&s->parts, type.id, TYPE_SIZE, type.id);
	set_named(s, btf_type_name(&type));
	return true;
}

static bool typedef_target(struct subject *s)
{
	struct btf_type_view type;
	uint32_t other;

	if (!find_type(s, test_typedef, &type))
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

static bool parameter_type(struct subject *s)
{
	struct btf_type_view type;
	uint32_t other;

	if (!find_type(s, test_prototype, &type))
		return false;
	other = find_same_size(s, btf_param(&type, 0).type);
	parts_put(&s->parts, type.id, BTF_TYPE_SIZE + MEMBER_TYPE, other);
	return other;
}

static bool parameter_lost(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_prototype, &type))
		return false;
	parts_remove_entry(&s->parts, type.id, 0, BTF_PARAM_SIZE);
	return true;
}

static bool return_type(struct subject *s)
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

static bool forward_of_union(struct subject *s)
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

static bool array_shorter(struct subject *s)
{
	struct btf_type_view type;

	if (!find_type(s, test_member_array, &type))
		return false;
	add(s, type.id, BTF_TYPE_SIZE + 8, -1);
	return true;
}

/* Of split BTF and its base. */

static bool all_type_ids_plus_1(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	for (uint32_t id = p.var.id; id < btf_nr_ids(s->btf); id++) {
		struct btf_type_view type;

		if (btf_type_get(s->btf, id, &type) && type.kind == BTF_KIND_VAR)
			add(s, id, TYPE_SIZE, 1);
	}
	return true;
}

static bool copy_of_base_type(struct subject *s)
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

/* The module was made for a vmlinux whose types had other ids. */
static bool base_has_a_type_more(struct subject *s)
{
	parts_push_front(&s->parts, 0, INFO(BTF_KIND_PTR, 0), 0);
	return true;
}

/* ... or whose strings were elsewhere. */
static bool base_has_a_string_more(struct subject *s)
{
	parts_add_string(&s->parts, "added_by_mutation");
	return true;
}

static bool percpu_datasec_in_split(struct subject *s)
{
	struct place p;
	uint32_t id;

	if (!find_place(s, NULL, &p))
		return false;
	id = parts_copy_type(&s->parts, p.datasec.id);
	parts_put(&s->parts, id, TYPE_NAME, parts_add_string(&s->parts, PERCPU_SECTION));
	set_named(s, PERCPU_SECTION);
	return true;
}

/* Global variables in a vmlinux that should leave them to the module. */
static bool global_datasec_in_base(struct subject *s)
{
	struct place p;
	uint32_t id;

	if (!find_place(s, NULL, &p))
		return false;
	id = parts_copy_type(&s->parts, p.datasec.id);
	parts_put(&s->parts, id, TYPE_NAME, parts_add_string(&s->parts, ".data"));
	set_named(s, ".data");
	return true;
}

/* Of the bytes. */

static uint32_t get(const struct strbuf *b, size_t off, bool be)
{
	return btf_get32((const uint8_t *)b->data + off, be);
}

static void put(struct strbuf *b, size_t off, uint32_t value, bool be)
{
	btf_put32((uint8_t *)b->data + off, value, be);
}

#define BYTES(name, code)                           \
	static void name(struct strbuf *b, bool be) \
	{                                           \
		(void)be;                           \
		code;                               \
	}

BYTES(magic_flipped, b->data[0] ^= b->data[1]; b->data[1] ^= b->data[0]; b->data[0] ^= b->data[1])
BYTES(magic_wrong, b->data[0] ^= 0x40)
BYTES(version_2, b->data[2] = 2)
BYTES(flags_set, b->data[3] = 1)
BYTES(hdr_len_0, put(b, BTF_HDR_HDR_LEN, 0, be))
BYTES(hdr_len_plus_4, put(b, BTF_HDR_HDR_LEN, BTF_HDR_MIN + 4, be))
BYTES(hdr_len_huge, put(b, BTF_HDR_HDR_LEN, UINT32_MAX, be))
BYTES(type_off_plus_4, put(b, BTF_HDR_TYPE_OFF, 4, be))
BYTES(type_off_odd, put(b, BTF_HDR_TYPE_OFF, 1, be))
BYTES(type_len_less, put(b, BTF_HDR_TYPE_LEN, get(b, BTF_HDR_TYPE_LEN, be) - 4, be))
BYTES(type_len_more, put(b, BTF_HDR_TYPE_LEN, get(b, BTF_HDR_TYPE_LEN, be) + 12, be))
BYTES(type_len_huge, put(b, BTF_HDR_TYPE_LEN, UINT32_MAX, be))
BYTES(str_off_plus_1, put(b, BTF_HDR_STR_OFF, get(b, BTF_HDR_STR_OFF, be) + 1, be))
BYTES(str_len_less, put(b, BTF_HDR_STR_LEN, get(b, BTF_HDR_STR_LEN, be) - 1, be))
BYTES(str_len_more, put(b, BTF_HDR_STR_LEN, get(b, BTF_HDR_STR_LEN, be) + 1, be))
BYTES(cut_by_1, b->len -= 1)
BYTES(cut_in_half, b->len /= 2)
BYTES(cut_in_header, b->len = 10)
BYTES(garbage_appended, strbuf_add(b, "garbage", 8))
BYTES(zeros_appended, strbuf_add(b, "\0\0\0", 4))
BYTES(all_zero, memset(b->data, 0, b->len))
BYTES(last_nul_lost, b->data[b->len - 1] = 'x')
BYTES(first_string, b->data[BTF_HDR_MIN + get(b, BTF_HDR_STR_OFF, be)] = 'x')

/* Every word in the other byte order, which makes a blob that is right by itself. */
static void words_flipped(struct strbuf *b, bool be)
{
	size_t end = BTF_HDR_MIN + get(b, BTF_HDR_TYPE_LEN, be);

	magic_flipped(b, be);
	for (size_t off = BTF_HDR_HDR_LEN; off < end; off += 4)
		put(b, off, get(b, off, be), !be);
}

/* Eight bytes of nothing between types and strings. */
static void gap(struct strbuf *b, bool be)
{
	size_t strings = BTF_HDR_MIN + get(b, BTF_HDR_STR_OFF, be);

	strbuf_add(b, "\0\0\0\0\0\0\0", 8);
	memmove(b->data + strings + 8, b->data + strings, b->len - strings - 8);
	memset(b->data + strings, 0, 8);
	put(b, BTF_HDR_STR_OFF, get(b, BTF_HDR_STR_OFF, be) + 8, be);
}

#define PARSES      "format.btf-parses"
#define LIBBPF      "format.libbpf-parses"
#define WELL_FORMED "format.btf-is-well-formed"
#define BLOBS       (Y_ANY | M_EXTRA)

const struct damage damages[] = {
	{ "offset + 1", ALL_VARIABLES, { "offset-matches-symbol" }, offset_plus_1, NULL },
	{ "offset + alignment",
	  ALL_VARIABLES,
	  { "offset-matches-symbol" },
	  offset_plus_align,
	  NULL },
	{ "offset beyond the section", ALL_VARIABLES, { "inside-section" }, far_offset, NULL },
	{ "offsets of two VARs swapped",
	  ALL_VARIABLES,
	  { "offset-matches-symbol" },
	  offsets_swapped,
	  NULL },
	{ "entry's size + 1", ALL_VARIABLES, { "size-matches-type" }, size_plus_1, NULL },
	{ "entry's size - 1", ALL_VARIABLES, { "size-matches-type" }, size_minus_1, NULL },
	{ "entries unsorted", ALL_VARIABLES, { "sorted" }, unsorted, NULL },
	{ "VARs overlap", ALL_VARIABLES, { "no-overlap" }, overlap, NULL },
	{ "VAR twice in its DATASEC", ALL_VARIABLES, { "unique" }, twice_in_datasec, NULL },
	{ "VAR in two DATASECs", ALL_VARIABLES, { "global.symbol-exists" }, in_two_datasecs, NULL },
	{ "VAR in another DATASEC",
	  ALL_VARIABLES,
	  { "global.symbol-exists" },
	  in_other_datasec,
	  NULL },
	{ "VAR in no DATASEC", ALL_VARIABLES, { "format.var-in-datasec" }, in_no_datasec, NULL },
	{ "VAR lost", ALL_VARIABLES, { "none-missing" }, lost, NULL },
	{ "VAR invented", ALL_VARIABLES, { "symbol-exists" }, invented, NULL },
	{ "VAR invented, in no DATASEC",
	  ALL_VARIABLES,
	  { "format.var-in-datasec" },
	  invented_and_in_no_datasec,
	  NULL },
	{ "entry that is no VAR", ALL_VARIABLES, { "none-missing" }, entry_of_no_variable, NULL },
	{ "VAR renamed", ALL_VARIABLES, { "symbol-exists" }, renamed, NULL },
	{ "VARs' names swapped", ALL_VARIABLES, { "offset-matches-symbol" }, names_swapped, NULL },
	{ "VAR's name no identifier", ALL_VARIABLES, { WELL_FORMED }, no_identifier, NULL },
	{ "VAR without a name", ALL_VARIABLES, { WELL_FORMED }, no_name, NULL },
	{ "VAR's name out of range", ALL_VARIABLES, { WELL_FORMED }, name_out_of_range, NULL },
	{ "global linkage made static", ALL_VARIABLES, { "linkage" }, global_as_static, NULL },
	{ "static linkage made global", ALL_VARIABLES, { "linkage" }, static_as_global, NULL },
	{ "linkage unknown", ALL_VARIABLES, { WELL_FORMED }, linkage_unknown, NULL },

	{ "another type of the same size",
	  ALL_VARIABLES,
	  { "type-matches-dwarf" },
	  type_of_same_size,
	  NULL },
	{ "VAR of type void", ALL_VARIABLES, { "size-matches-type" }, type_void, NULL },
	{ "VAR of a type that is not there", ALL_VARIABLES, { WELL_FORMED }, type_dangling, NULL },
	{ "VAR's type id + 1", ALL_VARIABLES, { "type-matches-dwarf" }, type_id_plus_1, NULL },
	{ "VAR of its own type", ALL_VARIABLES, { WELL_FORMED }, type_itself, NULL },
	{ "const dropped", Y_GLOBAL | M_EXTRA, { "type-matches-dwarf" }, const_dropped, NULL },
	{ "const added", ALL_VARIABLES, { "type-matches-dwarf" }, const_added, NULL },
	{ "volatile added", ALL_VARIABLES, { "type-matches-dwarf" }, volatile_added, NULL },
	{ "pointer to it for it", ALL_VARIABLES, { "type-matches-dwarf" }, pointer_to_it, NULL },
	{ "pointer to another struct",
	  ALL_VARIABLES,
	  { "type-matches-dwarf" },
	  pointer_to_other_struct,
	  NULL },
	{ "array's length", ALL_VARIABLES, { "size-matches-type" }, array_length, NULL },
	{ "array's length, entry to match",
	  ALL_VARIABLES,
	  { "symbol-size" },
	  array_length_and_size,
	  NULL },
	{ "int's signedness", ALL_VARIABLES, { "type-matches-dwarf" }, int_signedness, NULL },
	{ "int's encoding undefined",
	  ALL_VARIABLES,
	  { WELL_FORMED, "type-matches-dwarf" },
	  int_encoding_undefined,
	  NULL },
	{ "int's bits", ALL_VARIABLES, { "type-matches-dwarf" }, int_bits, NULL },
	{ "int's size", ALL_VARIABLES, { "size-matches-type" }, int_size, NULL },
	{ "float for an int", ALL_VARIABLES, { "type-matches-dwarf" }, int_as_float, NULL },
	{ "typedef of another name",
	  ALL_VARIABLES,
	  { "type-matches-dwarf" },
	  typedef_of_other_name,
	  NULL },
	{ "struct of another name",
	  Y_PERCPU | Y_GLOBAL,
	  { "type-matches-dwarf" },
	  struct_of_other_name,
	  NULL },
	{ "forward declaration for a struct",
	  ALL_VARIABLES,
	  { "size-matches-type" },
	  struct_as_forward,
	  NULL },

	{ "DATASEC's size + 8", ALL_VARIABLES, { "section-size" }, datasec_size, NULL },
	{ "DATASEC's size - 1", ALL_VARIABLES, { "section-size" }, datasec_too_small, NULL },
	{ "DATASEC renamed", ALL_VARIABLES, { "global.section-exists" }, datasec_renamed, NULL },
	{ "DATASEC lost", ALL_VARIABLES, { "none-missing" }, datasec_lost, NULL },
	{ "DATASEC twice", ALL_VARIABLES, { "mode.datasecs" }, datasec_twice, NULL },
	{ "DATASEC's vlen too big", ALL_VARIABLES, { PARSES }, datasec_vlen, NULL },

	{ "member's offset", Y_ANY, { "type-matches-dwarf" }, member_offset, NULL },
	{ "member's name", Y_ANY, { "type-matches-dwarf" }, member_name, NULL },
	{ "member's type", Y_ANY, { "type-matches-dwarf" }, member_type, NULL },
	{ "member lost", Y_ANY, { "type-matches-dwarf" }, member_lost, NULL },
	{ "last member lost", Y_ANY, { "type-matches-dwarf" }, last_member_lost, NULL },
	{ "struct's size", Y_ANY, { "type-matches-dwarf" }, struct_size, NULL },
	{ "union for a struct", Y_ANY, { "type-matches-dwarf" }, struct_as_union, NULL },
	{ "struct in itself", Y_ANY, { WELL_FORMED }, struct_in_itself, NULL },
	{ "kind unknown", Y_ANY, { PARSES }, kind_unknown, NULL },
	{ "bit field's size", Y_ANY, { "type-matches-dwarf" }, bitfield_size, NULL },
	{ "bit field's offset", Y_ANY, { "type-matches-dwarf" }, bitfield_offset, NULL },
	{ "whole member for a bit field",
	  Y_ANY,
	  { "type-matches-dwarf" },
	  bitfield_as_member,
	  NULL },
	{ "enumerator's value", Y_ANY, { "type-matches-dwarf" }, enum_value, NULL },
	{ "enumerator's name", Y_ANY, { "type-matches-dwarf" }, enum_name, NULL },
	{ "enumerator lost", Y_ANY, { "type-matches-dwarf" }, enum_lost_value, NULL },
	{ "enum's size", Y_ANY, { "type-matches-dwarf" }, enum_size, NULL },
	{ "enum's signedness", Y_ANY, { "type-matches-dwarf" }, enum_signedness, NULL },
	{ "int renamed", Y_ANY, { "type-matches-dwarf" }, int_renamed, NULL },
	{ "typedef loop", Y_ANY, { WELL_FORMED }, typedef_loop, NULL },
	{ "typedef's target", Y_ANY, { "type-matches-dwarf" }, typedef_target, NULL },
	{ "parameter's type", Y_ANY, { "type-matches-dwarf" }, parameter_type, NULL },
	{ "parameter lost", Y_ANY, { "type-matches-dwarf" }, parameter_lost, NULL },
	{ "what a function returns", Y_ANY, { "type-matches-dwarf" }, return_type, NULL },
	{ "forward declaration of a union",
	  Y_ANY,
	  { "type-matches-dwarf" },
	  forward_of_union,
	  NULL },
	{ "array in a variable shorter", Y_ANY, { "type-matches-dwarf" }, array_shorter, NULL },

	{ "all type ids off by one", M_EXTRA, { "type-matches-dwarf" }, all_type_ids_plus_1, NULL },
	{ "copy of a base type", M_EXTRA, { "mode.extra-redundancy" }, copy_of_base_type, NULL },
	{ "per-CPU DATASEC in split BTF",
	  M_EXTRA,
	  { "mode.datasecs" },
	  percpu_datasec_in_split,
	  NULL },
	{ "another vmlinux: ids",
	  M_BASE,
	  { "global.type-matches-dwarf" },
	  base_has_a_type_more,
	  NULL },
	{ "another vmlinux: strings",
	  M_BASE,
	  { "global.symbol-exists" },
	  base_has_a_string_more,
	  NULL },
	{ "global variables in vmlinux",
	  M_BASE,
	  { "mode.datasecs" },
	  global_datasec_in_base,
	  NULL },

	{ "magic in the other byte order", BLOBS, { PARSES }, NULL, magic_flipped },
	{ "all in the other byte order", BLOBS, { PARSES }, NULL, words_flipped },
	{ "no magic", BLOBS, { PARSES }, NULL, magic_wrong },
	{ "version 2", BLOBS, { PARSES }, NULL, version_2 },
	{ "flags", BLOBS, { PARSES }, NULL, flags_set },
	{ "header's length 0", BLOBS, { PARSES }, NULL, hdr_len_0 },
	{ "header's length + 4", BLOBS, { PARSES }, NULL, hdr_len_plus_4 },
	{ "header's length huge", BLOBS, { PARSES }, NULL, hdr_len_huge },
	{ "offset of types + 4", BLOBS, { PARSES }, NULL, type_off_plus_4 },
	{ "offset of types odd", BLOBS, { PARSES }, NULL, type_off_odd },
	{ "length of types - 4", BLOBS, { PARSES }, NULL, type_len_less },
	{ "length of types + 12", BLOBS, { PARSES }, NULL, type_len_more },
	{ "length of types huge", BLOBS, { PARSES }, NULL, type_len_huge },
	{ "offset of strings + 1", BLOBS, { PARSES }, NULL, str_off_plus_1 },
	{ "length of strings - 1", BLOBS, { PARSES }, NULL, str_len_less },
	{ "length of strings + 1", BLOBS, { PARSES }, NULL, str_len_more },
	{ "cut by a byte", BLOBS, { PARSES }, NULL, cut_by_1 },
	{ "cut in half", BLOBS, { PARSES }, NULL, cut_in_half },
	{ "cut in its header", BLOBS, { PARSES }, NULL, cut_in_header },
	{ "garbage appended", BLOBS, { PARSES }, NULL, garbage_appended },
	{ "zeros appended", BLOBS, { PARSES }, NULL, zeros_appended },
	{ "gap before the strings", BLOBS, { PARSES }, NULL, gap },
	{ "all zero", BLOBS, { PARSES }, NULL, all_zero },
	{ "last string without an end", BLOBS, { PARSES }, NULL, last_nul_lost },
	{ "first string not empty", Y_ANY, { PARSES }, NULL, first_string },
};

const size_t nr_damages = ARRAY_SIZE(damages);
