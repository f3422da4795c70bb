/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cells that were done are not done again: their outcomes by the digest of all that decides them. Kept are verdicts on
 * kernels that booted well at the first try: what an error, a slow machine or chance led to is tried again.
 */
#ifndef BTFMATRIX_RUN_OUTCOME_CACHE_H
#define BTFMATRIX_RUN_OUTCOME_CACHE_H

#include <stdbool.h>

#include "run/run_cell.h"

/**
 * Looks for the outcome of @outcome's cell; the cells before it in its family must have been built. Where there is
 * one, with its build and its boot whole in the cache, it becomes @outcome, and its logs are put into context->dir,
 * which need not exist. What is damaged is moved aside or forgotten and counts as none. Nothing of @outcome is changed
 * where *found_ret is false.
 */
must_check struct error *outcome_cache_find(const struct cell_context *context,
					    struct outcome *outcome, bool *found_ret);

/** Keeps the outcome of a cell that is done, if it is one to keep. Trouble costs the cache its use alone. */
void outcome_cache_store(const struct cell_context *context, struct outcome *outcome);

#endif
