/* SPDX-License-Identifier: GPL-2.0-only */
/* The stages of one cell, each to be called by itself: in a worker, or in a process of another machine. */
#ifndef BTFMATRIX_RUN_RUN_CELL_H
#define BTFMATRIX_RUN_RUN_CELL_H

#include "config/known.h"
#include "config/values.h"
#include "run/run.h"
#include "source/kernel_source.h"

struct cell_context {
	const struct run *run;
	const struct kernel_source *source;
	const struct known *known;
	const struct values *values;
	/* folder for this cell's logs; exists */
	const char *dir;
};

/** What is asked of the build of @outcome's cell. */
struct build_request run_cell_build_request(const struct cell_context *context,
					    const struct outcome *outcome);

/**
 * Builds @outcome's cell, and sets outcome->built, or its verdict where that cannot be done. Cells that share an object
 * tree are to be built one after another. The only error returned is ERROR_INTERRUPTED; every other one becomes the
 * cell's.
 */
must_check struct error *run_cell_build(const struct cell_context *context,
					struct outcome *outcome);

/** Boots and verifies a cell that is built, and sets its verdict. Errors as run_cell_build(). */
must_check struct error *run_cell_check(const struct cell_context *context,
					struct outcome *outcome);

#endif
