/* SPDX-License-Identifier: GPL-2.0-only */
/* A submission from its first job to its last. */
#ifndef BTFMATRIX_SUBMIT_FOLLOW_H
#define BTFMATRIX_SUBMIT_FOLLOW_H

#include "submit/engine.h"

/** Submits the stages that are not, having looked for those that an earlier call submitted and did not note. */
must_check struct error *follow_submit(struct submission *sub, const struct engine_ops *engine);

/**
 * Waits for all tasks, says what becomes of them, and comes back when none waits or runs. After SIGINT and
 * SIGTERM the jobs are cancelled; after SIGHUP, when the terminal is gone, they go on. Both are
 * ERROR_INTERRUPTED.
 */
must_check struct error *follow_tasks(struct submission *sub, const struct engine_ops *engine);

/** How many tasks are lost. */
size_t follow_count_lost(const struct submission *sub);

#endif
