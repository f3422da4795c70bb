/* SPDX-License-Identifier: GPL-2.0-only */
/* What `btfmatrix diff` compares: a file, a run's folder, or a cell of a run (RUN:CELL). */
#ifndef BTFMATRIX_CLI_DIFF_SIDE_H
#define BTFMATRIX_CLI_DIFF_SIDE_H

#include "core/error.h"
#include "layout/run_cells.h"

struct diff_side {
	/* a vmlinux; NULL: see run */
	const char *file;
	/* the run, loaded; its path is NULL for a file */
	struct run_cells run;
	/* the cell of it that is meant; NULL: all; owned */
	char *cell;
};

/** Tells what @arg is, and loads it if it is a run. ERROR_INPUT where a run cannot be read. */
must_check struct error *diff_side_open(const char *arg, struct diff_side *ret);
void diff_side_release(struct diff_side *side);

/**
 * The images of a side that is a file or one cell; both are borrowed, and the module may be NULL.
 * ERROR_INPUT where there is no such cell, or it was not built.
 */
must_check struct error *diff_side_images(const struct diff_side *side, const char **vmlinux_ret,
					  const char **module_ret);

#endif
