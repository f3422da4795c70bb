/* SPDX-License-Identifier: GPL-2.0-only */
/* A series of patches as commits, in a repository of ours, so that it can be bisected. */
#ifndef BTFMATRIX_BISECT_SERIES_COMMITS_H
#define BTFMATRIX_BISECT_SERIES_COMMITS_H

#include "core/error.h"

/**
 * Makes a commit of each patch of @series (as --series has it) on top of the commit @base in @repo. Of a series with a
 * '+' in front ours for that kernel come first, as one commit, which is the good end then; else @base is. @tree is a
 * folder for a work tree; what is there is overwritten. ERROR_INPUT where a patch does not apply (its file and hunk).
 * The same patches on the same commit make commits of the same name.
 */
must_check struct error *series_commits_make(const char *repo, const char *tree, const char *base,
					     const char *series, char **good_ret, char **bad_ret);

#endif
