/* SPDX-License-Identifier: GPL-2.0-only */
/* Building a cell's kernel, and keeping what is made of it. */
#ifndef BTFMATRIX_BUILD_BUILD_H
#define BTFMATRIX_BUILD_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "build/pahole_tool.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "plan/cell.h"
#include "source/kernel_source.h"
#include "toolroot/cell_tools.h"

struct build_request {
	const struct cell *cell;
	const struct kernel_source *source;
	/* tree or series are the user's: such builds are kept apart from those of ours */
	bool own_source;
	/* the cell's */
	const struct pahole_tool *pahole;
	/* what cell_tools_find() found for it */
	const struct cell_tools *tools;
	/* make it although it is there */
	bool force;
	/* make's -j, where there is no jobserver */
	unsigned int jobs;
	/* "MAKEFLAGS=..." that tells make of a jobserver; NULL: there is none */
	const char *makeflags;
	/* compile without ccache, also where there is one */
	bool no_ccache;
	/* what make gets as descriptors 3 and 4 for it; -1: nothing */
	int jobserver_fd;
};

/* How far a build came. */
enum build_step {
	/* tools, the request, the object tree, the cache */
	BUILD_PREPARE,
	/* Kconfig, and the proof that it granted what was asked for */
	BUILD_CONFIGURE,
	BUILD_COMPILE,
	/* what is kept of it */
	BUILD_KEEP,
};

/* All strings are owned. */
struct build_result {
	/* what it was at when it ended; after a failure, what failed */
	enum build_step step;
	/* folder in the cache with everything below; kept for later runs */
	char *dir;
	/* digest of all that went into the cell */
	char *key;
	char *vmlinux, *image, *config;
	/* NULL where the build made none */
	char *extra_module;
	/* what `btfmatrix pahole` changed in vmlinux's BTF and in the extra module's; NULL: no report */
	char *repairs, *extra_repairs;
	char *log;
	/* "gcc 12.2.0", "ld 2.40", ... */
	char *compiler, *linker, *make;
	/* "ccache 4.7.5", through which it was compiled; NULL: it was not */
	char *ccache;
	/* the make command line, for people who want to do it by hand */
	char *command;
	/* found in the cache: times and counts are those of the build that made it */
	bool cached;
	double wall_s, cpu_s;
	/* objects compiled: lines "CC" and "AS" of kbuild */
	size_t nr_compiled;
};

/**
 * Builds @request's cell in the object tree it shares, or finds it built by an earlier run. The progress is
 * shown by log_status().
 *
 * Errors: no compiler, a symbol Kconfig did not grant, a compile error (with the line that tells it and the
 * log's path), no space, interrupted.
 */
must_check struct error *build_cell(const struct build_request *request,
				    struct build_result *result);

/**
 * Finds @request's cell built by an earlier run, and fills in @result. Where there is none, *found_ret is false and
 * @result has the key and the tools alone. A build that is damaged is moved aside and counts as none.
 */
must_check struct error *build_find(const struct build_request *request,
				    struct build_result *result, bool *found_ret);
void build_result_release(struct build_result *result);

#endif
