// SPDX-License-Identifier: GPL-2.0-only
#include "encode/type_find.h"

#include <dwarf.h>
#include <linux/btf.h>
#include <stdlib.h>

#include "encode/dwarf_type.h"

enum {
	/* types of one key that are looked at; a kernel's BTF has a few hundred pairs of one name */
	MAX_CANDIDATES = 4096,
	/* a chain of types without a struct longer than this is taken for a loop */
	MAX_DEPTH = 128,
};

/* Ids in the pool: what one DIE is. */
struct found {
	uint32_t first, count;
};

struct type_find {
	const struct btf_image *base;
	struct type_index *index;
	struct type_same same;
	/* (DIE, reach) to 1 + its place in found; a DIE that is being looked for has nothing found yet */
	struct pair_map known;
	VEC(struct found) found;
	VEC(uint32_t) pool;
	int depth;
};

struct type_find *type_find_new(const struct btf_image *base)
{
	struct type_find *find = xcalloc(1, sizeof(*find));

	find->base = base;
	find->index = type_index_new(base);
	find->same = (struct type_same){ .btf = base, .index = find->index };
	return find;
}

void type_find_free(struct type_find *find)
{
	if (!find)
		return;
	type_index_free(find->index);
	type_same_release(&find->same);
	pair_map_release(&find->known);
	vec_free(&find->found);
	vec_free(&find->pool);
	free(find);
}

const struct type_index *type_find_index(const struct type_find *find)
{
	return find->index;
}

/* Ids while they are collected: what is in the pool may move and is not added to in between. */
typedef VEC(uint32_t) id_list;

static void add_all(const struct type_find *find, const struct type_key *key, id_list *ids)
{
	for (uint32_t id = type_index_first(find->index, key); id && ids->len < MAX_CANDIDATES;
	     id = type_index_next(find->index, key, id))
		vec_push(ids, id);
}

/* The types of this kind and name that refer to one of @targets. */
static void add_referring(const struct type_find *find, uint32_t kind, const char *name,
			  const id_list *targets, id_list *ids)
{
	struct type_key key = { .kind = kind, .name = name };

	vec_for_each(target, targets) {
		key.target = *target;
		add_all(find, &key, ids);
	}
}

static void add_target(struct type_find *find, Dwarf_Die *die, enum type_reach reach, id_list *ids)
{
	const uint32_t *found;
	Dwarf_Die target;
	size_t n = type_find(find, dwarf_target(die, &target) ? &target : NULL, reach, &found);

	for (size_t i = 0; i < n; i++)
		vec_push(ids, found[i]);
}

static void find_base_type(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
			   id_list *ids)
{
	struct type_key key = { .kind = dwarf_btf_kind(die), .name = dwarf_name(die) };

	for (uint32_t id = type_index_first(find->index, &key); id && ids->len < MAX_CANDIDATES;
	     id = type_index_next(find->index, &key, id))
		if (type_same(&find->same, id, die, reach))
			vec_push(ids, id);
}

static void find_reference(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
			   id_list *ids)
{
	uint32_t kind = dwarf_btf_kind(die);
	id_list targets = { 0 };

	add_target(find, die, reach, &targets);
	add_referring(find, kind, kind == BTF_KIND_TYPEDEF ? dwarf_name(die) : "", &targets, ids);
	vec_free(&targets);
}

/* A tag is about what is pointed to; in DWARF it is a child of the pointer. */
static void add_tagged(const struct type_find *find, Dwarf_Die *die, id_list *targets)
{
	Dwarf_Die child;

	for (bool more = dwarf_first(die, DWARF_TAG_ANNOTATION, DWARF_TAG_ANNOTATION, &child); more;
	     more = dwarf_next(&child, DWARF_TAG_ANNOTATION, DWARF_TAG_ANNOTATION)) {
		const char *tag = dwarf_type_tag(&child);
		id_list tagged = { 0 };

		if (!tag)
			continue;
		add_referring(find, BTF_KIND_TYPE_TAG, tag, targets, &tagged);
		/* where the base has no such tag, what is pointed to is still the same type */
		if (tagged.len) {
			vec_free(targets);
			*targets = tagged;
		}
	}
}

static void find_pointer(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
			 id_list *ids)
{
	id_list targets = { 0 };

	(void)reach;
	add_target(find, die, BY_NAME, &targets);
	add_tagged(find, die, &targets);
	add_referring(find, BTF_KIND_PTR, "", &targets, ids);
	vec_free(&targets);
}

static void find_arrays(const struct type_find *find, const id_list *elems, uint32_t count,
			id_list *ids)
{
	struct type_key key = { .kind = BTF_KIND_ARRAY, .name = "", .count = count };

	vec_for_each(elem, elems) {
		key.target = *elem;
		add_all(find, &key, ids);
	}
}

/* As one array of all elements, or as arrays of arrays: see same_array() of type_same.c. */
static void find_array(struct type_find *find, Dwarf_Die *die, enum type_reach reach, id_list *ids)
{
	struct dwarf_dimensions dims;
	id_list elems = { 0 }, inner = { 0 };

	if (!dwarf_array_dimensions(die, &dims))
		return;
	add_target(find, die, reach, &elems);
	vec_for_each(elem, &elems)
		vec_push(&inner, *elem);
	for (size_t i = dims.count; dims.count > 1 && i-- > 0;) {
		id_list outer = { 0 };

		find_arrays(find, &inner, dims.sizes[i], i ? &outer : ids);
		vec_free(&inner);
		inner = outer;
	}
	/* behind those, since another variable may have that many elements in one dimension */
	find_arrays(find, &elems, dims.total, ids);
	vec_free(&inner);
	vec_free(&elems);
}

/* Parameters as BTF counts them: the '...' is one, but for a lone one. */
static uint32_t count_parameters(Dwarf_Die *die, Dwarf_Die *first_ret)
{
	Dwarf_Die child;
	uint32_t count = 0;
	bool more =
		dwarf_first(die, DW_TAG_formal_parameter, DW_TAG_unspecified_parameters, &child);

	if (!more || dwarf_tag(&child) == DW_TAG_unspecified_parameters)
		return 0;
	*first_ret = child;
	for (; more;
	     more = dwarf_next(&child, DW_TAG_formal_parameter, DW_TAG_unspecified_parameters))
		count++;
	return count;
}

static void find_prototype(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
			   id_list *ids)
{
	id_list results = { 0 }, firsts = { 0 };
	Dwarf_Die first;
	struct type_key key = {
		.kind = BTF_KIND_FUNC_PROTO,
		.name = "",
		.count = count_parameters(die, &first),
	};

	add_target(find, die, BY_NAME, &results);
	if (key.count)
		add_target(find, &first, BY_NAME, &firsts);
	else
		vec_push(&firsts, 0);
	vec_for_each(result, &results)
		vec_for_each(param, &firsts) {
			key.target = *result;
			key.first = *param;
			for (uint32_t id = type_index_first(find->index, &key);
			     id && ids->len < MAX_CANDIDATES;
			     id = type_index_next(find->index, &key, id))
				if (type_same(&find->same, id, die, reach))
					vec_push(ids, id);
		}
	vec_free(&results);
	vec_free(&firsts);
}

/* What a name is declared as: never defined anywhere, or defined in another unit. */
static void find_declared(struct type_find *find, Dwarf_Die *die, id_list *ids)
{
	uint32_t kind = dwarf_btf_kind(die);
	struct type_key forward = {
		.kind = BTF_KIND_FWD,
		.name = dwarf_name(die),
		.target = kind == BTF_KIND_UNION,
	};
	struct type_key defined = { .kind = kind, .name = forward.name };

	if (!*forward.name)
		return;
	if (kind != BTF_KIND_ENUM)
		add_all(find, &forward, ids);
	add_all(find, &defined, ids);
}

static void find_composite(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
			   id_list *ids)
{
	struct type_key key = { .kind = dwarf_btf_kind(die), .name = dwarf_name(die) };
	uint32_t looked_at = 0;

	if (dwarf_is_declaration(die)) {
		find_declared(find, die, ids);
		return;
	}
	if (!*key.name) {
		bool is_enum = key.kind == BTF_KIND_ENUM;
		int tag = is_enum ? DW_TAG_enumerator : DW_TAG_member;
		int other = is_enum ? tag : DW_TAG_inheritance;
		Dwarf_Die child;

		key.target = dwarf_bytes(die);
		for (bool more = dwarf_first(die, tag, other, &child); more;
		     more = dwarf_next(&child, tag, other))
			if (!key.count++)
				key.first = type_key_name(dwarf_name(&child));
	}
	for (uint32_t id = type_index_first(find->index, &key); id && looked_at < MAX_CANDIDATES;
	     id = type_index_next(find->index, &key, id), looked_at++)
		if (type_same(&find->same, id, die, reach))
			vec_push(ids, id);
}

static void (*const finders[])(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
			       id_list *ids) = {
	[BTF_KIND_INT] = find_base_type,      [BTF_KIND_FLOAT] = find_base_type,
	[BTF_KIND_PTR] = find_pointer,        [BTF_KIND_ARRAY] = find_array,
	[BTF_KIND_STRUCT] = find_composite,   [BTF_KIND_UNION] = find_composite,
	[BTF_KIND_ENUM] = find_composite,     [BTF_KIND_TYPEDEF] = find_reference,
	[BTF_KIND_CONST] = find_reference,    [BTF_KIND_VOLATILE] = find_reference,
	[BTF_KIND_RESTRICT] = find_reference, [BTF_KIND_FUNC_PROTO] = find_prototype,
};

static size_t in_pool(const struct type_find *find, struct found found, const uint32_t **ids_ret)
{
	*ids_ret = find->pool.data + found.first;
	return found.count;
}

static struct found to_pool(struct type_find *find, id_list *ids)
{
	struct found found = { (uint32_t)find->pool.len, (uint32_t)ids->len };

	vec_for_each(id, ids)
		vec_push(&find->pool, *id);
	vec_free(ids);
	return found;
}

size_t type_find(struct type_find *find, Dwarf_Die *die, enum type_reach reach,
		 const uint32_t **ids_ret)
{
	static const uint32_t nothing = 0;
	uint64_t a = die ? (uintptr_t)die->addr : 0;
	uint32_t kind, known;
	size_t place;
	id_list ids = { 0 };

	*ids_ret = &nothing;
	if (!die)
		return 1;
	known = pair_map_get(&find->known, a, reach);
	if (known)
		return in_pool(find, find->found.data[known - 1], ids_ret);
	kind = dwarf_btf_kind(die);
	if (!kind || find->depth > MAX_DEPTH)
		return 0;

	vec_push(&find->found, (struct found){ 0 });
	place = find->found.len;
	pair_map_put(&find->known, a, reach, (uint32_t)place);
	find->depth++;
	finders[kind](find, die, reach, &ids);
	find->depth--;
	find->found.data[place - 1] = to_pool(find, &ids);
	return in_pool(find, find->found.data[place - 1], ids_ret);
}

size_t type_find_array(struct type_find *find, const uint32_t *elems, size_t nr_elems,
		       uint32_t count, const uint32_t **ids_ret)
{
	id_list targets = { 0 }, ids = { 0 };

	for (size_t i = 0; i < nr_elems; i++)
		vec_push(&targets, elems[i]);
	find_arrays(find, &targets, count, &ids);
	vec_free(&targets);
	return in_pool(find, to_pool(find, &ids), ids_ret);
}

size_t type_find_qualified(struct type_find *find, uint32_t kind, const uint32_t *targets,
			   size_t nr_targets, const uint32_t **ids_ret)
{
	id_list from = { 0 }, ids = { 0 };

	for (size_t i = 0; i < nr_targets; i++)
		vec_push(&from, targets[i]);
	add_referring(find, kind, "", &from, &ids);
	vec_free(&from);
	return in_pool(find, to_pool(find, &ids), ids_ret);
}
