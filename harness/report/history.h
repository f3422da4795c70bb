/* SPDX-License-Identifier: GPL-2.0-only */
/* Cells over the runs of the record. */
#ifndef BTFMATRIX_REPORT_HISTORY_H
#define BTFMATRIX_REPORT_HISTORY_H

#include <jansson.h>
#include <stdio.h>

#include "record/record.h"

/** The points of one cell: a line for each run. */
void history_print_cell(FILE *out, const struct rec_point *points, size_t nr);
/** The points of many cells: a line for each cell, with a letter for each run. */
void history_print_cells(FILE *out, const struct rec_point *points, size_t nr);
/** The caller owns the reference. */
json_t *history_to_json(const struct rec_point *points, size_t nr);

#endif
