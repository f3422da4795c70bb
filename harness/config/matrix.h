/* SPDX-License-Identifier: GPL-2.0-only */
/* A matrix file: configs/matrices/NAME.ini. Which cells there are, as lists of names. */
#ifndef BTFMATRIX_CONFIG_MATRIX_H
#define BTFMATRIX_CONFIG_MATRIX_H

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"

struct matrix {
	char *path;
	/* one line for people, or NULL */
	char *description;
	/* names: of descriptors, of kernel lines ("6.12"), of modes ("n", "m", "y"); none is empty */
	strv arches, toolchains, kernels, modes;
	/* kernel lines for the architectures that none of @kernels can be built for; may be empty */
	strv else_kernels;
	/* names of profiles and, as pahole_spec_parse() has them, of paholes; the default alone where the file says nothing */
	strv profiles, paholes;
};

/**
 * Reads a matrix file. Messages have "FILE:LINE: what; the mend". That names are well formed is checked
 * here; that there are descriptors for them is checked by plan_make().
 */
must_check struct error *matrix_load(const char *path, struct matrix **ret);
void matrix_free(struct matrix *matrix);
DEFINE_CLEANUP_PTR(matrix, struct matrix, matrix_free);

#endif
