/* SPDX-License-Identifier: GPL-2.0-only */
/* What the stages of cells took when they were last done, in the cache's database. */
#ifndef BTFMATRIX_CACHE_STAGE_COSTS_H
#define BTFMATRIX_CACHE_STAGE_COSTS_H

#include <stdint.h>

#include "core/cleanup.h"
#include "core/mem.h"

enum cost_stage {
	/* a build that compiles its object tree */
	COST_COMPILE,
	/* one in a tree that is compiled: configure, link, BTF, image */
	COST_RELINK,
	/* boot and verification */
	COST_CHECK,
	NR_COST_STAGES,
};

struct stage_cost {
	/* seconds; of CPU with all that the stage started */
	double wall_s, cpu_s;
	/* bytes of the largest of its processes */
	uint64_t max_rss;
};

/* One that was read. */
struct known_stage {
	char *cell;
	enum cost_stage stage;
	struct stage_cost cost;
};

struct stage_costs {
	/* ordered by cell and stage */
	VEC(struct known_stage) list;
};

/** Remembers what @cell's stage took, in place of what was remembered. */
void stage_costs_note(const char *cell, enum cost_stage stage, const struct stage_cost *cost);

/** Reads all; where there is no database there are none. */
void stage_costs_load(struct stage_costs *ret);
/** NULL: not known. Borrowed. */
const struct stage_cost *stage_costs_find(const struct stage_costs *costs, const char *cell,
					  enum cost_stage stage);
void stage_costs_release(struct stage_costs *costs);

#endif
