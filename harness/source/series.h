/* SPDX-License-Identifier: GPL-2.0-only */
/* A quilt-style series of patches: a folder with a file `series` and the patches it names, in order. */
#ifndef BTFMATRIX_SOURCE_SERIES_H
#define BTFMATRIX_SOURCE_SERIES_H

#include "core/cleanup.h"
#include "core/error.h"
#include "core/fileio.h"

/* Bytes of a patch. */
enum {
	PATCH_MAX = 64 << 20
};

struct series {
	char *dir;
	/* absolute paths, in order */
	char **patches;
	unsigned int nr_patches;
	/* digest of names, order and contents */
	char id[SHA256_HEX_SIZE];
};

/** Reads a series. Empty lines and `#` comments are skipped; every patch named must be there. */
must_check struct error *series_load(const char *dir, struct series *ret);
void series_release(struct series *series);

/** Puts the patches of @more, which is then empty, behind those of @series. */
void series_append(struct series *series, struct series *more);

/**
 * Applies every patch to the tree @tree with no fuzz. A patch that is wholly there already (its reverse
 * applies) is counted in @present_ret instead. ERROR_INPUT with the patch, its files and hunks where one of them
 * conflicts or is half there; then nothing is changed.
 */
must_check struct error *series_apply(const struct series *series, const char *tree,
				      unsigned int *applied_ret, unsigned int *present_ret);

#endif
