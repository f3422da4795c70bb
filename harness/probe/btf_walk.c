// SPDX-License-Identifier: GPL-2.0-only
#include "btf_walk.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "kallsyms.h"

#define PERCPU_SECTION ".data..percpu"

enum {
	/* The header's first six words; newer kernels may add more behind them. */
	HEADER_MIN = 24,
	KIND_SHIFT = 24,
	KIND_MASK = 0x1f,
	/* 16 bits up to Linux 7.1, the next 8 were zero there */
	VLEN_MASK = 0xffffff,
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
	KIND_VAR = 14,
	KIND_DATASEC = 15,
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

static const char *string_at(const struct btf_view *view, uint32_t off)
{
	if (view->base) {
		if (off < view->base->string_len)
			return view->base->strings + off;
		off -= view->base->string_len;
	}
	return off < view->string_len ? view->strings + off : "";
}

static unsigned int kind_of(const struct btf_type *t)
{
	return t->info >> KIND_SHIFT & KIND_MASK;
}

/* The type at *@at, whose end is moved to; NULL at the end and where the types make no sense. */
static const struct btf_type *next_type(const struct btf_view *view, uint32_t *at)
{
	const struct btf_type *t = (const void *)(view->types + *at);

	if (view->type_len - *at < sizeof(*t))
		return NULL;

	unsigned int kind = kind_of(t);
	if (kind >= KINDS || kind_sizes[kind].fixed < 0)
		return NULL;

	uint64_t size = sizeof(*t) + (uint64_t)kind_sizes[kind].fixed +
			(uint64_t)kind_sizes[kind].each * (t->info & VLEN_MASK);
	if (size > view->type_len - *at)
		return NULL;
	*at += (uint32_t)size;
	return t;
}

/* How many ids are before the first of @view; false if the base is malformed. */
static bool first_id(const struct btf_view *view, uint32_t *id_ret)
{
	uint32_t at = 0;

	*id_ret = 1;
	if (!view->base)
		return true;
	while (next_type(view->base, &at))
		++*id_ret;
	return at == view->base->type_len;
}

/* The types of @view by id - first. The caller frees it. */
static const struct btf_type **index_types(const struct btf_view *view, uint32_t *nr_ret)
{
	const struct btf_type **index =
		calloc(view->type_len / sizeof(struct btf_type) + 1, sizeof(struct btf_type *));
	const struct btf_type *t;
	uint32_t at = 0, nr = 0;

	while (index && (t = next_type(view, &at)))
		index[nr++] = t;
	if (at != view->type_len) {
		free(index);
		return NULL;
	}
	*nr_ret = nr;
	return index;
}

bool btf_pick_variable(const struct btf_view *view, bool percpu, const char *preferred,
		       struct btf_pick *pick, const char **why)
{
	uint32_t first, nr = 0;
	const struct btf_type **index = NULL;
	bool found = false;

	*why = "its types make no sense";
	if (first_id(view, &first))
		index = index_types(view, &nr);
	if (!index)
		return false;

	*why = percpu ? "it has no per-CPU VAR with one address in kallsyms"
		      : "it has no VAR outside of the per-CPU section with one address in kallsyms";
	for (uint32_t i = 0; i < nr; i++) {
		const struct btf_type *sec = index[i];
		const struct btf_var_secinfo *entry = (const void *)(sec + 1);
		uint32_t vlen = sec->info & VLEN_MASK;

		if (kind_of(sec) != KIND_DATASEC)
			continue;
		const char *section = string_at(view, sec->name_off);
		if (percpu != (strcmp(section, PERCPU_SECTION) == 0))
			continue;
		for (uint32_t v = 0; v < vlen; v++) {
			struct btf_pick one = { .id = entry[v].type, .section = section };

			if (one.id < first || one.id - first >= nr ||
			    kind_of(index[one.id - first]) != KIND_VAR)
				continue;
			one.name = string_at(view, index[one.id - first]->name_off);
			bool is_preferred = strcmp(one.name, preferred) == 0;
			/* the verifier takes address 0 for a symbol that is not there */
			if ((found && !is_preferred) || !kallsyms_find(one.name, &one.address) ||
			    !one.address)
				continue;
			*pick = one;
			found = true;
			if (is_preferred)
				goto out;
		}
	}
out:
	free(index);
	return found;
}
