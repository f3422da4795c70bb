// SPDX-License-Identifier: GPL-2.0-only
#include "plan/shard.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "plan/estimate.h"

struct error *shard_parse(const char *text, struct shard *ret)
{
	unsigned int index, count;
	int end = -1;

	if (sscanf(text, "%4u/%4u%n", &index, &count, &end) == 2 && end >= 0 && !text[end] &&
	    text[0] >= '0' && text[0] <= '9' && index >= 1 && index <= count &&
	    count <= SHARDS_MAX) {
		*ret = (struct shard){ index, count };
		return NULL;
	}
	return error_new(ERROR_INPUT,
			 "'%s' is no shard: it is I/N, as 2/3, with I from 1 to N and N at most %d",
			 text, SHARDS_MAX);
}

/* The first cell of a tree costs ten times what each further one does, about. */
static int64_t weight_of(const struct plan *plan, const struct split_part *part)
{
	const struct arch *arch = plan->cells.data[part->first_cell].arch;
	int64_t weight = (int64_t)arch->build_weight * (9 + (int64_t)part->nr_cells);

	return weight < 1 ? 1 : weight > COST_MAX ? COST_MAX : weight;
}

static void find_parts(const struct plan *plan, struct split *split)
{
	for (size_t first = 0, end; first < plan->cells.len; first = end) {
		end = plan_tree_end(plan, first);
		vec_push(&split->parts, (struct split_part){
						.tree = plan->cells.data[first].tree,
						.first_cell = first,
						.nr_cells = end - first,
					});
	}
}

/* What is known of its families, or of the tree; 0: nothing. */
static int64_t known_cost(const struct plan *plan, struct costs *costs,
			  const struct split_part *part)
{
	const struct cell *cells = plan->cells.data + part->first_cell;
	bool has_own_family = false;
	int64_t cost = 0;

	for (size_t i = 0; i < part->nr_cells; i++) {
		/* a family is in one piece */
		if (i && str_eq(cells[i].family, cells[i - 1].family))
			continue;
		cost += costs_find(costs, cells[i].family);
		has_own_family |= str_eq(cells[i].family, part->tree);
	}
	if (!has_own_family)
		cost += costs_find(costs, part->tree);
	return cost > COST_MAX ? COST_MAX : cost;
}

/* Where only some costs are known the others are guessed from the weights, by what those cost for theirs. */
static void find_costs(const struct plan *plan, struct costs *costs, struct split *split)
{
	int64_t known = 0, weight = 0;

	vec_for_each(part, &split->parts) {
		part->cost = known_cost(plan, costs, part);
		known += part->cost;
		weight += part->cost ? weight_of(plan, part) : 0;
	}
	vec_for_each(part, &split->parts) {
		if (part->cost)
			continue;
		part->cost = weight_of(plan, part);
		if (weight)
			/* in whole numbers, which are the same on every machine */
			part->cost = (int64_t)((__int128)part->cost * known / weight);
		if (part->cost < 1)
			part->cost = 1;
	}
}

/* The costliest first, of equal ones the first in the plan. */
static int costliest_first(const void *a, const void *b)
{
	const struct split_part *const *x = a, *const *y = b;

	if ((*x)->cost != (*y)->cost)
		return (*x)->cost < (*y)->cost ? 1 : -1;
	return (*x)->first_cell < (*y)->first_cell ? -1 : 1;
}

static void deal(struct split *split)
{
	_cleanup_free_ __int128 *load = xcalloc(split->count, sizeof(*load));
	_cleanup_free_ struct split_part **order = xcalloc(split->parts.len, sizeof(*order));

	for (size_t i = 0; i < split->parts.len; i++)
		order[i] = &split->parts.data[i];
	if (split->parts.len)
		qsort(order, split->parts.len, sizeof(*order), costliest_first);
	for (size_t i = 0; i < split->parts.len; i++) {
		unsigned int least = 0;

		for (unsigned int j = 1; j < split->count; j++)
			if (load[j] < load[least])
				least = j;
		load[least] += order[i]->cost;
		order[i]->shard = least + 1;
	}
}

void split_plan(const struct plan *plan, struct costs *costs, unsigned int count, struct split *ret)
{
	*ret = (struct split){ 0 };
	find_parts(plan, ret);
	find_costs(plan, costs, ret);
	ret->count = count;
	if (count > ret->parts.len)
		ret->count = (unsigned int)ret->parts.len;
	deal(ret);
}

void split_release(struct split *split)
{
	vec_free(&split->parts);
}

/* Moves the cells of the shard to the front and frees the others. */
static void drop_others(struct plan *plan, const struct split *split, unsigned int index)
{
	size_t kept = 0;

	vec_for_each(part, &split->parts) {
		for (size_t i = 0; i < part->nr_cells; i++) {
			struct cell *cell = &plan->cells.data[part->first_cell + i];

			if (part->shard == index)
				plan->cells.data[kept++] = *cell;
			else
				cell_names_free(cell);
		}
	}
	plan->cells.len = kept;
}

struct error *shard_keep(struct plan *plan, struct costs *costs, const struct shard *shard)
{
	_cleanup_(split_release) struct split split = { 0 };

	if (!shard->count)
		return NULL;
	split_plan(plan, costs, shard->count, &split);
	if (shard->index > split.count)
		return error_new(ERROR_INPUT,
				 "shard %u/%u has nothing to do: there are %zu object trees to "
				 "build, so at most %zu shards",
				 shard->index, shard->count, split.parts.len, split.parts.len);
	drop_others(plan, &split, shard->index);
	return NULL;
}
