/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Git's own bisect, told of every mark of one cell in a repository of ours: it keeps the log, which `git bisect replay`
 * takes in the user's repository, and says for itself which commit is the first bad one.
 */
#ifndef BTFMATRIX_BISECT_GIT_LOG_H
#define BTFMATRIX_BISECT_GIT_LOG_H

#include <stdbool.h>

#include "bisect/search.h"
#include "core/error.h"

/* Strings are owned where not said otherwise. */
struct git_log {
	/* a repository of its own, and the file that has the log after each mark */
	char *git_dir, *path;
	/* terms; borrowed */
	const char *good, *bad;
	/* the commit that git says is the first bad one; NULL: it has not said so */
	char *answer;
};

/** Begins in @git_dir, which is made anew with the objects of @objects. @paths may be NULL. */
must_check struct error *git_log_begin(struct git_log *log, const char *objects,
				       const char *good_commit, const char *bad_commit,
				       bool first_parent, const char *const *paths);
must_check struct error *git_log_mark(struct git_log *log, const char *commit, enum mark mark);
void git_log_release(struct git_log *log);

#endif
