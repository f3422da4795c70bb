/* SPDX-License-Identifier: GPL-2.0-only */
/* A run held against an earlier one, so that only what is new counts. */
#ifndef BTFMATRIX_REPORT_BASELINE_H
#define BTFMATRIX_REPORT_BASELINE_H

#include "record/model.h"

/**
 * Marks each finding of @run that the same cell of @baseline has too, by check, image and variable: what
 * the witness and BTF say are offsets and sizes, which move from kernel to kernel. A cell that finds
 * three of a kind where the baseline has two has one new. A boot that fails as it did there is marked too.
 */
void baseline_mark(struct rec_run *run, const struct rec_run *baseline);

/** Whether two findings are the same one in that sense. */
bool finding_is_same(const struct rec_finding *a, const struct rec_finding *b);

#endif
