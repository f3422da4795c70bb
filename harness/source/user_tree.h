/* SPDX-License-Identifier: GPL-2.0-only */
/* A private copy of a user's kernel tree. */
#ifndef BTFMATRIX_SOURCE_USER_TREE_H
#define BTFMATRIX_SOURCE_USER_TREE_H

#include "core/error.h"
#include "core/fileio.h"

/**
 * Makes @copy equal to the sources in @user_dir; objects of a build in it stay out. In a repository these
 * are the tracked files, and new ones that .gitignore does not exclude. Files whose size and time agree
 * are left alone.
 * @digest_ret is a digest of the names, sizes and times in @user_dir. @user_dir is only read.
 */
must_check struct error *user_tree_sync(const char *user_dir, const char *copy,
					char digest_ret[static SHA256_HEX_SIZE]);

#endif
