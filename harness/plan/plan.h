/* SPDX-License-Identifier: GPL-2.0-only */
/* From a matrix file and the command line's selection to an ordered list of cells. */
#ifndef BTFMATRIX_PLAN_PLAN_H
#define BTFMATRIX_PLAN_PLAN_H

#include <stddef.h>

#include "config/arch.h"
#include "config/feature.h"
#include "config/kernel_line.h"
#include "config/pahole_spec.h"
#include "config/profile.h"
#include "config/toolchain.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "plan/cell.h"

/* What the user asked for. Strings are borrowed; NULL: whatever the matrix says. */
struct plan_request {
	/* name of a file in configs/matrices without ".ini", or a path with a slash; NULL: "default" */
	const char *matrix;
	/* a descriptor of the user's in place of the matrix's architectures; NULL: those */
	const char *arch_file;
	/* comma-separated lists, each in place of what the matrix has */
	const char *arches, *toolchains, *kernels, *profiles, *paholes, *modes;
	/* a kernel tree of the user's: the kernel is what that is, and kernels plays no part; or NULL */
	const char *kernel_dir;
	/* name of a file in configs/features without ".ini", or a path with a slash; NULL: FEATURE_DEFAULT */
	const char *feature;
	/* a series of the user's, as wanted_series_load() takes it, or NULL */
	const char *series;
	/* a file of Kconfig lines on top of the profile's, or NULL */
	const char *config;
};

/* A cell of the matrix that will not run, and why. */
struct omitted_cell {
	char *name;
	char *reason;
};

struct plan {
	char *matrix_path;
	VEC(struct arch *) arches;
	VEC(struct toolchain *) toolchains;
	VEC(struct kernel_line *) lines;
	VEC(struct profile *) profiles;
	VEC(struct pahole_spec *) paholes;
	struct feature *feature;
	/*
	 * Cells that share an object tree are in one piece, the longest-building first; in it, those of one pahole
	 * are in one piece; in that, n, m, y.
	 */
	VEC(struct cell) cells;
	VEC(struct omitted_cell) omitted;
};

/**
 * Makes the plan. ERROR_INPUT where the matrix or a descriptor is malformed, or the selection names
 * something there is no descriptor for (the message lists what there is).
 */
must_check struct error *plan_make(const struct plan_request *request, struct plan **ret);
void plan_free(struct plan *plan);
DEFINE_CLEANUP_PTR(plan, struct plan, plan_free);

#endif
