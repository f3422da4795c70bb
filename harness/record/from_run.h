/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run has found out, as the record keeps it. */
#ifndef BTFMATRIX_RECORD_FROM_RUN_H
#define BTFMATRIX_RECORD_FROM_RUN_H

#include "core/error.h"
#include "record/model.h"
#include "run/run.h"
#include "source/kernel_source.h"

/**
 * The run itself, with its cells as they are planned: each "skipped". What cannot be found out about the
 * surroundings (the host's name, git's commit) is left out.
 */
void rec_run_from_plan(const struct run *run, struct rec_run *ret);

/**
 * Fills in the cell of @run that @outcome is about, with the outcome's files and lists but for the layout.
 * @source is NULL where there was none.
 */
void rec_cell_from_outcome(const struct run *run, const struct outcome *outcome,
			   const struct kernel_source *source, struct rec_run *record);

/**
 * The per-CPU section of @vmlinux; NULL where it has none. ERROR_INPUT and ERROR_SYSTEM where it cannot be
 * read.
 */
must_check struct error *rec_layout_from_vmlinux(const char *vmlinux, struct rec_layout **ret);

/** The lines of a .config that set something; NULL where it cannot be read. */
struct rec_config *rec_config_from_file(const char *path);

#endif
