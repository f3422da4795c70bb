/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of a build, which cannot fill the disk: of tools that say too much it has the beginning and the end, and
 * between them a line that tells how much was left out. What follows the beginning is written at the end alone.
 *
 *	struct build_log *log;
 *	err = build_log_open(path, BUILD_LOG_MAX, &log);
 *	build_log_add(log, data, len);		// for each chunk of output
 *	err = build_log_close(log);
 */
#ifndef BTFMATRIX_BUILD_BUILD_LOG_H
#define BTFMATRIX_BUILD_BUILD_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum {
	/* bytes: a build without a fault says less than 1 MiB */
	BUILD_LOG_MAX = 32 << 20
};

struct build_log;

/** Opens @path to add to what it has; half of @max bytes are kept of the beginning, with what is there, and half of the end. */
must_check struct error *build_log_open(const char *path, size_t max, struct build_log **ret);

/** Adds output. False: it cannot be written, and build_log_close() says why. */
bool build_log_add(struct build_log *log, const char *data, size_t len);

/** Writes what is left to write, and frees @log. NULL is allowed. */
must_check struct error *build_log_close(struct build_log *log);

#endif
