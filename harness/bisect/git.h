/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Git, without a trace in the user's repository: it is read alone. What is written goes to repositories of our own
 * in the cache, which borrow its objects (objects/info/alternates).
 */
#ifndef BTFMATRIX_BISECT_GIT_H
#define BTFMATRIX_BISECT_GIT_H

#include <stdbool.h>

#include "bisect/history.h"
#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/strbuf.h"

/* The user's repository. All strings are owned. */
struct git_user {
	/* as it was given, resolved */
	char *dir;
	/* its folder of objects */
	char *objects;
	/* a file of it that is not as it was committed, e.g. "kernel/fork.c"; NULL: none */
	char *dirty;
};

/** Opens the repository that @dir is in. ERROR_INPUT where it is none, shallow, or a partial clone. */
must_check struct error *git_user_open(const char *dir, struct git_user *ret);
void git_user_release(struct git_user *user);
/** The object name of a commit of the user's. ERROR_INPUT where there is none; @what is for the message: "--good". */
must_check struct error *git_user_resolve(const struct git_user *user, const char *what,
					  const char *rev, char **ret);

/**
 * Makes the repository @git_dir, if it is not there, with the objects of @objects beside its own. @work_tree is its
 * work tree, or NULL.
 */
must_check struct error *git_make(const char *git_dir, const char *objects, const char *work_tree);

/** Runs git on @git_dir; @out (may be NULL) gets what it says. A status other than 0 is an error. */
must_check struct error *git_run(const char *git_dir, const char *const *args, struct strbuf *out);
/** As git_run(), with all that git says, and whatever its status: git bisect ends with 2 where only skips are left. */
must_check struct error *git_run_said(const char *git_dir, const char *const *args,
				      struct strbuf *out);
/** As git_run(), for one line: the caller frees it. */
must_check struct error *git_line(const char *git_dir, const char *const *args, char **ret);

/** Makes the work tree of @git_dir that of @rev, whatever it was and whatever lies about there. */
must_check struct error *git_checkout(const char *git_dir, const char *rev);

/** The best common ancestor of two commits. ERROR_INPUT where there is none. */
must_check struct error *git_merge_base(const char *git_dir, const char *a, const char *b,
					char **ret);

/**
 * The commits that are in @bad and not in @good, with these two at the ends. @good is an ancestor of @bad. @paths (may
 * be empty): those alone that touch one of them. ERROR_INPUT where the ends are the same.
 */
must_check struct error *git_history(const char *git_dir, const char *good, const char *bad,
				     bool first_parent, const char *const *paths,
				     struct history *ret);

#endif
