// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two types are the same if nothing tells them apart. So all types of base and split begin in classes by what they are
 * in themselves, and classes are split for as long as their members refer to members of different ones.
 */
#include "btf/btf_known.h"

#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/cleanup.h"
#include "core/hash.h"
#include "core/mem.h"

enum {
	/* a kernel's types are told apart after some twenty rounds */
	MAX_ROUNDS = 200,
	/* each takes out what an earlier one left without a partner: a few, where labels did not collide */
	MAX_PROOFS = 50,
};

/* A class as a number. */
typedef uint64_t label;

struct labelled {
	label label;
	uint32_t id;
};

static label mix(label hash, uint64_t value)
{
	/* splitmix64: every bit of the input reaches every bit of the output */
	hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
	return hash ^ (hash >> 31);
}

static label mix_string(label hash, const struct btf_image *btf, uint32_t off)
{
	const char *s = btf_string(btf, off);

	return s ? mix(mix(hash, 1), hash_bytes(s, strnlen(s, BTF_NAME_MAX))) : mix(hash, 0);
}

static bool can_have_partner(uint32_t kind)
{
	return kind != BTF_KIND_VAR && kind != BTF_KIND_DATASEC && kind != BTF_KIND_DECL_TAG;
}

static size_t tail_length(const struct btf_kind_layout *layout, const struct btf_type_view *type)
{
	return layout->fixed + (size_t)layout->entry * type->vlen;
}

static uint32_t word_of(const struct btf_type_view *type, size_t off)
{
	return btf_get32(type->tail + off, type->btf->big_endian);
}

/* What the type is in itself, or with @labels also by what it refers to. */
static label label_of(const struct btf_type_view *type, const label *labels, uint32_t nr_ids)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);
	label hash = mix(mix(type->kind, type->kind_flag), type->vlen);

	if (!layout)
		return mix(hash, type->id);
	hash = mix_string(hash, type->btf, type->name_off);
	if (!layout->refers)
		hash = mix(hash, type->size_or_type);
	else if (labels)
		hash = mix(hash, type->size_or_type < nr_ids ? labels[type->size_or_type] : 0);
	for (size_t off = 0; off < tail_length(layout, type); off += 4) {
		uint32_t word = word_of(type, off);

		switch (btf_word_at(layout, off)) {
		case BTF_WORD_VALUE:
			hash = mix(hash, word);
			break;
		case BTF_WORD_NAME:
			hash = mix_string(hash, type->btf, word);
			break;
		case BTF_WORD_ID:
			if (labels)
				hash = mix(hash, word < nr_ids ? labels[word] : 0);
			break;
		}
	}
	return hash;
}

static int by_value(const void *a, const void *b)
{
	label x = *(const label *)a, y = *(const label *)b;

	return (x > y) - (x < y);
}

static size_t count_classes(const label *labels, uint32_t nr)
{
	_cleanup_free_ label *sorted = xmemdup(labels, nr * sizeof(*labels));
	size_t count = nr ? 1 : 0;

	qsort(sorted, nr, sizeof(*sorted), by_value);
	for (uint32_t i = 1; i < nr; i++)
		count += sorted[i] != sorted[i - 1];
	return count;
}

/* One round; @labels is NULL in the first one. */
static void relabel(const struct btf_image *split, const label *labels, label *next,
		    uint32_t nr_ids)
{
	for (uint32_t id = 1; id < nr_ids; id++) {
		struct btf_type_view type;

		next[id] = btf_type_get(split, id, &type) ? label_of(&type, labels, nr_ids) : id;
	}
}

/* The label of every id, 0 included; the caller frees it. */
static label *find_labels(const struct btf_image *split, uint32_t nr_ids)
{
	label *labels = xcalloc(nr_ids, sizeof(*labels));
	label *next = xcalloc(nr_ids, sizeof(*next));
	size_t classes, before = 0;

	relabel(split, NULL, labels, nr_ids);
	classes = count_classes(labels, nr_ids);
	for (int round = 0; round < MAX_ROUNDS && classes > before; round++) {
		label *swap = labels;

		relabel(split, labels, next, nr_ids);
		labels = next;
		next = swap;
		before = classes;
		classes = count_classes(labels, nr_ids);
	}
	free(next);
	return labels;
}

static int by_label(const void *a, const void *b)
{
	const struct labelled *x = a, *y = b;

	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void find_partners(const struct btf_image *split, const label *labels, uint32_t *base_ids)
{
	uint32_t first = split->first_id;
	_cleanup_free_ struct labelled *base = xcalloc(first, sizeof(*base));

	for (uint32_t id = 0; id < first; id++)
		base[id] = (struct labelled){ labels[id], id };
	qsort(base, first, sizeof(*base), by_label);
	btf_for_each_type(type, split) {
		const struct labelled key = { labels[type.id], 0 };
		size_t low = 0, high = first;

		base_ids[type.id - first] = 0;
		if (!can_have_partner(type.kind))
			continue;
		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (by_label(&base[middle], &key) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < first && base[low].label == key.label)
			base_ids[type.id - first] = base[low].id;
	}
}

static bool same_id(const struct btf_image *split, const uint32_t *base_ids, uint32_t own,
		    uint32_t base)
{
	if (own < split->first_id)
		return own == base;
	return own - split->first_id < split->nr_types && base_ids[own - split->first_id] == base &&
	       base;
}

static bool same_string(const struct btf_type_view *own, uint32_t own_off,
			const struct btf_type_view *base, uint32_t base_off)
{
	const char *x = btf_string(own->btf, own_off), *y = btf_string(base->btf, base_off);

	return x && y && strcmp(x, y) == 0;
}

/* Whether @own and @base are the same, if all other partners are. */
static bool is_proved(const struct btf_image *split, const uint32_t *base_ids,
		      const struct btf_type_view *own, const struct btf_type_view *base)
{
	const struct btf_kind_layout *layout = btf_kind_layout(own->kind);

	if (!layout || own->kind != base->kind || own->kind_flag != base->kind_flag ||
	    own->vlen != base->vlen || !same_string(own, own->name_off, base, base->name_off))
		return false;
	if (layout->refers ? !same_id(split, base_ids, own->size_or_type, base->size_or_type)
			   : own->size_or_type != base->size_or_type)
		return false;
	for (size_t off = 0; off < tail_length(layout, own); off += 4) {
		uint32_t x = word_of(own, off), y = word_of(base, off);
		enum btf_word word = btf_word_at(layout, off);

		if (word == BTF_WORD_ID     ? !same_id(split, base_ids, x, y)
		    : word == BTF_WORD_NAME ? !same_string(own, x, base, y)
					    : x != y)
			return false;
	}
	return true;
}

/* Takes out partners that are none; false where there were any, whose own users are then to be looked at again. */
static bool prove_once(const struct btf_image *split, uint32_t *base_ids)
{
	bool all = true;

	btf_for_each_type(own, split) {
		uint32_t *base_id = &base_ids[own.id - split->first_id];
		struct btf_type_view base;

		if (!*base_id || (btf_type_get(split, *base_id, &base) &&
				  is_proved(split, base_ids, &own, &base)))
			continue;
		*base_id = 0;
		all = false;
	}
	return all;
}

size_t btf_known_find(const struct btf_image *split, uint32_t *base_ids)
{
	uint32_t nr_ids = btf_nr_ids(split);
	_cleanup_free_ label *labels = NULL;
	size_t found = 0;
	int proofs = 0;

	memset(base_ids, 0, split->nr_types * sizeof(*base_ids));
	if (!split->base)
		return 0;
	labels = find_labels(split, nr_ids);
	find_partners(split, labels, base_ids);
	while (!prove_once(split, base_ids)) {
		if (++proofs < MAX_PROOFS)
			continue;
		memset(base_ids, 0, split->nr_types * sizeof(*base_ids));
		return 0;
	}
	for (uint32_t i = 0; i < split->nr_types; i++)
		found += base_ids[i] != 0;
	return found;
}
