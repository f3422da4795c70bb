// SPDX-License-Identifier: GPL-2.0-only
#include "plan/costs.h"

#include <jansson.h>
#include <stdlib.h>

void costs_add(struct costs *costs, const char *family, int64_t cost)
{
	if (cost < 1)
		cost = 1;
	if (cost > COST_MAX)
		cost = COST_MAX;
	vec_push(&costs->list, (struct family_cost){ xstrdup(family), cost });
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

int64_t costs_find(const struct costs *costs, const char *family)
{
	vec_for_each(cost, &costs->list)
		if (str_eq(cost->family, family))
			return cost->cost;
	return 0;
}

void costs_release(struct costs *costs)
{
	vec_for_each(cost, &costs->list)
		free(cost->family);
	vec_free(&costs->list);
}
