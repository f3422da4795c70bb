/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plan in N parts of about the same cost, for N machines. Cells of one object tree stay together, as they
 * share what the first of them compiles; so no family is split. The same plan, costs and N give the same parts
 * on every machine.
 */
#ifndef BTFMATRIX_PLAN_SHARD_H
#define BTFMATRIX_PLAN_SHARD_H

#include <stdint.h>

#include "core/error.h"
#include "core/mem.h"
#include "plan/costs.h"
#include "plan/plan.h"

enum {
	SHARDS_MAX = 1024
};

/* The Ith of N; both from 1 on. Zeroed: no shard, which is all. */
struct shard {
	unsigned int index, count;
};

/** "2/3". ERROR_INPUT for anything else. */
must_check struct error *shard_parse(const char *text, struct shard *ret);

/* Cells of a plan that one machine has to do, as they share an object tree. */
struct split_part {
	/* borrowed from the plan */
	const char *tree;
	/* in the plan, where they are in one piece */
	size_t first_cell, nr_cells;
	int64_t cost;
	/* from 1 on */
	unsigned int shard;
};

struct split {
	VEC(struct split_part) parts;
	unsigned int count;
};

/**
 * Gives each object tree to a shard: the costliest first, each to the shard that has least so far. One that
 * @costs does not have costs what its architecture's build_weight says, beside those that it has. With
 * more shards than trees each tree has one of its own. split_release() frees it.
 */
void split_plan(const struct plan *plan, struct costs *costs, unsigned int count,
		struct split *ret);
void split_release(struct split *split);

/**
 * Leaves of the plan what is in @shard. ERROR_INPUT where that is nothing, as there are fewer trees than
 * shards.
 */
must_check struct error *shard_keep(struct plan *plan, struct costs *costs,
				    const struct shard *shard);

#endif
