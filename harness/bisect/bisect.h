/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bisection itself: tests the ends, then what search_pick() picks, for several cells at once, until each has its
 * culprit. What a trial came to is written down before it is used, so that a bisection that was killed at any point
 * goes on from there.
 */
#ifndef BTFMATRIX_BISECT_BISECT_H
#define BTFMATRIX_BISECT_BISECT_H

#include "bisect/history.h"
#include "bisect/search.h"
#include "bisect/trial.h"
#include "core/error.h"

/* So many commits in a row that cannot be tested end the search: the next hardly can. */
enum {
	SKIPS_MAX = 30
};

/* All borrowed. */
struct bisect_request {
	const struct history *history;
	const struct trial_ops *ops;
	void *context;
	size_t nr_cells;
	/* by cell: its name, and the number of its family: those of one family are tested together */
	const char *const *names;
	const size_t *families;
	/* folder of the trials' results; made if missing */
	const char *state;
	/* trials side by side */
	unsigned int nr_slots;
	/* what the marks are called: "good", "bad" */
	const char *good, *bad;
	/* told of each mark of a cell; @why is NULL where it was tested. May be NULL. */
	struct error *(*on_mark)(void *user, size_t cell, size_t commit, enum mark mark,
				 const char *why);
	void *user;
};

enum bisect_outcome {
	/* not begun, or ended early */
	BISECT_OPEN,
	BISECT_FOUND,
	/* one of several, of which all but the last could not be tested, or were not any more after SKIPS_MAX others */
	BISECT_AMBIGUOUS,
	/* the ends are not what they were said to be */
	BISECT_WRONG_ENDS,
};

struct bisect_cell {
	enum bisect_outcome outcome;
	/* with BISECT_WRONG_ENDS: one sentence; owned */
	char *problem;
	/* the culprit, or the last of the suspects */
	size_t culprit;
	/* what they could be, the culprit too */
	VEC(size_t) suspects;
	/* of the commit that was tested bad nearest to the culprit; its build is the culprit's */
	struct trial_result evidence;
	size_t evidence_of;
	/* commits tested for this cell, those of them that could not be, and those known without a test */
	size_t nr_tested, nr_skipped, nr_same;
	/* skips since something else */
	size_t nr_skipped_in_a_row;
};

struct bisection {
	/* by cell */
	struct bisect_cell *cells;
	size_t nr_cells;
	/* trials done, and taken over from before; their time */
	size_t nr_trials, nr_old_trials;
	double wall_s, cpu_s;
};

/**
 * Bisects. ERROR_INTERRUPTED, and ERROR_SYSTEM where nothing can be tested any more, leave @ret as far as it came; the
 * same request goes on from there.
 */
must_check struct error *bisect_run(const struct bisect_request *request, struct bisection *ret);
void bisection_release(struct bisection *bisection);

#endif
