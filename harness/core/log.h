/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user sees while work goes on.
 *
 * Everything goes to standard error; results go to standard output. On a terminal one status line is
 * redrawn below the messages; elsewhere log_status() prints a line when nothing was said for 30 s.
 */
#ifndef BTFMATRIX_CORE_LOG_H
#define BTFMATRIX_CORE_LOG_H

#include <stddef.h>

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

/** Puts "[@step/@nr_steps]" before status lines from now on; 0, 0: nothing. */
void log_set_step(size_t step, size_t nr_steps);

/** Replaces the status line, cut to the terminal's width; elsewhere prints it at most every 30 s. */
printf_like(1, 2) void log_status(const char *fmt, ...);
/** Removes the status line. */
void log_status_clear(void);

enum log_kind {
	/* a message as it is to be printed, with its prefix */
	LOG_MESSAGE,
	/* the new status; "" for none */
	LOG_STATUS,
};

/**
 * Has all that passes the level given to @sink from now on, in place of standard error: a worker's messages go to its
 * driver, which alone draws the status line.
 */
void log_set_sink(void (*sink)(enum log_kind kind, const char *text));

/** Prints a message that a worker's sink got. */
void log_relay(const char *message);

#endif
