/* SPDX-License-Identifier: GPL-2.0-only */
/* A private copy of a user's kernel tree. */
#ifndef BTFMATRIX_SOURCE_USER_TREE_H
#define BTFMATRIX_SOURCE_USER_TREE_H

#include "core/cleanup.h"
#include "core/error.h"
#include "core/fileio.h"
#include "core/mem.h"

/* The sources in a user's tree. */
struct user_tree {
	char *dir;
	/* relative to dir, sorted; in text, NUL-separated */
	VEC(const char *) names;
	char *text;
	/* of names, sizes, times and modes: an edit changes it */
	char digest[SHA256_HEX_SIZE];
};

/**
 * Lists the sources in @dir; what a build in it has left stays out. In a repository these are the tracked
 * files, and new ones that .gitignore does not exclude. @dir is only read; @scratch is a path that nothing
 * is at, for a moment's use.
 */
must_check struct error *user_tree_open(const char *dir, const char *scratch,
					struct user_tree *ret);

/** Makes @copy equal to @tree. Files whose size and time agree are left alone. */
must_check struct error *user_tree_copy(const struct user_tree *tree, const char *copy);

void user_tree_release(struct user_tree *tree);

#endif
