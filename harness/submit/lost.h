/* SPDX-License-Identifier: GPL-2.0-only */
/* The cells of tasks that were lost, as the record has cells that could not be done. */
#ifndef BTFMATRIX_SUBMIT_LOST_H
#define BTFMATRIX_SUBMIT_LOST_H

#include "submit/submission.h"

/**
 * Writes a results folder parts/lost-N with a record in which the tree's cells are errors, with the reason its
 * first lost task gives. Merged with what the tree's boot task left, cells that were done stay as they are.
 * *path_ret is the folder, the caller's to free; NULL where no task of the tree is lost.
 */
must_check struct error *lost_record(const struct submission *sub, size_t tree, char **path_ret);

#endif
