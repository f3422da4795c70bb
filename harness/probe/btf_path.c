// SPDX-License-Identifier: GPL-2.0-only
#include "btf_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* anonymous structs and unions within each other */
	NESTED_MAX = 16,
	BITS_PER_BYTE = 8,
};

/* Where a walk is: a type, and how far from the variable's start. */
struct walk {
	const struct btf_index *index;
	uint32_t type_id;
	uint64_t offset;
};

static bool is_compound(const struct btf_type *t)
{
	return t && (btf_kind(t) == BTF_KIND_STRUCT || btf_kind(t) == BTF_KIND_UNION);
}

/* Steps into the member called by the @len bytes at @name, looking into anonymous ones too. */
static bool step_member(struct walk *walk, const char *name, size_t len, int depth)
{
	const struct btf_type *t = btf_plain_type(walk->index, walk->type_id);

	if (!is_compound(t) || depth > NESTED_MAX)
		return false;

	const struct btf_member *members = (const void *)(t + 1);
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		/* with the kind flag the top 8 bits are a bit field's width */
		bool flag = t->info >> 31;
		uint32_t bits = flag ? members[i].offset & 0xffffff : members[i].offset;
		bool bitfield = flag && members[i].offset >> 24;
		const char *member = btf_string(walk->index->view, members[i].name_off);
		struct walk inside = { walk->index, members[i].type,
				       walk->offset + bits / BITS_PER_BYTE };

		if (!*member) {
			if (!step_member(&inside, name, len, depth + 1))
				continue;
		} else if (strncmp(member, name, len) != 0 || member[len] || bitfield ||
			   bits % BITS_PER_BYTE) {
			continue;
		}
		*walk = inside;
		return true;
	}
	return false;
}

static bool step_element(struct walk *walk, unsigned long number)
{
	const struct btf_type *t = btf_plain_type(walk->index, walk->type_id);
	uint64_t size;

	if (!t || btf_kind(t) != BTF_KIND_ARRAY)
		return false;

	const struct btf_array *array = (const void *)(t + 1);
	if (number >= array->nelems || !btf_type_size(walk->index, array->type, &size))
		return false;
	walk->type_id = array->type;
	walk->offset += number * size;
	return true;
}

/* One ".member" or "[number]" at *@at, which is moved behind it. */
static bool step(struct walk *walk, const char **at)
{
	if (**at == '.') {
		size_t len = strcspn(*at + 1, ".[");
		const char *name = *at + 1;

		*at = name + len;
		return step_member(walk, name, len, 0);
	}

	char *end;
	unsigned long number = strtoul(*at + 1, &end, 10);

	if (end == *at + 1 || *end != ']')
		return false;
	*at = end + 1;
	return step_element(walk, number);
}

static bool finish(const struct walk *walk, struct btf_place *place)
{
	const struct btf_type *t = btf_plain_type(walk->index, walk->type_id);
	uint64_t size, unit;

	if (!t || !btf_type_size(walk->index, walk->type_id, &size) ||
	    walk->offset + size > UINT32_MAX)
		return false;
	unit = size;
	if (btf_kind(t) == BTF_KIND_ARRAY &&
	    !btf_type_size(walk->index, ((const struct btf_array *)(const void *)(t + 1))->type,
			   &unit))
		return false;
	place->offset = (uint32_t)walk->offset;
	place->size = (uint32_t)size;
	place->unit = (uint32_t)unit;
	place->is_pointer = btf_kind(t) == BTF_KIND_PTR;
	return true;
}

enum btf_path_result btf_path_find(const struct btf_index *index, const char *path,
				   struct btf_place *place, char *why, size_t why_size)
{
	size_t len = strcspn(path, ".[");
	const char *at = path + len;

	*place = (struct btf_place){ .variable = btf_find_variable(index, path, len) };
	if (!place->variable) {
		snprintf(why, why_size, "no VAR %.*s", (int)len, path);
		return PATH_NO_VARIABLE;
	}

	struct walk walk = { index, place->variable->type_id, 0 };
	while (*at) {
		const char *before = at;

		if (step(&walk, &at))
			continue;
		snprintf(why, why_size, "the type of %.*s has no \"%s\"", (int)(before - path),
			 path, before);
		return PATH_NO_MEMBER;
	}
	if (finish(&walk, place))
		return PATH_FOUND;
	snprintf(why, why_size, "the type of %s has no size", path);
	return PATH_NO_MEMBER;
}
