// SPDX-License-Identifier: GPL-2.0-only
#include "layout/image_diff.h"

#include <stdlib.h>
#include <string.h>

/* A variable on its way to a partner. */
struct candidate {
	const struct image_var *var;
	/* of its type in words: equal ones mean equal types, as good as always */
	uint64_t type_hash;
	bool taken;
};

struct side {
	VEC(struct candidate) list;
};

struct pair {
	struct candidate *a, *b;
};

struct pairs {
	VEC(struct pair) list;
};

typedef int (*compare_fn)(const void *a, const void *b);

/* FNV-1a, 64 bits */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

static uint64_t hash_type(const struct image_var *var)
{
	_cleanup_free_ char *type = btf_type_describe(var->btf, var->type);

	return hash_text(type);
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* These orders are each a refinement of the one before; what they leave equal goes by offset. */

static int by_name(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return image_name_compare(x->var->name, y->var->name);
}

static int by_section_name(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = image_name_compare(x->var->section, y->var->section);

	return order ? order : by_name(a, b);
}

static int by_likeness(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = by_section_name(a, b);

	if (!order)
		order = compare_u64(x->type_hash, y->type_hash);
	return order ? order : compare_u64(x->var->size, y->var->size);
}

static int sort_by_likeness(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = by_likeness(a, b);

	return order ? order : compare_u64(x->var->offset, y->var->offset);
}

static int sort_by_section_name(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = by_section_name(a, b);

	return order ? order : compare_u64(x->var->offset, y->var->offset);
}

static int sort_by_name(const void *a, const void *b)
{
	int order = by_name(a, b);

	return order ? order : sort_by_section_name(a, b);
}

static void side_sort(struct side *side, compare_fn order)
{
	if (side->list.len)
		qsort(side->list.data, side->list.len, sizeof(*side->list.data), order);
}

static void side_fill(struct side *side, const struct image_vars *vars)
{
	vec_for_each(var, &vars->list)
		vec_push(&side->list, (struct candidate){ var, hash_type(var), false });
}

/* Those that have no partner yet, in a list of their own. */
static struct side side_left_over(const struct side *side)
{
	struct side left = { 0 };

	vec_for_each(candidate, &side->list)
		if (!candidate->taken)
			vec_push(&left.list, *candidate);
	return left;
}

static void pair_up(struct pairs *pairs, struct candidate *a, struct candidate *b)
{
	a->taken = b->taken = true;
	vec_push(&pairs->list, (struct pair){ a, b });
}

/* How many from @i on are equal by @order. */
static size_t run_length(const struct side *side, size_t i, compare_fn order)
{
	size_t n = 0;

	while (i + n < side->list.len && order(&side->list.data[i], &side->list.data[i + n]) == 0)
		n++;
	return n;
}

/*
 * Walks both sides, which are sorted, and pairs up what is equal by @order, one by one. With @single
 * only what is alone on both sides.
 */
static void match(struct pairs *pairs, struct side *a, struct side *b, compare_fn order,
		  bool single)
{
	size_t i = 0, j = 0;

	while (i < a->list.len && j < b->list.len) {
		int cmp = order(&a->list.data[i], &b->list.data[j]);

		if (cmp) {
			i += cmp < 0;
			j += cmp > 0;
			continue;
		}

		size_t n = run_length(a, i, order), m = run_length(b, j, order);

		for (size_t k = 0; k < n && k < m && (!single || (n == 1 && m == 1)); k++)
			pair_up(pairs, &a->list.data[i + k], &b->list.data[j + k]);
		i += n;
		j += m;
	}
}

static bool same_type(const struct image_var *a, const struct image_var *b)
{
	_cleanup_free_ char *x = btf_type_describe(a->btf, a->type);
	_cleanup_free_ char *y = btf_type_describe(b->btf, b->type);

	return str_eq(x, y);
}

static void add(struct image_diff *diff, enum diff_kind kind, const struct image_var *a,
		const struct image_var *b)
{
	vec_push(&diff->kinds[kind].list, (struct diff_entry){ .a = a, .b = b });
}

static void compare_pairs(struct image_diff *diff, const struct pairs *pairs)
{
	vec_for_each(pair, &pairs->list) {
		const struct image_var *a = pair->a->var, *b = pair->b->var;
		bool moved =
			a->offset != b->offset || image_name_compare(a->section, b->section) != 0;
		bool resized = a->size != b->size, retyped = !same_type(a, b);

		if (moved)
			add(diff, DIFF_MOVED, a, b);
		if (resized)
			add(diff, DIFF_RESIZED, a, b);
		if (retyped)
			add(diff, DIFF_RETYPED, a, b);
		diff->nr_same += !moved && !resized && !retyped;
	}
}

static void add_left_over(struct image_diff *diff, const struct side *a, const struct side *b)
{
	vec_for_each(candidate, &a->list)
		if (!candidate->taken)
			add(diff, DIFF_REMOVED, candidate->var, NULL);
	vec_for_each(candidate, &b->list)
		if (!candidate->taken)
			add(diff, DIFF_ADDED, NULL, candidate->var);
}

static int by_place(const void *a, const void *b)
{
	const struct diff_entry *x = a, *y = b;
	const struct image_var *v = x->a ? x->a : x->b, *w = y->a ? y->a : y->b;
	int order = image_name_compare(v->section, w->section);

	if (!order)
		order = compare_u64(v->offset, w->offset);
	return order ? order : image_name_compare(v->name, w->name);
}

void image_diff_make(const struct image_vars *a, const struct image_vars *b, struct image_diff *ret)
{
	struct side sides[3][2] = { 0 };
	struct pairs pairs[3] = { 0 };
	struct image_diff diff = { .nr_a = a->list.len, .nr_b = b->list.len };
	static const struct {
		compare_fn sort, order;
		bool single;
	} rounds[] = {
		{ sort_by_likeness, by_likeness, false },
		{ sort_by_section_name, by_section_name, false },
		{ sort_by_name, by_name, true },
	};

	side_fill(&sides[0][0], a);
	side_fill(&sides[0][1], b);
	/* Each round is about what the one before has left over. */
	for (size_t r = 0; r < ARRAY_SIZE(rounds); r++) {
		for (size_t s = 0; s < 2; s++) {
			if (r)
				sides[r][s] = side_left_over(&sides[r - 1][s]);
			side_sort(&sides[r][s], rounds[r].sort);
		}
		match(&pairs[r], &sides[r][0], &sides[r][1], rounds[r].order, rounds[r].single);
		compare_pairs(&diff, &pairs[r]);
	}
	add_left_over(&diff, &sides[2][0], &sides[2][1]);
	for (size_t kind = 0; kind < DIFF_KIND_COUNT; kind++)
		if (diff.kinds[kind].list.len)
			qsort(diff.kinds[kind].list.data, diff.kinds[kind].list.len,
			      sizeof(*diff.kinds[kind].list.data), by_place);
	for (size_t r = 0; r < ARRAY_SIZE(rounds); r++) {
		vec_free(&pairs[r].list);
		vec_free(&sides[r][0].list);
		vec_free(&sides[r][1].list);
	}
	*ret = diff;
}

void image_diff_release(struct image_diff *diff)
{
	for (size_t kind = 0; kind < DIFF_KIND_COUNT; kind++) {
		vec_for_each(entry, &diff->kinds[kind].list)
			free(entry->why);
		vec_free(&diff->kinds[kind].list);
	}
}

bool image_diff_is_empty(const struct image_diff *diff)
{
	for (size_t kind = 0; kind < DIFF_KIND_COUNT; kind++)
		if (diff->kinds[kind].list.len)
			return false;
	return true;
}
