// SPDX-License-Identifier: GPL-2.0-only
#include "btf_walk.h"

#include <stdlib.h>
#include <string.h>

#define PERCPU_SECTION ".data..percpu"

enum {
	/* The header's first six words; newer kernels may add more behind them. */
	HEADER_MIN = 24,
	/* modifiers and typedefs on top of each other; no kernel has more than a few */
	CHAIN_MAX = 32,
};

/* Bytes behind struct btf_type: fixed, and for each of vlen. -1: not a kind we know. */
static const struct {
	int fixed, each;
} kind_sizes[] = {
	{ -1, 0 }, /* void */
	{ 4, 0 },  /* INT */
	{ 0, 0 },  /* PTR */
	{ 12, 0 }, /* ARRAY */
	{ 0, 12 }, /* STRUCT */
	{ 0, 12 }, /* UNION */
	{ 0, 8 },  /* ENUM */
	{ 0, 0 },  /* FWD */
	{ 0, 0 },  /* TYPEDEF */
	{ 0, 0 },  /* VOLATILE */
	{ 0, 0 },  /* CONST */
	{ 0, 0 },  /* RESTRICT */
	{ 0, 0 },  /* FUNC */
	{ 0, 8 },  /* FUNC_PROTO */
	{ 4, 0 },  /* VAR */
	{ 0, 12 }, /* DATASEC */
	{ 0, 0 },  /* FLOAT */
	{ 4, 0 },  /* DECL_TAG */
	{ 0, 0 },  /* TYPE_TAG */
	{ 0, 12 }, /* ENUM64 */
};

enum {
	KINDS = sizeof(kind_sizes) / sizeof(*kind_sizes)
};

bool btf_view_open(struct btf_view *view, const void *data, size_t len, const struct btf_view *base,
		   const char **why)
{
	struct btf_header hdr;
	const uint8_t *bytes = data;

	*why = "its header is cut off";
	if (len < HEADER_MIN)
		return false;
	memcpy(&hdr, data, HEADER_MIN);
	*why = "it does not start with BTF's magic number";
	if (hdr.magic != 0xeb9f)
		return false;
	*why = "its header points outside of it";
	if (hdr.hdr_len < HEADER_MIN || hdr.hdr_len > len)
		return false;

	size_t body = len - hdr.hdr_len;
	if (hdr.type_off > body || hdr.type_len > body - hdr.type_off || hdr.str_off > body ||
	    hdr.str_len > body - hdr.str_off)
		return false;
	*why = "its strings do not end with a NUL";
	if (hdr.str_len && bytes[hdr.hdr_len + hdr.str_off + hdr.str_len - 1])
		return false;
	*view = (struct btf_view){
		.types = bytes + hdr.hdr_len + hdr.type_off,
		.strings = (const char *)bytes + hdr.hdr_len + hdr.str_off,
		.type_len = hdr.type_len,
		.string_len = hdr.str_len,
		.base = base,
	};
	return true;
}

void *btf_join(const struct btf_view *split, size_t *len_ret)
{
	const struct btf_view *base = split->base;
	struct btf_header hdr = {
		.magic = 0xeb9f,
		.version = 1,
		.hdr_len = sizeof(hdr),
		.type_len = base->type_len + split->type_len,
		.str_off = base->type_len + split->type_len,
		.str_len = base->string_len + split->string_len,
	};
	char *joined, *at;

	*len_ret = sizeof(hdr) + (size_t)hdr.type_len + hdr.str_len;
	joined = at = malloc(*len_ret);
	if (!joined)
		return NULL;
	at = mempcpy(at, &hdr, sizeof(hdr));
	at = mempcpy(at, base->types, base->type_len);
	at = mempcpy(at, split->types, split->type_len);
	at = mempcpy(at, base->strings, base->string_len);
	memcpy(at, split->strings, split->string_len);
	return joined;
}

const char *btf_string(const struct btf_view *view, uint32_t off)
{
	if (view->base) {
		if (off < view->base->string_len)
			return view->base->strings + off;
		off -= view->base->string_len;
	}
	return off < view->string_len ? view->strings + off : "";
}

/* The type at *@at, whose end is moved to; NULL at the end and where the types make no sense. */
static const struct btf_type *next_type(const struct btf_view *view, uint32_t *at)
{
	const struct btf_type *t = (const void *)(view->types + *at);

	if (view->type_len - *at < sizeof(*t))
		return NULL;

	unsigned int kind = btf_kind(t);
	if (kind >= KINDS || kind_sizes[kind].fixed < 0)
		return NULL;

	uint64_t size = sizeof(*t) + (uint64_t)kind_sizes[kind].fixed +
			(uint64_t)kind_sizes[kind].each * btf_vlen(t);
	if (size > view->type_len - *at)
		return NULL;
	*at += (uint32_t)size;
	return t;
}

/* Appends the types of @view; false where they make no sense. */
static bool add_types(struct btf_index *index, const struct btf_view *view)
{
	const struct btf_type *t;
	uint32_t at = 0;

	while ((t = next_type(view, &at)))
		index->types[index->nr++] = t;
	return at == view->type_len;
}

/* Where the DATASECs say that the variables are. */
static void place_variables(struct btf_index *index, const uint32_t *variable_of)
{
	for (uint32_t id = index->first; id < index->nr; id++) {
		const struct btf_type *sec = index->types[id];
		const struct btf_var_secinfo *entry = (const void *)(sec + 1);

		if (btf_kind(sec) != BTF_KIND_DATASEC)
			continue;
		for (uint32_t v = 0; v < btf_vlen(sec); v++) {
			uint32_t var = entry[v].type;

			if (var < index->first || var >= index->nr || !variable_of[var])
				continue;

			struct btf_variable *to = &index->variables[variable_of[var] - 1];

			to->section = btf_string(index->view, sec->name_off);
			to->section_id = id;
			to->offset = entry[v].offset;
			to->percpu = strcmp(to->section, PERCPU_SECTION) == 0;
		}
	}
}

static bool find_variables(struct btf_index *index)
{
	/* by id: position in variables + 1 */
	uint32_t *variable_of = calloc(index->nr, sizeof(*variable_of));
	uint32_t nr = 0;

	for (uint32_t id = index->first; variable_of && id < index->nr; id++)
		if (btf_kind(index->types[id]) == BTF_KIND_VAR)
			variable_of[id] = ++nr;
	index->variables = calloc(nr + 1, sizeof(*index->variables));
	if (!variable_of || !index->variables) {
		free(variable_of);
		return false;
	}
	for (uint32_t id = index->first; id < index->nr; id++)
		if (variable_of[id])
			index->variables[index->nr_variables++] = (struct btf_variable){
				.id = id,
				.type_id = index->types[id]->type,
				.name = btf_string(index->view, index->types[id]->name_off),
			};
	place_variables(index, variable_of);
	free(variable_of);
	return true;
}

bool btf_index_open(struct btf_index *index, const struct btf_view *view, const char **why)
{
	size_t max = 1 + view->type_len / sizeof(struct btf_type);

	if (view->base)
		max += view->base->type_len / sizeof(struct btf_type);
	/* id 0 is void, and stays NULL */
	*index = (struct btf_index){
		.view = view,
		.types = calloc(max, sizeof(struct btf_type *)),
		.nr = 1,
	};
	*why = "there is no memory for an index of it";
	if (!index->types)
		return false;
	*why = "its types make no sense";
	if (view->base && !add_types(index, view->base))
		return false;
	index->first = index->nr;
	if (!add_types(index, view))
		return false;
	*why = "there is no memory for an index of it";
	return find_variables(index);
}

const struct btf_variable *btf_find_variable(const struct btf_index *index, const char *name,
					     size_t len)
{
	for (uint32_t i = 0; i < index->nr_variables; i++)
		if (strncmp(index->variables[i].name, name, len) == 0 &&
		    !index->variables[i].name[len])
			return &index->variables[i];
	return NULL;
}

uint32_t btf_plain_type_id(const struct btf_index *index, uint32_t id)
{
	for (int depth = 0; depth < CHAIN_MAX; depth++) {
		const struct btf_type *t = id < index->nr ? index->types[id] : NULL;

		if (!t)
			return 0;
		switch (btf_kind(t)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = t->type;
			break;
		default:
			return id;
		}
	}
	return 0;
}

const struct btf_type *btf_plain_type(const struct btf_index *index, uint32_t id)
{
	/* of 0, void, there is NULL */
	return index->types[btf_plain_type_id(index, id)];
}

bool btf_type_size(const struct btf_index *index, uint32_t id, uint64_t *size_ret)
{
	uint64_t size = 1;

	for (int depth = 0; depth < CHAIN_MAX; depth++) {
		const struct btf_type *t = btf_plain_type(index, id);
		const struct btf_array *array = (const void *)(t + 1);

		if (!t)
			return false;
		switch (btf_kind(t)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_FLOAT:
		case BTF_KIND_ENUM64:
			*size_ret = size * t->size;
			return size <= UINT32_MAX;
		case BTF_KIND_PTR:
			*size_ret = size * sizeof(long);
			return size <= UINT32_MAX;
		case BTF_KIND_ARRAY:
			size *= array->nelems;
			if (size > UINT32_MAX)
				return false;
			id = array->type;
			break;
		default:
			return false;
		}
	}
	return false;
}
