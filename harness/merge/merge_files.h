/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of a merged run: logs and JSON of each cell, from the shards' folders. */
#ifndef BTFMATRIX_MERGE_MERGE_FILES_H
#define BTFMATRIX_MERGE_MERGE_FILES_H

#include "merge/merge.h"

/**
 * Copies what cells from elsewhere left into merge->run.dir, writes summary.json there, and has the cells' log
 * lists say what is there. Only plain files are copied, and none that a link leads to. *@lost_ret is how many
 * files the shards' records name that are not there.
 */
must_check struct error *merge_files(struct merge *merge, size_t *lost_ret);

#endif
