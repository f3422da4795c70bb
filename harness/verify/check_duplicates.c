// SPDX-License-Identifier: GPL-2.0-only
/* The check that a blob has each type once: deduplication leaves no two that say the same. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "verify/checks.h"

/* A type's bytes in the blob. */
struct bytes {
	const uint8_t *data;
	uint32_t len;
};

/* Of an open hash table: 8 bytes, so that as much of it as can be is near when it is needed. */
struct slot {
	/* 0: free */
	uint32_t id, hash;
};

/* Static variables and functions of several files, and tags, may say the same and be apart. */
static bool is_once(uint32_t kind)
{
	return kind != BTF_KIND_VAR && kind != BTF_KIND_DATASEC && kind != BTF_KIND_FUNC &&
	       kind != BTF_KIND_DECL_TAG;
}

static struct bytes bytes_of(const struct btf_image *btf, uint32_t id)
{
	uint32_t index = id - btf->first_id, start = btf->type_pos[index];
	uint32_t end = index + 1 < btf->nr_types ? btf->type_pos[index + 1]
						 : btf->type_start + btf->type_len;

	return (struct bytes){ .data = btf->data + start, .len = end - start };
}

static bool same_bytes(const struct bytes *x, const struct bytes *y)
{
	return x->len == y->len && memcmp(x->data, y->data, x->len) == 0;
}

/* Where the first type of the same bytes as @id is, or would go. */
static struct slot *find_slot(const struct btf_image *btf, struct slot *slots, size_t nr_slots,
			      uint32_t id, uint32_t *hash_ret)
{
	struct bytes bytes = bytes_of(btf, id), other;
	uint64_t hash = hash_bytes(bytes.data, bytes.len);
	size_t i = hash & (nr_slots - 1);

	*hash_ret = (uint32_t)(hash >> 32);
	for (; slots[i].id; i = (i + 1) & (nr_slots - 1)) {
		if (slots[i].hash != *hash_ret)
			continue;
		other = bytes_of(btf, slots[i].id);
		if (same_bytes(&bytes, &other))
			break;
	}
	return &slots[i];
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
	size_t nr_slots = hash_table_size((size_t)blob->btf->nr_types * 2);
	struct slot *slots = xcalloc(nr_slots, sizeof(*slots)), *slot;
	uint32_t first_id = blob->btf->first_id, hash;
	_cleanup_free_ bool *split = NULL;

	btf_for_each_type(type, blob->btf) {
		if (!is_once(type.kind))
			continue;
		check_item(run);
		slot = find_slot(blob->btf, slots, nr_slots, type.id, &hash);
		if (!slot->id) {
			*slot = (struct slot){ type.id, hash };
			continue;
		}
		split = split ? split : find_split_protos(blob->btf);
		if (!split[slot->id - first_id] && !split[type.id - first_id])
			report_twice(run, blob, slot->id, type.id);
	}
	free(slots);
}

void check_no_duplicates(struct check_run *run)
{
	check_for_each_blob(blob, run)
		check_blob(run, blob);
}
