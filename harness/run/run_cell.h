/* SPDX-License-Identifier: GPL-2.0-only */
/* One cell through all its stages. */
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

/**
 * Builds, boots and verifies @outcome's cell and sets its verdict. The only error returned is
 * ERROR_INTERRUPTED; every other one becomes the cell's.
 */
must_check struct error *run_cell(const struct cell_context *context, struct outcome *outcome);

#endif
