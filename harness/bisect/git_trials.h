/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Testing git's commits: each slot has a work tree of its own in the cache, which stays there, so that from one commit
 * to the next kbuild compiles what differs.
 */
#ifndef BTFMATRIX_BISECT_GIT_TRIALS_H
#define BTFMATRIX_BISECT_GIT_TRIALS_H

#include "bisect/changes.h"
#include "bisect/depends.h"
#include "bisect/history.h"
#include "bisect/tester.h"
#include "bisect/trial.h"

/* What the build of @commit for @family read. */
struct git_depends {
	bool is_known;
	size_t commit, family;
	/* NULL: nobody knows */
	struct depends *depends;
};

struct git_trials {
	/* all borrowed */
	const struct tester *tester;
	const struct history *history;
	const struct changes *changes;
	/* by cell; names of the families by their number */
	const size_t *families;
	const char *const *family_names;
	/* where the work trees are (bisect/place.h); the folder of the bisection; that of what all bisections know of
	 * a commit */
	const char *place, *state, *memory;

	/* our own */
	struct git_depends last;
};

extern const struct trial_ops git_trial_ops;

/** Frees what the trials kept for themselves. */
void git_trials_release(struct git_trials *trials);

#endif
