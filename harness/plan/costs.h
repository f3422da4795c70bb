/* SPDX-License-Identifier: GPL-2.0-only */
/* What families and object trees cost: what a record says they took, or what a plan printed as JSON says. */
#ifndef BTFMATRIX_PLAN_COSTS_H
#define BTFMATRIX_PLAN_COSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/mem.h"

enum {
	/* beyond it costs are cut, so that sums of them stay numbers */
	COST_MAX_BITS = 40
};
#define COST_MAX (INT64_C(1) << COST_MAX_BITS)

struct family_cost {
	/* or object tree, whose name is that of a family too */
	char *family;
	/* in whatever unit, the same for all */
	int64_t cost;
	/* how many were added before it */
	size_t order;
};

struct costs {
	VEC(struct family_cost) list;
	/* by name and order */
	bool sorted;
};

/** Adds one, cut to 1 .. COST_MAX. */
void costs_add(struct costs *costs, const char *family, int64_t cost);

/** Reads them from what `btfmatrix plan --format json` printed. ERROR_INPUT where @path is not that. */
must_check struct error *costs_load(const char *path, struct costs *ret);

/**
 * The first that was added for @family; 0: not known. Orders the list, where that was not done since the last was
 * added.
 */
int64_t costs_find(struct costs *costs, const char *family);
void costs_release(struct costs *costs);

#endif
