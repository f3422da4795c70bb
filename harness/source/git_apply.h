/* SPDX-License-Identifier: GPL-2.0-only */
/* `git apply` in a folder that may or may not be a repository. */
#ifndef BTFMATRIX_SOURCE_GIT_APPLY_H
#define BTFMATRIX_SOURCE_GIT_APPLY_H

#include "core/error.h"

/**
 * Runs `git apply OPTIONS PATCH` in @tree, with no fuzz. @options end with NULL. @status_ret is its exit status;
 * @words_ret (may be NULL) what it said, the caller's to free.
 */
must_check struct error *git_apply(const char *tree, const char *patch, const char *const *options,
				   int *status_ret, char **words_ret);

#endif
