/* SPDX-License-Identifier: GPL-2.0-only */
/* Doing a plan: every cell built, booted and verified. */
#ifndef BTFMATRIX_RUN_RUN_H
#define BTFMATRIX_RUN_RUN_H

#include "build/pahole_tool.h"
#include "core/error.h"
#include "plan/plan.h"
#include "run/outcome.h"

struct board;
struct recorder;

/* What is done again though it was done before and has not changed. */
enum run_force {
	FORCE_NOTHING,
	/* boots, and with them the checks */
	FORCE_BOOT,
	/* builds too */
	FORCE_ALL,
};

struct run_request {
	const struct plan *plan;
	/* a kernel tree of the user's, or NULL for Debian's source */
	const char *kernel_dir;
	/* a series of the user's, or NULL for ours */
	const char *series;
	unsigned int jobs;
	/* bytes the cache may have when the run is over */
	uint64_t cache_max;
	/* compile without ccache */
	bool no_ccache;
	enum run_force force;
	/* how often a boot that fails is tried again; what is built and verified always comes out the same */
	unsigned int retries;
	/* boots the kernels in QEMU's place; NULL: QEMU does */
	const struct board *board;
	/* kernels are not booted: what takes a running one is skipped */
	bool no_boot;
	/* folder for results; made by run_plan(), which must not exist yet */
	const char *dir;
	/* options that led to this run, for the line that repeats one cell; "" for none */
	const char *options;
	/* "2/3": which part of its plan this is; NULL: all */
	const char *shard;
	/* gets every cell as soon as it is done; NULL: none */
	struct recorder *recorder;
};

/* A pahole of the plan, found once for all cells that have it. */
struct run_pahole {
	/* borrowed from the plan */
	const struct pahole_spec *spec;
	struct pahole_tool tool;
	/* why there is none; given to every cell that needs it */
	struct error *err;
};

struct run {
	const struct run_request *request;
	/* one for each of the plan's, in its order */
	VEC(struct run_pahole) paholes;
	/* what /bin/sh is, e.g. "dash" */
	char *sh_version;
	/* how make is told of the CPUs there are: see struct build_request */
	char *makeflags;
	int jobserver_fd;
	/* one for each cell of the plan, in its order */
	VEC(struct outcome) outcomes;
	double wall_s;
};

/**
 * Does the plan and writes a JSON file for each cell as soon as it is done. What goes wrong with a cell is
 * that cell's outcome; the others go on. After a signal the rest is skipped and ERROR_INTERRUPTED
 * returned, with @run as far as it came.
 */
must_check struct error *run_plan(const struct run_request *request, struct run *run);
void run_release(struct run *run);

/** The pahole of a cell of the run's plan, found or not. */
const struct run_pahole *run_find_pahole(const struct run *run, const struct cell *cell);

/** "x86_64/gcc/6.12/n" as the name of its folder and of its JSON, "x86_64-gcc-6.12-n"; the caller frees it. */
char *run_cell_file_name(const struct cell *cell);

#endif
