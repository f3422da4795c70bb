/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with the cells of a run, each in a form that can be held against another run's and bisected. */
#ifndef BTFMATRIX_NIGHTLY_PROBLEM_H
#define BTFMATRIX_NIGHTLY_PROBLEM_H

#include <jansson.h>
#include <stdbool.h>

#include "core/error.h"
#include "core/mem.h"

/* All strings are owned. */
struct problem {
	char *cell;
	/* "boot", "build", or "CHECK:VARIABLE" */
	char *key;
	/* the check's id, or the key */
	char *kind;
	/* one line for people */
	char *text;
	/* where it came from: how the cell is done again, and by which tools */
	char *again, *tools;
};

struct cell_problems {
	/* cell names, and whether each could be judged; sorted as the run has them */
	VEC(char *) cells;
	VEC(bool) judged;
	/* "pass", ... */
	VEC(char *) verdicts;
	/* of cells that could not be judged: why; else NULL */
	VEC(char *) reasons;
	VEC(struct problem) list;
};

/** Reads every cell of the run in @run_dir. */
must_check struct error *problems_load(const char *run_dir, struct cell_problems *ret);
/** Takes the problems of one cell's JSON. */
void problems_add_cell(struct cell_problems *problems, const json_t *cell);
void problems_release(struct cell_problems *problems);

#endif
