/* SPDX-License-Identifier: GPL-2.0-only */
/* A task, on the node that does it. */
#ifndef BTFMATRIX_SUBMIT_TASK_H
#define BTFMATRIX_SUBMIT_TASK_H

#include "core/error.h"

/**
 * Runs @path.sh with this process's output as its, and writes @path.json with how it ended, unless a signal
 * ended it: it is then to be done again. @status_ret is its exit status.
 */
must_check struct error *task_do(const char *path, int *status_ret);

#endif
