// SPDX-License-Identifier: GPL-2.0-only
/* The check that a blob has each type once: deduplication leaves no two that say the same. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "verify/checks.h"

/* A type's bytes in the blob. */
struct bytes {
	uint64_t hash;
	uint32_t id, len;
	const uint8_t *data;
};

/* Static variables and functions of several files, and tags, may say the same and be apart. */
static bool is_once(uint32_t kind)
{
	return kind != BTF_KIND_VAR && kind != BTF_KIND_DATASEC && kind != BTF_KIND_FUNC &&
	       kind != BTF_KIND_DECL_TAG;
}

static uint64_t hash_bytes(const uint8_t *data, uint32_t len)
{
	/* FNV-1a */
	uint64_t hash = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < len; i++)
		hash = (hash ^ data[i]) * 0x100000001b3;
	return hash;
}

static struct bytes bytes_of(const struct btf_image *btf, const struct btf_type_view *type)
{
	uint32_t index = type->id - btf->first_id, start = btf->type_pos[index];
	uint32_t end = index + 1 < btf->nr_types ? btf->type_pos[index + 1]
						 : btf->type_start + btf->type_len;

	return (struct bytes){
		.hash = hash_bytes(btf->data + start, end - start),
		.id = type->id,
		.len = end - start,
		.data = btf->data + start,
	};
}

static int by_bytes(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	int order;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	order = memcmp(x->data, y->data, x->len);
	return order ? order : (x->id > y->id) - (x->id < y->id);
}

static bool same_bytes(const struct bytes *x, const struct bytes *y)
{
	return x->hash == y->hash && x->len == y->len && !memcmp(x->data, y->data, x->len);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * Since Linux 7.0 resolve_btfids splits a kfunc with implicit arguments in two, after deduplication:
 * NAME_impl keeps the prototype, and NAME gets a new one without those arguments, whether there is such a
 * prototype or not. Marks these prototypes. Source: tools/bpf/resolve_btfids/main.c, btf2btf.
 */
static bool *find_split_protos(const struct btf_image *btf)
{
	bool *split = xcalloc(btf->nr_types, sizeof(*split));
	VEC(const char *) names = { 0 };

	btf_for_each_type(type, btf)
		if (type.kind == BTF_KIND_FUNC)
			vec_push(&names, btf_type_name(&type));
	if (names.len)
		qsort(names.data, names.len, sizeof(*names.data), by_name);
	btf_for_each_type(type, btf) {
		uint32_t proto = type.size_or_type - btf->first_id;
		_cleanup_free_ char *twin = NULL;

		if (type.kind != BTF_KIND_FUNC || type.size_or_type < btf->first_id ||
		    proto >= btf->nr_types)
			continue;
		twin = xasprintf("%s_impl", btf_type_name(&type));
		if (bsearch(&twin, names.data, names.len, sizeof(*names.data), by_name))
			split[proto] = true;
	}
	vec_free(&names);
	return split;
}

static void report_twice(struct check_run *run, const struct blob *blob, uint32_t first,
			 uint32_t again)
{
	_cleanup_free_ char *name = btf_type_describe(blob->btf, again);

	check_report(run, blob->image, name,
		     xasprintf("one type of this name and contents, [%u]", first),
		     xasprintf("the same again as [%u]", again));
}

/* Two are the same where all they say is, ids and strings too: equal strings are stored once. */
static void check_blob(struct check_run *run, const struct blob *blob)
{
	_cleanup_free_ bool *split = NULL;
	VEC(struct bytes) sorted = { 0 };
	size_t first = 0;

	btf_for_each_type(type, blob->btf) {
		if (!is_once(type.kind))
			continue;
		check_item(run);
		vec_push(&sorted, bytes_of(blob->btf, &type));
	}
	if (sorted.len)
		qsort(sorted.data, sorted.len, sizeof(*sorted.data), by_bytes);
	for (size_t i = 1; i < sorted.len; i++) {
		const struct bytes *x = &sorted.data[first], *y = &sorted.data[i];

		if (!same_bytes(x, y)) {
			first = i;
			continue;
		}
		split = split ? split : find_split_protos(blob->btf);
		if (!split[x->id - blob->btf->first_id] && !split[y->id - blob->btf->first_id])
			report_twice(run, blob, x->id, y->id);
	}
	vec_free(&sorted);
}

void check_no_duplicates(struct check_run *run)
{
	check_for_each_blob(blob, run)
		check_blob(run, blob);
}
