/* SPDX-License-Identifier: GPL-2.0-only */
/* Which kernel a tree is. */
#ifndef BTFMATRIX_SOURCE_TREE_VERSION_H
#define BTFMATRIX_SOURCE_TREE_VERSION_H

#include "core/error.h"

struct tree_version {
	/* "6.12.117", with EXTRAVERSION: "7.3.0-rc1" */
	char *full;
	/* "6.12" */
	char *line;
};

/** Reads VERSION, PATCHLEVEL, SUBLEVEL and EXTRAVERSION of @tree's Makefile. ERROR_INPUT where it is no kernel. */
must_check struct error *tree_version_read(const char *tree, struct tree_version *ret);
void tree_version_release(struct tree_version *version);

#endif
