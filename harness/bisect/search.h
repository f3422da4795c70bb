/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of one cell over a history, and which commit to test next. No I/O: the rules alone, which are
 * those of git bisect.
 *
 * A commit that is bad makes its ancestors the only candidates; one that is good takes itself and its ancestors
 * from them. One that cannot be tested ("skip") stays a candidate and is not picked again.
 */
#ifndef BTFMATRIX_BISECT_SEARCH_H
#define BTFMATRIX_BISECT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "bisect/history.h"

enum mark {
	MARK_NONE,
	MARK_GOOD,
	MARK_BAD,
	MARK_SKIP,
	MARK_COUNT,
};

enum search_state {
	/* there is something to test */
	SEARCH_GOES_ON,
	/* one candidate is left: the first bad commit */
	SEARCH_FOUND,
	/* several are left, and all but the last of them cannot be tested */
	SEARCH_AMBIGUOUS,
};

struct search {
	/* borrowed */
	const struct history *history;
	/* by commit */
	enum mark *marks;
	bool *candidates;
	size_t nr_candidates;
	/* the bad commit of which all candidates are ancestors */
	size_t bad;
};

/* What is thought of the commits, by index; for choosing among them, never for judging. Each may be NULL. */
struct search_hints {
	/* its build is as its only parent's, so that it is hardly the culprit */
	const bool *inert;
	/* what testing it would cost, in any unit */
	const double *cost;
};

/** The first commit is good, the last bad, and everything else a candidate. */
void search_init(struct search *search, const struct history *history);
void search_release(struct search *search);

void search_mark(struct search *search, size_t commit, enum mark mark);

enum search_state search_state(const struct search *search);

/**
 * Picks up to @k commits to test now and returns how many: those that divide the candidates best, away from what
 * could not be tested; among those that need no more tests in the worst case, the cheapest. 0 where the search is
 * over.
 */
size_t search_pick(const struct search *search, const struct search_hints *hints, size_t k,
		   size_t *picks_ret);

/** How many more tests it takes at least in the worst case, for people. */
unsigned int search_steps_left(const struct search *search, const struct search_hints *hints);

/** "good", "bad", "skip". */
const char *mark_name(enum mark mark);
/** False where @name is none of them. */
bool mark_parse(const char *name, enum mark *ret);

#endif
