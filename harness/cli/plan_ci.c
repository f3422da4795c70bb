// SPDX-License-Identifier: GPL-2.0-only
#include "cli/plan_ci.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/json_text.h"
#include "core/strbuf.h"

/* What one shard has. */
struct part {
	struct strbuf trees;
	size_t nr_cells;
	int64_t cost;
};

static struct part part_of(const struct split *split, unsigned int shard)
{
	struct part part = { .trees = STRBUF_INIT };

	vec_for_each(tree, &split->parts) {
		if (tree->shard != shard)
			continue;
		strbuf_addf(&part.trees, "%s%s", part.trees.len ? " " : "", tree->tree);
		part.nr_cells += tree->nr_cells;
		part.cost += tree->cost;
	}
	return part;
}

static void release_part(struct part *part)
{
	strbuf_release(&part->trees);
}

void plan_print_shards(const struct split *split)
{
	for (unsigned int i = 1; i <= split->count; i++) {
		_cleanup_(release_part) struct part part = part_of(split, i);

		printf("shard %u/%u: %s (%zu cell%s, cost %" PRId64 ")\n", i, split->count,
		       strbuf_str(&part.trees), part.nr_cells, part.nr_cells == 1 ? "" : "s",
		       part.cost);
	}
}

json_t *plan_trees_json(const struct split *split)
{
	json_t *trees = json_array();

	vec_for_each(part, &split->parts)
		json_array_append_new(
			trees, json_pack("{s:o, s:I, s:I, s:I}", "tree", json_text(part->tree),
					 "cells", (json_int_t)part->nr_cells, "cost",
					 (json_int_t)part->cost, "shard", (json_int_t)part->shard));
	return trees;
}

void plan_print_github(const struct split *split)
{
	json_t *include = json_array(), *root;

	for (unsigned int i = 1; i <= split->count; i++) {
		_cleanup_(release_part) struct part part = part_of(split, i);
		_cleanup_free_ char *shard = xasprintf("%u/%u", i, split->count);
		_cleanup_free_ char *number = xasprintf("%u", i);

		json_array_append_new(include,
				      json_pack("{s:s, s:s, s:o, s:I}", "shard", shard, "number",
						number, "trees", json_text(strbuf_str(&part.trees)),
						"cells", (json_int_t)part.nr_cells));
	}
	root = json_pack("{s:o}", "include", include);
	json_dumpf(root, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(root);
}

/* A string of JSON is one of YAML; a '$' would be a variable for GitLab. */
static void put_yaml(const char *text)
{
	_cleanup_strbuf_ struct strbuf doubled = STRBUF_INIT;
	json_t *json;

	for (; *text; text++) {
		if (*text == '$')
			strbuf_addc(&doubled, '$');
		strbuf_addc(&doubled, *text);
	}
	json = json_text(strbuf_str(&doubled));
	json_dumpf(json, stdout, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	json_decref(json);
}

void plan_print_gitlab(const struct split *split, const char *include)
{
	fputs("# made by `btfmatrix plan --format gitlab`\n"
	      "include:\n  - local: ",
	      stdout);
	put_yaml(include);
	fputs("\n\nstages: [run, merge]\n", stdout);
	for (unsigned int i = 1; i <= split->count; i++) {
		_cleanup_(release_part) struct part part = part_of(split, i);

		printf("\n\"shard %u/%u\":\n"
		       "  extends: .btfmatrix-shard\n"
		       "  stage: run\n"
		       "  variables:\n"
		       "    SHARD: \"%u/%u\"\n"
		       "    SHARD_NUMBER: \"%u\"\n"
		       "    TREES: ",
		       i, split->count, i, split->count, i);
		put_yaml(strbuf_str(&part.trees));
		putchar('\n');
	}
	fputs("\nmerge:\n"
	      "  extends: .btfmatrix-merge\n"
	      "  stage: merge\n",
	      stdout);
}
