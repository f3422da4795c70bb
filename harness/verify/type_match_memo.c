// SPDX-License-Identifier: GPL-2.0-only
/* What the type comparison remembers: pairs that were compared, and types that pointers lead to. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "verify/type_match_state.h"

enum {
	/* Beyond these the text stays, and the path is told less exactly: only hostile input gets there. */
	MAX_WRONG_PATHS = 4096,
	MAX_POINTEE_STEPS = 64,
	MAX_ANCESTORS = 64,
};

static uintptr_t entry_key(const struct type_match *match, const Dwarf_Die *die, enum reach reach)
{
	bool inside = match->strict && reach == BY_VALUE;

	/* entries begin at any byte: the address is shifted to make room for the bit */
	return (uintptr_t)die->addr << 1 | inside;
}

static struct pair *find_pair(struct pair *pairs, size_t nr_slots, const uint8_t *tail,
			      uintptr_t entry)
{
	size_t mask = nr_slots - 1;
	size_t i = hash_word(hash_word((uintptr_t)tail) ^ entry) & mask;

	while (pairs[i].tail && (pairs[i].tail != tail || pairs[i].entry != entry))
		i = (i + 1) & mask;
	return &pairs[i];
}

static void grow_pairs(struct type_match *match)
{
	size_t nr_slots = hash_table_size(match->nr_slots * 2);
	struct pair *pairs = xcalloc(nr_slots, sizeof(*pairs));

	for (size_t i = 0; i < match->nr_slots; i++) {
		const struct pair *pair = &match->pairs[i];

		if (pair->tail)
			*find_pair(pairs, nr_slots, pair->tail, pair->entry) = *pair;
	}
	free(match->pairs);
	match->pairs = pairs;
	match->nr_slots = nr_slots;
}

struct pair *type_match_note_pair(struct type_match *match, const struct btf_type_view *type,
				  const Dwarf_Die *die, enum reach reach, bool *seen_ret)
{
	uintptr_t entry = entry_key(match, die, reach);
	struct pair *pair;

	if (match->nr_pairs * 2 >= match->nr_slots)
		grow_pairs(match);
	pair = find_pair(match->pairs, match->nr_slots, type->tail, entry);
	*seen_ret = pair->tail != NULL;
	if (*seen_ret)
		return pair;
	if (match->nr_pairs >= match->max_pairs)
		return NULL;
	*pair = (struct pair){ .tail = type->tail, .entry = entry, .wrong = NOT_WRONG };
	match->nr_pairs++;
	return pair;
}

void type_match_note_wrong(struct type_match *match, const struct btf_type_view *type,
			   const Dwarf_Die *die, enum reach reach, size_t nr_steps)
{
	struct pair *pair =
		find_pair(match->pairs, match->nr_slots, type->tail, entry_key(match, die, reach));
	struct wrong wrong = { .text = xstrdup(match->text) };

	if (match->wrong.len < MAX_WRONG_PATHS && match->wrong_steps.len > nr_steps) {
		wrong.nr_steps = match->wrong_steps.len - nr_steps;
		wrong.steps = xmemdup(match->wrong_steps.data + nr_steps,
				      wrong.nr_steps * sizeof(*wrong.steps));
	}
	if (pair->tail)
		pair->wrong = (uint32_t)match->wrong.len;
	vec_push(&match->wrong, wrong);
}

bool type_match_differ_again(struct type_match *match, const struct wrong *wrong)
{
	type_match_differ(match, "%s", wrong->text);
	for (size_t i = 0; i < wrong->nr_steps; i++)
		vec_push(&match->wrong_steps, wrong->steps[i]);
	return false;
}

static uint32_t *find_pointee(struct type_match *match, const uint8_t *tail)
{
	size_t mask = match->nr_pointee_slots - 1;
	size_t i = hash_word((uintptr_t)tail) & mask;

	while (match->pointee_slots[i] &&
	       match->pointees.data[match->pointee_slots[i] - 1].tail != tail)
		i = (i + 1) & mask;
	return &match->pointee_slots[i];
}

static void grow_pointees(struct type_match *match)
{
	match->nr_pointee_slots = hash_table_size(match->nr_pointee_slots * 2);
	free(match->pointee_slots);
	match->pointee_slots = xcalloc(match->nr_pointee_slots, sizeof(*match->pointee_slots));
	for (size_t i = 0; i < match->pointees.len; i++)
		*find_pointee(match, match->pointees.data[i].tail) = (uint32_t)i + 1;
}

void type_match_note_pointee(struct type_match *match, const struct btf_type_view *type,
			     const Dwarf_Die *die, bool declared_only)
{
	struct pointee pointee = {
		.tail = type->tail,
		.btf = type->btf,
		.id = type->id,
		.die = *die,
		.root = match->root,
		.parent = match->parent,
		.nr_steps = match->steps.len,
		.declared_only = declared_only,
	};
	const struct dwarf_definition *definition = NULL;
	uint32_t *slot;

	if (match->pointees.len * 2 >= match->nr_pointee_slots)
		grow_pointees(match);
	slot = find_pointee(match, type->tail);
	if (*slot) {
		struct pointee *known = &match->pointees.data[*slot - 1];

		if (known->declared_only && !declared_only) {
			known->die = *die;
			known->declared_only = false;
			vec_push(&match->ready, *slot - 1);
		}
		return;
	}
	if (declared_only && match->config.dwarf)
		definition = dwarf_find_definition(match->config.dwarf, dwarf_tag(&pointee.die),
						   btf_type_name(type));
	if (definition) {
		pointee.die = definition->die;
		pointee.declared_only = false;
	}
	if (pointee.nr_steps > MAX_POINTEE_STEPS)
		pointee.nr_steps = MAX_POINTEE_STEPS;
	pointee.steps = xmemdup(match->steps.data, pointee.nr_steps * sizeof(*pointee.steps));
	vec_push(&match->pointees, pointee);
	*slot = (uint32_t)match->pointees.len;
	if (!pointee.declared_only)
		vec_push(&match->ready, *slot - 1);
}

char *type_match_path(const struct type_match *match)
{
	const struct pointee *chain[MAX_ANCESTORS];
	VEC(struct path_step) steps = { 0 };
	size_t n = 0;
	char *path;

	/* of a longer chain the beginning is left out */
	for (uint32_t i = match->parent; i != NO_PARENT && n < MAX_ANCESTORS;
	     i = match->pointees.data[i].parent)
		chain[n++] = &match->pointees.data[i];
	while (n--)
		for (size_t i = 0; i < chain[n]->nr_steps; i++)
			vec_push(&steps, chain[n]->steps[i]);
	vec_for_each(step, &match->wrong_steps)
		vec_push(&steps, *step);
	path = path_format(match->root->name, steps.data, steps.len);
	vec_free(&steps);
	return path;
}
