// SPDX-License-Identifier: GPL-2.0-only
#include "encode/type_make.h"

#include <ctype.h>
#include <dwarf.h>
#include <linux/btf.h>
#include <stdlib.h>

#include "encode/dwarf_type.h"
#include "verify/dwarf_index.h"

enum {
	/* entries of one type, in 16 bits: more does not come from C that people write */
	MAX_ENTRIES = 0xffff,
	/* qualifiers before an array without bounds */
	MAX_QUALIFIERS = 16,
	/* the place of the index type of arrays in the map, where no DIE is */
	INDEX_TYPE_KEY = 1,
	/* libbpf follows types by recursion; a base that lacks more is not this vmlinux's */
	MAX_NEW_TYPES = 20000,
};

/* A new type that is still to be filled in from its DIE. */
struct task {
	Dwarf_Die die;
	uint32_t id;
};

struct type_make {
	struct type_find *find;
	bool big_endian;
	uint32_t index_type;
	struct new_types types;
	/* (DIE, count) to the id of a new type, and what was put there since the last type_make() */
	struct pair_map ids;
	VEC(struct pair_map_entry) put;
	VEC(struct task) tasks;
	/* what kept a type from being made */
	const char *why;
};

/* Arrays have an index type, which is the same everywhere. */
static uint32_t find_index_type(const struct btf_image *base)
{
	btf_for_each_type(type, base)
		if (type.kind == BTF_KIND_ARRAY)
			return btf_array(&type).index_type;
	return 0;
}

struct type_make *type_make_new(struct type_find *find, const struct btf_image *base)
{
	struct type_make *make = xcalloc(1, sizeof(*make));

	make->find = find;
	make->big_endian = base->big_endian;
	make->index_type = find_index_type(base);
	make->types.first_id = btf_nr_ids(base);
	return make;
}

void type_make_free(struct type_make *make)
{
	if (!make)
		return;
	new_types_cut(&make->types, 0);
	vec_free(&make->types.list);
	pair_map_release(&make->ids);
	vec_free(&make->put);
	vec_free(&make->tasks);
	free(make);
}

const struct new_types *type_make_made(const struct type_make *make)
{
	return &make->types;
}

/* Keeps the first reason and yields false, for `return cannot(...)`. */
static bool cannot(struct type_make *make, const char *why)
{
	if (!make->why)
		make->why = why;
	return false;
}

static uint32_t next_id(const struct type_make *make)
{
	return make->types.first_id + (uint32_t)make->types.list.len;
}

static void remember(struct type_make *make, uint64_t a, uint64_t b, uint32_t id)
{
	pair_map_put(&make->ids, a, b, id);
	vec_push(&make->put, (struct pair_map_entry){ .a = a, .b = b });
}

static uint32_t add_type(struct type_make *make, const struct new_type *type)
{
	uint32_t id = next_id(make);

	vec_push(&make->types.list, *type);
	return id;
}

static struct new_type *type_of(struct type_make *make, uint32_t id)
{
	return &make->types.list.data[id - make->types.first_id];
}

/* The id of what a type refers to; NULL is void. */
static uint32_t refer(struct type_make *make, Dwarf_Die *die, enum type_reach reach)
{
	const struct new_type empty = { .name = "" };
	const uint32_t *ids;
	uint32_t id;

	if (type_find(make->find, die, reach, &ids))
		return ids[0];
	id = pair_map_get(&make->ids, (uintptr_t)die->addr, 0);
	if (id)
		return id;
	id = add_type(make, &empty);
	remember(make, (uintptr_t)die->addr, 0, id);
	vec_push(&make->tasks, (struct task){ *die, id });
	return id;
}

static uint32_t refer_target(struct type_make *make, Dwarf_Die *die, enum type_reach reach)
{
	Dwarf_Die target;

	return refer(make, dwarf_target(die, &target) ? &target : NULL, reach);
}

/* The kernel and libbpf hold names of all but members and parameters to this. */
static bool is_identifier(const char *name)
{
	if (!isalpha((unsigned char)name[0]) && name[0] != '_')
		return false;
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	return true;
}

static bool optional_name_ok(struct type_make *make, const char *name)
{
	return !*name || is_identifier(name) || cannot(make, "a name that is no C identifier");
}

static bool make_base_type(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	static const uint32_t int_sizes[] = { 1, 2, 4, 8, 16 }, float_sizes[] = { 2, 4, 8, 12, 16 };
	const uint32_t *sizes = type->kind == BTF_KIND_FLOAT ? float_sizes : int_sizes;
	uint64_t bits;

	type->size = dwarf_bytes(die);
	type->encoding = type->kind == BTF_KIND_FLOAT ? 0 : dwarf_int_encoding(die);
	if (!dwarf_udata(die, DW_AT_bit_size, &bits))
		bits = (uint64_t)type->size * 8;
	if (bits != (uint64_t)type->size * 8)
		return cannot(make, "a base type that does not fill its bytes");
	type->bits = (uint32_t)bits;
	if (!*type->name)
		return cannot(make, "a base type without a name");
	for (size_t i = 0; i < ARRAY_SIZE(int_sizes); i++)
		if (sizes[i] == type->size)
			return true;
	return cannot(make, "a base type of a size that BTF has not");
}

static bool make_reference(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	type->target = refer_target(make, die, BY_VALUE);
	if (type->kind != BTF_KIND_TYPEDEF) {
		type->name = "";
		return true;
	}
	return is_identifier(type->name) || cannot(make, "a typedef whose name is no C identifier");
}

static bool make_pointer(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	Dwarf_Die child;

	type->name = "";
	type->target = refer_target(make, die, BY_NAME);
	for (bool more = dwarf_first(die, DWARF_TAG_ANNOTATION, DWARF_TAG_ANNOTATION, &child); more;
	     more = dwarf_next(&child, DWARF_TAG_ANNOTATION, DWARF_TAG_ANNOTATION)) {
		const char *tag = dwarf_type_tag(&child);
		struct new_type tagged = {
			.kind = BTF_KIND_TYPE_TAG,
			.name = tag,
			.target = type->target,
		};

		if (tag && *tag)
			type->target = add_type(make, &tagged);
	}
	return true;
}

static uint32_t index_type(struct type_make *make)
{
	const struct new_type type = {
		.kind = BTF_KIND_INT,
		.name = "__ARRAY_SIZE_TYPE__",
		.size = 4,
		.bits = 32,
	};
	uint32_t id;

	if (make->index_type)
		return make->index_type;
	id = pair_map_get(&make->ids, INDEX_TYPE_KEY, 0);
	if (!id) {
		id = add_type(make, &type);
		remember(make, INDEX_TYPE_KEY, 0, id);
	}
	return id;
}

static bool make_array(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	struct dwarf_dimensions dims;

	type->name = "";
	if (!dwarf_array_dimensions(die, &dims))
		return cannot(make, "an array of more than 32 bits of elements");
	type->count = dims.total;
	type->target = refer_target(make, die, BY_VALUE);
	type->index_type = index_type(make);
	return true;
}

static bool entry_room(struct type_make *make, const struct new_type *type)
{
	return type->entries.len < MAX_ENTRIES || cannot(make, "a type of more than 65535 members");
}

static bool make_members(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	struct dwarf_member member;
	Dwarf_Die child;

	for (bool more = dwarf_first(die, DW_TAG_member, DW_TAG_inheritance, &child); more;
	     more = dwarf_next(&child, DW_TAG_member, DW_TAG_inheritance)) {
		struct new_entry entry = { 0 };

		if (!dwarf_member(&child, make->big_endian, &member))
			return cannot(make, "a member at a place that BTF cannot express");
		if (!entry_room(make, type) || !optional_name_ok(make, member.name))
			return false;
		entry.name = member.name;
		entry.bit_offset = member.bit_offset;
		entry.bit_size = member.bit_size;
		entry.type = refer(make, member.has_type ? &member.type : NULL, BY_VALUE);
		vec_push(&type->entries, entry);
	}
	return true;
}

static bool make_composite(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	if (!optional_name_ok(make, type->name))
		return false;
	if (dwarf_is_declaration(die)) {
		type->is_union = type->kind == BTF_KIND_UNION;
		type->kind = BTF_KIND_FWD;
		return *type->name || cannot(make, "a declaration without a name");
	}
	type->size = dwarf_bytes(die);
	return make_members(make, die, type);
}

static bool make_enum(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	Dwarf_Die child;
	bool is_wide = false;

	if (!optional_name_ok(make, type->name))
		return false;
	type->size = dwarf_bytes(die);
	/* of one that is only declared nothing is known */
	type->size = type->size ? type->size : 4;
	if (type->size > 8 || type->size & (type->size - 1))
		return cannot(make, "an enum of a size that BTF has not");
	for (bool more = dwarf_first(die, DW_TAG_enumerator, DW_TAG_enumerator, &child); more;
	     more = dwarf_next(&child, DW_TAG_enumerator, DW_TAG_enumerator)) {
		struct new_entry entry = { .name = dwarf_name(&child) };
		bool negative;

		if (!dwarf_enumerator(&child, &entry.value, &negative) ||
		    !is_identifier(entry.name))
			return cannot(make, "an enumerator without a value or a C identifier");
		if (!entry_room(make, type))
			return false;
		type->is_signed |= negative;
		vec_push(&type->entries, entry);
	}
	vec_for_each(entry, &type->entries)
		is_wide |= type->is_signed ? (int64_t)entry->value != (int32_t)entry->value
					   : entry->value > UINT32_MAX;
	if (is_wide)
		type->kind = BTF_KIND_ENUM64;
	return true;
}

static bool make_prototype(struct type_make *make, Dwarf_Die *die, struct new_type *type)
{
	Dwarf_Die child;
	bool more =
		dwarf_first(die, DW_TAG_formal_parameter, DW_TAG_unspecified_parameters, &child);

	type->name = "";
	type->target = refer_target(make, die, BY_NAME);
	/* a lone '...' says that there is no prototype, which BTF does not tell from one without */
	if (more && dwarf_tag(&child) == DW_TAG_unspecified_parameters)
		return true;
	for (; more;
	     more = dwarf_next(&child, DW_TAG_formal_parameter, DW_TAG_unspecified_parameters)) {
		struct new_entry entry = { .name = "" };

		if (!entry_room(make, type))
			return false;
		if (dwarf_tag(&child) == DW_TAG_formal_parameter) {
			entry.name = dwarf_name(&child);
			entry.type = refer_target(make, &child, BY_NAME);
			if (!optional_name_ok(make, entry.name))
				return false;
		}
		vec_push(&type->entries, entry);
	}
	return true;
}

static bool (*const makers[])(struct type_make *make, Dwarf_Die *die, struct new_type *type) = {
	[BTF_KIND_INT] = make_base_type,      [BTF_KIND_FLOAT] = make_base_type,
	[BTF_KIND_PTR] = make_pointer,        [BTF_KIND_ARRAY] = make_array,
	[BTF_KIND_STRUCT] = make_composite,   [BTF_KIND_UNION] = make_composite,
	[BTF_KIND_ENUM] = make_enum,          [BTF_KIND_TYPEDEF] = make_reference,
	[BTF_KIND_CONST] = make_reference,    [BTF_KIND_VOLATILE] = make_reference,
	[BTF_KIND_RESTRICT] = make_reference, [BTF_KIND_FUNC_PROTO] = make_prototype,
};

/* Fills in what is left to do; each may add to that, so that nothing here is recursive. */
static bool finish(struct type_make *make)
{
	while (make->tasks.len) {
		struct task task = make->tasks.data[--make->tasks.len];
		uint32_t kind = dwarf_btf_kind(&task.die);
		struct new_type type = { .kind = kind, .name = dwarf_name(&task.die) };
		bool ok = kind ? makers[kind](make, &task.die, &type)
			       : cannot(make, "a type that BTF has no kind for");

		/* to where cleaning up finds its entries */
		*type_of(make, task.id) = type;
		if (make->types.list.len > MAX_NEW_TYPES)
			ok = cannot(make, "one of more than 20000 types that the base lacks");
		if (!ok)
			return false;
	}
	return true;
}

/* What type_make() began is as if it had never been. */
static void undo(struct type_make *make, size_t nr_types)
{
	vec_for_each(pair, &make->put)
		pair_map_put(&make->ids, pair->a, pair->b, 0);
	new_types_cut(&make->types, nr_types);
	make->tasks.len = 0;
}

/* An array of @count elements of what @array has. */
static uint32_t sized_array(struct type_make *make, Dwarf_Die *array, uint32_t count)
{
	struct new_type type = { .kind = BTF_KIND_ARRAY, .name = "", .count = count };
	uint32_t id = pair_map_get(&make->ids, (uintptr_t)array->addr, count);
	const uint32_t *ids;

	if (id)
		return id;
	type.target = refer_target(make, array, BY_VALUE);
	if (type_find_array(make->find, &type.target, 1, count, &ids))
		return ids[0];
	type.index_type = index_type(make);
	id = add_type(make, &type);
	remember(make, (uintptr_t)array->addr, count, id);
	return id;
}

/* As refer(), for a variable whose array has no bounds in DWARF, with qualifiers around it. */
static bool refer_sized(struct type_make *make, Dwarf_Die *die, uint32_t count, uint32_t *id_ret)
{
	uint32_t kinds[MAX_QUALIFIERS];
	size_t nr_kinds = 0;
	uint32_t kind;

	for (;; nr_kinds++) {
		kind = dwarf_btf_kind(die);
		if (kind == BTF_KIND_ARRAY)
			break;
		if (nr_kinds == MAX_QUALIFIERS || !dwarf_target(die, die) ||
		    (kind != BTF_KIND_CONST && kind != BTF_KIND_VOLATILE))
			return cannot(make, "an array without bounds that has a name");
		kinds[nr_kinds] = kind;
	}
	*id_ret = sized_array(make, die, count);
	while (nr_kinds-- > 0) {
		struct new_type type = { .kind = kinds[nr_kinds], .name = "", .target = *id_ret };
		const uint32_t *ids;

		*id_ret = type_find_qualified(make->find, type.kind, id_ret, 1, &ids)
				  ? ids[0]
				  : add_type(make, &type);
	}
	return true;
}

bool type_make(struct type_make *make, const Dwarf_Die *type, uint32_t count, uint32_t *id_ret,
	       const char **why_ret)
{
	size_t nr_types = make->types.list.len;
	Dwarf_Die die = *type;
	bool ok;

	make->put.len = 0;
	make->why = NULL;
	if (!dwarf_normal(&die, &die))
		ok = cannot(make, "void");
	else if (count)
		ok = refer_sized(make, &die, count, id_ret);
	else {
		*id_ret = refer(make, &die, BY_VALUE);
		ok = true;
	}
	if (ok && finish(make))
		return true;
	undo(make, nr_types);
	*why_ret = make->why;
	return false;
}
