/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cells of a run as jobs:
 *
 *	source of a kernel line -> build n -> build m -> build y	of each object tree, one after another
 *	                             |          |          |
 *	                          check n    check m    check y		boot and verification, side by side
 *
 * each in a worker (sched/worker.h), so that the boots of one family overlap the compile of the next.
 */
#ifndef BTFMATRIX_RUN_GRAPH_H
#define BTFMATRIX_RUN_GRAPH_H

#include "config/known.h"
#include "config/values.h"
#include "run/run.h"
#include "source/kernel_source.h"

struct graph_request {
	struct run *run;
	struct known *known;
	struct values *values;
	/* a cell is done, or was interrupted; @source is NULL where there is none */
	struct error *(*note_cell)(struct run *run, const struct outcome *outcome,
				   const struct kernel_source *source);
};

/**
 * Does all cells of the run, and sets their outcomes. ERROR_INTERRUPTED after a signal; another error where
 * note_cell() had one, and then no further cell is begun.
 */
must_check struct error *graph_run(const struct graph_request *request);

#endif
