/* SPDX-License-Identifier: GPL-2.0-only */
/* One cell's outcome as JSON, schema "btfmatrix-cell-1". */
#ifndef BTFMATRIX_REPORT_CELL_JSON_H
#define BTFMATRIX_REPORT_CELL_JSON_H

#include <jansson.h>

#include "run/outcome.h"
#include "run/run.h"

/** The cell's record; the caller drops the reference. */
json_t *cell_json(const struct run *run, const struct outcome *outcome);

/** The command that does this one cell again. The caller frees it. */
char *cell_reproducer(const struct run *run, const struct cell *cell);

#endif
