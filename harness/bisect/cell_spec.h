/* SPDX-License-Identifier: GPL-2.0-only */
/* The cells of --cell: "x86_64/gcc/m,arm64/gcc/y". */
#ifndef BTFMATRIX_BISECT_CELL_SPEC_H
#define BTFMATRIX_BISECT_CELL_SPEC_H

#include <stddef.h>

#include "core/error.h"
#include "core/mem.h"

/* All strings are owned. */
struct cell_spec {
	/* ARCH/TOOLCHAIN[+PROFILE][/pahole-SPEC]/MODE */
	char *name;
	char *arch, *toolchain, *mode;
	/* NULL: the default */
	char *profile, *pahole;
	/* cells with the same one share an object tree: name without the mode */
	char *family;
};

struct cell_specs {
	VEC(struct cell_spec) list;
};

/**
 * Parses a comma-separated list. A cell's whole name is taken too ("x86_64/gcc/6.12+small/pahole-1.30/m"); the kernel
 * in it plays no part. ERROR_INPUT where one is malformed or there twice.
 */
must_check struct error *cell_specs_parse(const char *text, struct cell_specs *ret);
/** ERROR_INPUT where a part of one is not among the descriptors; @feature as in a plan. */
must_check struct error *cell_specs_check(const struct cell_specs *specs, const char *feature);
void cell_specs_release(struct cell_specs *specs);

/** @name with '-' for each '/': part of a file name. The caller frees it. */
char *cell_spec_slug(const char *name);

#endif
