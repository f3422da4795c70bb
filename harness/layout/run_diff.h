/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between two runs: cell by cell the verdict, the findings, and the variables of the images. */
#ifndef BTFMATRIX_LAYOUT_RUN_DIFF_H
#define BTFMATRIX_LAYOUT_RUN_DIFF_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "layout/image_diff.h"
#include "layout/run_cells.h"

/* A cell of either run. All is borrowed and lives as long as the visitor's call. */
struct cell_diff {
	const char *name;
	/* NULL: that run has no such cell */
	const struct run_cell_files *a, *b;
	/* findings of b alone, and of a alone */
	struct finding_list {
		VEC(const char *) list;
	} appeared, gone;
	/* why the images were not compared; NULL: they were, or there are not two */
	const char *problem;
	const struct image_diff *images;
};

typedef void (*cell_diff_visit)(void *user, const struct cell_diff *diff);

/** Compares the cells of two runs, or the one called @cell of both, and hands each to @visit. */
void run_diff_make(const struct run_cells *a, const struct run_cells *b, const char *cell,
		   cell_diff_visit visit, void *user);

bool cell_diff_is_empty(const struct cell_diff *diff);

/** Prints at most @limit variables, and findings, of each kind; 0: all. */
void cell_diff_print_text(FILE *out, const struct cell_diff *diff, size_t limit);
/** The caller owns the reference. */
json_t *cell_diff_to_json(const struct cell_diff *diff);

#endif
