/* SPDX-License-Identifier: GPL-2.0-only */
/* What each cell of a plan will take: as it did when it was last done, or else by what others of it did. */
#ifndef BTFMATRIX_PLAN_ESTIMATE_H
#define BTFMATRIX_PLAN_ESTIMATE_H

#include "cache/stage_costs.h"
#include "plan/costs.h"
#include "plan/plan.h"

/* CPU seconds, and bytes of the largest process; none is 0. */
struct stage_estimate {
	double cpu_s;
	uint64_t memory;
	/* of this very cell */
	bool recorded;
};

struct cell_estimate {
	struct stage_estimate stages[NR_COST_STAGES];
};

struct estimates {
	/* one for each cell of the plan, in its order */
	struct cell_estimate *cells;
	/* stages of cells that were recorded, and of all that the plan has */
	size_t nr_recorded, nr_stages;
};

/**
 * For each cell what is recorded of it; else the most of its object tree's cells (what compiles is the same); else as
 * much for the weight of its architecture as the recorded ones took for theirs; with nothing recorded what a 6.12 took
 * on a machine of 2024. A cell that is not the first of its tree compiles nothing.
 */
void estimates_make(const struct plan *plan, const struct stage_costs *known,
		    struct estimates *ret);
/** The same by what this machine's cache has recorded. */
void estimates_by_cache(const struct plan *plan, struct estimates *ret);
void estimates_release(struct estimates *estimates);

/** Whether the plan's cell @i is the first of its object tree, whose cells are in one piece. */
bool plan_begins_tree(const struct plan *plan, size_t i);
/** The first cell of the object tree behind that of the plan's cell @first. */
size_t plan_tree_end(const struct plan *plan, size_t first);

/**
 * Seconds from the start of cell @at's build until the last cell of its object tree is checked, on a machine of @cores
 * with nothing else to do. The compile goes to all cores, the rest (link, BTF, boot) is one thing after another.
 */
double estimates_chain(const struct plan *plan, const struct estimates *estimates, size_t at,
		       unsigned int cores);

/** The same of the build of cell @at alone: seconds that share the cores, and those that do not. */
void estimates_build(const struct plan *plan, const struct estimates *estimates, size_t at,
		     double *parallel_ret, double *serial_ret);

/** Bytes to set aside for the build of cell @at, and for its check: of its largest process and a quarter more. */
uint64_t estimates_build_memory(const struct estimates *estimates, size_t at);
uint64_t estimates_check_memory(const struct estimates *estimates, size_t at);

/** CPU seconds of the object tree whose first cell is @first. */
double estimates_tree(const struct plan *plan, const struct estimates *estimates, size_t first);
/** The same of each of the plan's trees, in milliseconds, for split_plan(). */
void estimates_costs(const struct plan *plan, const struct estimates *estimates, struct costs *ret);

#endif
