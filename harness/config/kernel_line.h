/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel line: configs/kernels/NAME.ini. Where its source is from, and what it can be built for. */
#ifndef BTFMATRIX_CONFIG_KERNEL_LINE_H
#define BTFMATRIX_CONFIG_KERNEL_LINE_H

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"

struct kernel_line {
	/* the descriptor's file name without ".ini": "6.12", or "7.x" for the newest 7 there is */
	char *name;
	/* NULL for the line of a user's tree, which has no descriptor */
	char *path;
	char *description;
	/* Debian's source package, e.g. "linux-source-6.12", or "linux-source-7.*": the newest of these */
	char *package;
	/* releases of Debian to fetch it from where it is not installed */
	strv suites;
	/* architectures it can be built for; empty: all but not_arches */
	strv arches, not_arches;
	/* lines for Kconfig that this line needs beyond configs/kernel/ */
	strv kconfig;
};

/** Reads a descriptor. Messages have "FILE:LINE: what; the mend". */
must_check struct error *kernel_line_load(const char *path, struct kernel_line **ret);
/** A line without descriptor, of a user's own tree. */
struct kernel_line *kernel_line_of_tree(const char *name);
void kernel_line_free(struct kernel_line *line);
DEFINE_CLEANUP_PTR(kernel_line, struct kernel_line, kernel_line_free);

/** Whether the line can be built for an architecture. */
bool kernel_line_is_for(const struct kernel_line *line, const char *arch);

/** The line's version for version_in_range(): its name, with a high number for "x". The caller frees it. */
char *kernel_line_version(const struct kernel_line *line);

#endif
