/* SPDX-License-Identifier: GPL-2.0-only */
/* A split plan for those who run it: jobs of GitHub Actions and of GitLab. */
#ifndef BTFMATRIX_CLI_PLAN_CI_H
#define BTFMATRIX_CLI_PLAN_CI_H

#include <jansson.h>

#include "plan/shard.h"

/** A line for each shard: its object trees, cells and cost. */
void plan_print_shards(const struct split *split);

/** A list with each object tree, its cost and shard; the caller's reference. */
json_t *plan_trees_json(const struct split *split);

/** One line of JSON, an object with "include", for `strategy.matrix` by fromJSON(). */
void plan_print_github(const struct split *split);

/**
 * The YAML of a child pipeline with a job for each shard and one that merges them. They extend
 * .btfmatrix-shard and .btfmatrix-merge of the file @include, a path in the repository.
 */
void plan_print_gitlab(const struct split *split, const char *include);

#endif
