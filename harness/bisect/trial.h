/* SPDX-License-Identifier: GPL-2.0-only */
/* Testing a commit for some cells: what comes of it, and how it is done. */
#ifndef BTFMATRIX_BISECT_TRIAL_H
#define BTFMATRIX_BISECT_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bisect/search.h"
#include "core/error.h"

/* What came of one cell. All strings are owned. */
struct trial_result {
	/* MARK_NONE: that depends on the good end's state */
	enum mark mark;
	/* one line of why; NULL for good */
	char *reason;
	/* what is compared with the good end, e.g. a variable's place and type; NULL: nothing is */
	char *state;
	/* of a finding: what the witness says and what BTF has; NULL: there is none */
	char *expected, *actual;
	/* not the commit's doing: no space, a tool that is not there */
	bool infrastructure;
	/* of the whole trial, on the first of its cells: seconds, objects compiled, and how often it was tried */
	double wall_s, cpu_s;
	int64_t nr_compiled, nr_tries;
	/* compiler, pahole, QEMU; and the folder of its logs */
	char *tools, *dir;
};

void trial_result_release(struct trial_result *result);

/** A result as a file: whole, or not there. */
must_check struct error *trial_result_save(const struct trial_result *result, const char *path);
/** False where there is none, or it is no such file. */
bool trial_result_load(const char *path, struct trial_result *ret);

/* Commits and cells are told by their index. */
struct trial_ops {
	/**
	 * Tests @commit for @cells, each of which gets a result. The only errors are those that end the bisection:
	 * interrupted, no space for a result. Slots work side by side: each has a tree of its own.
	 */
	struct error *(*test)(void *context, size_t commit, const size_t *cells, size_t nr_cells,
			      unsigned int slot, struct trial_result *results);
	/**
	 * Whether @commit, which has one parent, provably makes the same build as that for @cell, by what the build
	 * of @tested read. NULL: it is never known.
	 */
	bool (*is_same)(void *context, size_t cell, size_t tested, size_t commit);
	/** Fills in what is thought of the commits for @cell, in slot 0's tree. NULL: nothing is. */
	void (*hint)(void *context, size_t cell, bool *inert, double *cost);
};

#endif
