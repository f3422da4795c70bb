/* SPDX-License-Identifier: GPL-2.0-only */
/* The cells of a run, as its results folder has them: verdicts, findings, and where the images are. */
#ifndef BTFMATRIX_LAYOUT_RUN_CELLS_H
#define BTFMATRIX_LAYOUT_RUN_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/mem.h"

struct run_cell_files {
	/* e.g. "x86_64/gcc/6.12/n" */
	char *name, *verdict;
	/* in the cache, which may have thrown them out; NULL: not built; extra_module: none was */
	char *vmlinux, *extra_module;
	/* "check: image variable" of each finding, sorted */
	struct finding_names {
		VEC(char *) list;
	} findings;
};

struct run_cells {
	/* the folder */
	char *path;
	/* by name */
	VEC(struct run_cell_files) list;
};

/** Whether @path is a folder that a run left. */
bool is_run_folder(const char *path);

/** Reads the JSON files below @path. ERROR_INPUT with the file where one is not what a run writes. */
must_check struct error *run_cells_load(const char *path, struct run_cells *ret);
void run_cells_release(struct run_cells *cells);

/** The cell called @name, or NULL. */
const struct run_cell_files *run_cells_find(const struct run_cells *cells, const char *name);

#endif
