// SPDX-License-Identifier: GPL-2.0-only
#include "plan/costs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void costs_add(struct costs *costs, const char *family, int64_t cost)
{
	if (cost < 1)
		cost = 1;
	if (cost > COST_MAX)
		cost = COST_MAX;
	vec_push(&costs->list, (struct family_cost){ xstrdup(family), cost, costs->list.len });
	costs->sorted = false;
}

static struct error *add_trees(const char *path, const json_t *root, struct costs *ret)
{
	const json_t *trees = json_object_get(root, "trees"), *tree;
	size_t i;

	if (!json_is_array(trees))
		return error_new(ERROR_INPUT,
				 "%s has no list 'trees'; it is to be what `btfmatrix plan "
				 "--format json` printed",
				 path);
	json_array_foreach(trees, i, tree)
	{
		const char *name = json_string_value(json_object_get(tree, "tree"));
		const json_t *cost = json_object_get(tree, "cost");

		if (!name || !json_is_integer(cost))
			return error_new(ERROR_INPUT,
					 "%s: 'trees' has an entry without a 'tree' or a "
					 "whole number 'cost'",
					 path);
		costs_add(ret, name, json_integer_value(cost));
	}
	return NULL;
}

struct error *costs_load(const char *path, struct costs *ret)
{
	json_error_t why;
	json_t *root = json_load_file(path, 0, &why);
	struct error *err;

	if (!root)
		return error_new(ERROR_INPUT, "%s:%d: %s", path, why.line, why.text);
	err = add_trees(path, root, ret);
	json_decref(root);
	return err;
}

static int by_name(const void *a, const void *b)
{
	const struct family_cost *x = a, *y = b;
	int order = strcmp(x->family, y->family);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

int64_t costs_find(struct costs *costs, const char *family)
{
	size_t low = 0, high = costs->list.len;

	if (!costs->sorted && high)
		qsort(costs->list.data, high, sizeof(*costs->list.data), by_name);
	costs->sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(costs->list.data[middle].family, family) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < costs->list.len && str_eq(costs->list.data[low].family, family)
		       ? costs->list.data[low].cost
		       : 0;
}

void costs_release(struct costs *costs)
{
	vec_for_each(cost, &costs->list)
		free(cost->family);
	vec_free(&costs->list);
	costs->sorted = false;
}
