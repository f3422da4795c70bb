/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run out of many: of each cell what some shard found out of it.
 *
 * A cell that two have is taken once if both say the same of the same files; a verdict (pass, known, fail)
 * goes before a cell that could not be done, and that before one that was not tried. Anything else is a
 * contradiction: nothing tells which of the two is right.
 */
#ifndef BTFMATRIX_MERGE_MERGE_H
#define BTFMATRIX_MERGE_MERGE_H

#include "config/strv.h"
#include "merge/shard_run.h"
#include "merge/shard_set.h"

struct merged_cell {
	struct rec_cell *cell;
	/* where it comes from */
	const struct shard_run *from;
	/* its place in the plan */
	size_t position;
};

struct merge {
	/* without cells until merge_finish(); layouts and configs stay the shards', which must outlive it */
	struct rec_run run;
	/* what the merged run had before, which is in its folder; NULL: it is new */
	const struct shard_run *before;
	VEC(struct merged_cell) cells;
	struct shard_set shards;
	/* each says of two cells that they do not go together */
	strv contradictions;
	/* the run differs from what it was before */
	bool changed;
};

/** Begins with what the merged run has already, or with nothing (NULL). */
must_check struct error *merge_begin(struct merge *merge, struct shard_run *before);

/** Adds a shard's cells. ERROR_INPUT where it is a shard of another number than the others; none is then added. */
must_check struct error *merge_add(struct merge *merge, struct shard_run *shard);

/** Brings the cells into the order of their plan, as far as this project has it, and names the run. */
void merge_finish(struct merge *merge, const char *folder, const char *name);
void merge_release(struct merge *merge);

#endif
