// SPDX-License-Identifier: GPL-2.0-only
#include "encode/type_index.h"

#include <linux/btf.h>
#include <stdlib.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
#include "encode/hash.h"

struct type_index {
	const struct btf_image *btf;
	/* by the low bits of a hash: the first type's id, 0 for none */
	uint32_t *buckets;
	uint32_t mask;
	/* of each own type: its hash, and the next one's id in its bucket */
	uint32_t *hashes, *next;
};

/* Members and enumerators both begin with their names. */
static uint32_t hash_first_name(const struct btf_type_view *type)
{
	const char *name;

	if (!type->vlen)
		return 0;
	name = btf_string(type->btf, btf_get32(type->tail, type->btf->big_endian));
	return type_key_name(name ? name : "");
}

/* What makes up the key of a type; false for kinds that are not looked up. */
static bool key_of(const struct btf_type_view *type, struct type_key *ret)
{
	*ret = (struct type_key){ .kind = type->kind, .name = btf_type_name(type) };
	switch (type->kind) {
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
		return true;
	case BTF_KIND_ENUM64:
		ret->kind = BTF_KIND_ENUM;
		/* fallthrough */
	case BTF_KIND_ENUM:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (!*ret->name) {
			ret->target = type->size_or_type;
			ret->count = type->vlen;
			ret->first = hash_first_name(type);
		}
		return true;
	case BTF_KIND_FWD:
		ret->target = type->kind_flag;
		return true;
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_TYPE_TAG:
		ret->target = type->size_or_type;
		return true;
	case BTF_KIND_ARRAY:
		ret->target = btf_array(type).elem_type;
		ret->count = btf_array(type).nr_elems;
		return true;
	case BTF_KIND_FUNC_PROTO:
		ret->target = type->size_or_type;
		ret->count = type->vlen;
		ret->first = type->vlen ? btf_param(type, 0).type : 0;
		return true;
	default:
		return false;
	}
}

static uint32_t hash_key(const struct type_key *key)
{
	uint64_t hash = hash_string(key->name);

	hash = hash_mix(hash, key->kind);
	hash = hash_mix(hash, key->target);
	hash = hash_mix(hash, key->count);
	return (uint32_t)hash_mix(hash, key->first);
}

uint32_t type_key_name(const char *name)
{
	return (uint32_t)hash_string(name);
}

struct type_index *type_index_new(const struct btf_image *btf)
{
	struct type_index *index = xcalloc(1, sizeof(*index));
	uint32_t size = 1024;

	while (size < btf->nr_types && size < 1u << 31)
		size *= 2;
	index->btf = btf;
	index->mask = size - 1;
	index->buckets = xcalloc(size, sizeof(*index->buckets));
	index->hashes = xcalloc(btf->nr_types, sizeof(*index->hashes));
	index->next = xcalloc(btf->nr_types, sizeof(*index->next));
	/* backwards, so that chains are in the order of ids */
	for (uint32_t i = btf->nr_types; i-- > 0;) {
		struct btf_type_view type;
		struct type_key key;

		if (!btf_type_get(btf, btf->first_id + i, &type) || !key_of(&type, &key))
			continue;
		index->hashes[i] = hash_key(&key);
		uint32_t *bucket = &index->buckets[index->hashes[i] & index->mask];
		index->next[i] = *bucket;
		*bucket = type.id;
	}
	return index;
}

void type_index_free(struct type_index *index)
{
	if (!index)
		return;
	free(index->buckets);
	free(index->hashes);
	free(index->next);
	free(index);
}

static bool has_key(const struct type_index *index, uint32_t id, const struct type_key *key)
{
	struct btf_type_view type;
	struct type_key other;

	return btf_type_get(index->btf, id, &type) && key_of(&type, &other) &&
	       other.kind == key->kind && other.target == key->target &&
	       other.count == key->count && other.first == key->first &&
	       str_eq(other.name, key->name);
}

/* The first at @id or behind it in its chain. */
static uint32_t find_from(const struct type_index *index, const struct type_key *key, uint32_t id)
{
	uint32_t hash = hash_key(key);

	for (; id; id = index->next[id - index->btf->first_id])
		if (index->hashes[id - index->btf->first_id] == hash && has_key(index, id, key))
			return id;
	return 0;
}

uint32_t type_index_first(const struct type_index *index, const struct type_key *key)
{
	return find_from(index, key, index->buckets[hash_key(key) & index->mask]);
}

uint32_t type_index_next(const struct type_index *index, const struct type_key *key, uint32_t id)
{
	return find_from(index, key, index->next[id - index->btf->first_id]);
}

unsigned int type_index_count(const struct type_index *index, const struct type_key *key)
{
	uint32_t first = type_index_first(index, key);

	if (!first)
		return 0;
	return type_index_next(index, key, first) ? 2 : 1;
}
