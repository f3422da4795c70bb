/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user sees while work goes on.
 *
 * Everything goes to standard error; results go to standard output. On a terminal one status line is
 * redrawn below the messages; elsewhere log_status() says nothing.
 */
#ifndef BTFMATRIX_CORE_LOG_H
#define BTFMATRIX_CORE_LOG_H

#include "core/error.h"

enum log_level {
	LOG_QUIET,
	LOG_NORMAL,
	LOG_VERBOSE,
};

void log_set_level(enum log_level level);

/** Prints "btfmatrix: error: ..." at every level. */
printf_like(1, 2) void log_error(const char *fmt, ...);
/** Prints "btfmatrix: warning: ..." at every level. */
printf_like(1, 2) void log_warning(const char *fmt, ...);
/** Prints a line unless quiet. */
printf_like(1, 2) void log_info(const char *fmt, ...);
/** Prints a line if verbose. */
printf_like(1, 2) void log_debug(const char *fmt, ...);

/** Replaces the status line (terminal only); cut to the terminal's width. */
printf_like(1, 2) void log_status(const char *fmt, ...);
/** Removes the status line. */
void log_status_clear(void);

#endif
