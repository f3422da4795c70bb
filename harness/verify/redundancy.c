// SPDX-License-Identifier: GPL-2.0-only
#include "verify/redundancy.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/cleanup.h"
#include "core/mem.h"

enum {
	/* how far a type's hash looks: pointers and prototypes are all alike by themselves */
	HASH_ROUNDS = 4,
	/* types of one hash that a type is compared with: no kernel has that many that are alike that far */
	MAX_CANDIDATES = 64,
	/* steps for each own type, on average, and for all together */
	STEPS_EACH = 64,
	STEPS_MIN = 1000000,
};

/* What is known of an own type and the one of the base it was last compared with. */
enum state {
	UNKNOWN,
	/* being compared: the same as long as nothing says otherwise */
	ASSUMED,
	SAME,
	DIFFERENT,
};

struct memo {
	uint32_t base;
	enum state state;
};

/* A pair to compare, and the place in the queue of the pair that refers to it. */
struct pair {
	uint32_t own, base;
	size_t from;
};

struct comparison {
	const struct btf_image *split;
	/* by own id less first_id */
	struct memo *memos;
	VEC(struct pair) queue;
	uint64_t steps_left;
};

/* A type of the base under its hash, which is that of every type that is the same. */
struct hashed {
	uint64_t hash;
	uint32_t id;
};

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 0x100000001b3;
	return hash;
}

static bool is_compared(uint32_t kind)
{
	return kind != BTF_KIND_VAR && kind != BTF_KIND_DATASEC && kind != BTF_KIND_DECL_TAG;
}

static uint64_t mix_name(uint64_t hash, const struct btf_image *btf, uint32_t off)
{
	const char *name = btf_string(btf, off) ?: "";

	return mix(hash, name, strnlen(name, BTF_NAME_MAX) + 1);
}

/* What the type is in itself, and by @hashes of what it refers to, void too; NULL: nothing of that. */
static uint64_t hash_of(const struct btf_type_view *type, const uint64_t *hashes, uint32_t nr_ids)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);
	uint32_t facts[] = { type->kind, type->kind_flag, type->vlen,
			     layout && layout->refers ? 0 : type->size_or_type };
	uint64_t hash =
		mix_name(mix(0xcbf29ce484222325, facts, sizeof(facts)), type->btf, type->name_off);
	size_t len = layout ? layout->fixed + (size_t)layout->entry * type->vlen : 0;

	if (hashes && layout && layout->refers && type->size_or_type < nr_ids)
		hash = mix(hash, &hashes[type->size_or_type], sizeof(*hashes));
	for (size_t off = 0; off < len; off += 4) {
		uint32_t word = btf_get32(type->tail + off, type->btf->big_endian);
		enum btf_word what = btf_word_at(layout, off);

		if (what == BTF_WORD_VALUE)
			hash = mix(hash, &word, sizeof(word));
		else if (what == BTF_WORD_NAME)
			hash = mix_name(hash, type->btf, word);
		else if (hashes && word < nr_ids)
			hash = mix(hash, &hashes[word], sizeof(*hashes));
	}
	return hash;
}

/* By id, of @split and all that it is split from; the caller frees it. */
static uint64_t *hash_types(const struct btf_image *split)
{
	uint32_t nr_ids = btf_nr_ids(split);
	uint64_t *hashes = NULL;

	for (int round = 0; round < HASH_ROUNDS; round++) {
		uint64_t *next = xcalloc(nr_ids, sizeof(*next));

		for (uint32_t id = 1; id < nr_ids; id++) {
			struct btf_type_view type;

			if (btf_type_get(split, id, &type))
				next[id] = hash_of(&type, hashes, nr_ids);
		}
		free(hashes);
		hashes = next;
	}
	return hashes;
}

static bool same_name(const struct btf_type_view *own, uint32_t own_off,
		      const struct btf_type_view *base, uint32_t base_off)
{
	const char *x = btf_string(own->btf, own_off), *y = btf_string(base->btf, base_off);

	return x && y && strncmp(x, y, BTF_NAME_MAX) == 0;
}

static struct memo *memo_of(struct comparison *c, uint32_t own_id)
{
	return &c->memos[own_id - c->split->first_id];
}

/* Whether two ids may be the same; a pair that nothing is known of is queued. */
static bool want_same(struct comparison *c, uint32_t own_id, uint32_t base_id, size_t from)
{
	struct memo *memo;

	/* the base was deduplicated: there one type has one id */
	if (own_id < c->split->first_id)
		return own_id == base_id;
	if (own_id >= btf_nr_ids(c->split) || !base_id || base_id >= c->split->first_id)
		return false;
	memo = memo_of(c, own_id);
	if (memo->state == SAME || memo->state == ASSUMED ||
	    (memo->state == DIFFERENT && memo->base == base_id))
		return memo->state != DIFFERENT && memo->base == base_id;
	*memo = (struct memo){ base_id, ASSUMED };
	vec_push(&c->queue, (struct pair){ own_id, base_id, from });
	return true;
}

static bool same_word(struct comparison *c, enum btf_word word, const struct btf_type_view *own,
		      const struct btf_type_view *base, size_t off, size_t from)
{
	uint32_t x = btf_get32(own->tail + off, own->btf->big_endian);
	uint32_t y = btf_get32(base->tail + off, base->btf->big_endian);

	if (word == BTF_WORD_ID)
		return want_same(c, x, y, from);
	if (word == BTF_WORD_NAME)
		return same_name(own, x, base, y);
	return x == y;
}

/* Whether the pair at @from in the queue is the same, if what it refers to is. */
static bool same_parts(struct comparison *c, size_t from)
{
	struct pair pair = c->queue.data[from];
	const struct btf_kind_layout *layout;
	struct btf_type_view own, base;
	size_t len;

	if (!btf_type_get(c->split, pair.own, &own) || !btf_type_get(c->split, pair.base, &base) ||
	    own.kind != base.kind || own.kind_flag != base.kind_flag || own.vlen != base.vlen ||
	    !same_name(&own, own.name_off, &base, base.name_off))
		return false;
	layout = btf_kind_layout(own.kind);
	len = layout ? layout->fixed + (size_t)layout->entry * own.vlen : 0;
	if (!layout || c->steps_left < len / 4 + 1) {
		c->steps_left = 0;
		return false;
	}
	c->steps_left -= len / 4 + 1;
	for (size_t off = 0; off < len; off += 4)
		if (!same_word(c, btf_word_at(layout, off), &own, &base, off, from))
			return false;
	return layout->refers ? want_same(c, own.size_or_type, base.size_or_type, from)
			      : own.size_or_type == base.size_or_type;
}

/*
 * A pair that differs makes different all those that led to it. Of the others nothing is known: they
 * were the same as far as it was looked.
 */
static void conclude(struct comparison *c, bool same, size_t at)
{
	vec_for_each(pair, &c->queue)
		memo_of(c, pair->own)->state = same ? SAME : UNKNOWN;
	for (; !same; at = c->queue.data[at].from) {
		memo_of(c, c->queue.data[at].own)->state = DIFFERENT;
		if (!at)
			break;
	}
}

static bool same_type(struct comparison *c, uint32_t own_id, uint32_t base_id)
{
	bool same = true;
	size_t at = 0;

	c->queue.len = 0;
	if (!want_same(c, own_id, base_id, 0))
		return false;
	/* known to be the same already */
	if (!c->queue.len)
		return true;
	while (same && at < c->queue.len) {
		same = same_parts(c, at);
		at += same;
	}
	conclude(c, same, at);
	return same;
}

static int by_hash(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

struct hash_list {
	VEC(struct hashed) list;
};

static void list_base(const struct btf_image *base, const uint64_t *hashes, struct hash_list *ret)
{
	for (; base; base = base->base)
		btf_for_each_type(type, base)
			if (is_compared(type.kind))
				vec_push(&ret->list, (struct hashed){ hashes[type.id], type.id });
	if (ret->list.len)
		qsort(ret->list.data, ret->list.len, sizeof(*ret->list.data), by_hash);
}

static size_t first_of(const struct hash_list *hashes, uint64_t hash)
{
	size_t low = 0, high = hashes->list.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (hashes->list.data[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The base's type that is the same as one of that hash; 0: none. */
static uint32_t find_same(struct comparison *c, const struct hash_list *hashes, uint64_t hash,
			  const struct btf_type_view *type)
{
	size_t first = first_of(hashes, hash);

	for (size_t i = first; i < hashes->list.len && i < first + MAX_CANDIDATES; i++) {
		if (hashes->list.data[i].hash != hash)
			break;
		if (same_type(c, type->id, hashes->list.data[i].id))
			return hashes->list.data[i].id;
	}
	return 0;
}

bool redundancy_find(const struct btf_image *split, redundancy_report report, void *user)
{
	struct comparison c = {
		.split = split,
		.memos = xcalloc(split->nr_types, sizeof(*c.memos)),
		.steps_left = STEPS_MIN + (uint64_t)STEPS_EACH * split->nr_types,
	};
	_cleanup_free_ uint64_t *hashes = hash_types(split);
	struct hash_list base = { 0 };

	list_base(split->base, hashes, &base);
	btf_for_each_type(type, split) {
		uint32_t id =
			is_compared(type.kind) ? find_same(&c, &base, hashes[type.id], &type) : 0;

		if (id)
			report(user, &type, id);
	}
	vec_free(&base.list);
	vec_free(&c.queue);
	free(c.memos);
	return c.steps_left != 0;
}
