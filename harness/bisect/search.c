// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/search.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const mark_names[MARK_COUNT] = {
	[MARK_NONE] = "none",
	[MARK_GOOD] = "good",
	[MARK_BAD] = "bad",
	[MARK_SKIP] = "skip",
};

const char *mark_name(enum mark mark)
{
	return mark_names[mark];
}

bool mark_parse(const char *name, enum mark *ret)
{
	for (enum mark mark = MARK_NONE; mark < MARK_COUNT; mark++) {
		if (str_eq(mark_names[mark], name)) {
			*ret = mark;
			return true;
		}
	}
	return false;
}

void search_init(struct search *search, const struct history *history)
{
	size_t nr = history->commits.len;

	search->history = history;
	search->marks = xcalloc(nr, sizeof(*search->marks));
	search->candidates = xcalloc(nr, sizeof(*search->candidates));
	memset(search->candidates, true, nr);
	search->candidates[0] = false;
	search->nr_candidates = nr - 1;
	search->bad = nr - 1;
	search->marks[0] = MARK_GOOD;
	search->marks[nr - 1] = MARK_BAD;
}

void search_release(struct search *search)
{
	free(search->marks);
	free(search->candidates);
	*search = (struct search){ 0 };
}

/* The candidates among @commit and its ancestors; the caller frees the array. */
static bool *ancestors(const struct search *search, size_t commit)
{
	const struct history *history = search->history;
	bool *reached = xcalloc(history->commits.len, sizeof(*reached));

	reached[commit] = true;
	/* children come after parents */
	for (size_t i = commit + 1; i-- > 0;) {
		if (!reached[i])
			continue;
		vec_for_each(parent, &history->commits.data[i].parents)
			reached[*parent] = true;
	}
	return reached;
}

void search_mark(struct search *search, size_t commit, enum mark mark)
{
	bool *reached;

	search->marks[commit] = mark;
	if (!search->candidates[commit] || (mark != MARK_GOOD && mark != MARK_BAD))
		return;
	reached = ancestors(search, commit);
	search->nr_candidates = 0;
	for (size_t i = 0; i < search->history->commits.len; i++) {
		search->candidates[i] = search->candidates[i] && reached[i] == (mark == MARK_BAD);
		search->nr_candidates += search->candidates[i];
	}
	if (mark == MARK_BAD)
		search->bad = commit;
	free(reached);
}

static bool is_testable(const struct search *search, size_t commit)
{
	return search->candidates[commit] && search->marks[commit] == MARK_NONE;
}

enum search_state search_state(const struct search *search)
{
	if (search->nr_candidates == 1)
		return SEARCH_FOUND;
	for (size_t i = 0; i <= search->bad; i++)
		if (is_testable(search, i))
			return SEARCH_GOES_ON;
	return SEARCH_AMBIGUOUS;
}

/* The weights of a search's candidates: how many culprits are at or below each. */
struct weights {
	const struct search *search;
	/* NULL: every candidate counts */
	const bool *inert;
	size_t *below;
	/* for counting() */
	uint32_t *seen, round;
};

static size_t own_weight(const struct weights *weights, size_t commit)
{
	return !weights->inert || !weights->inert[commit];
}

/* Below a merge ways meet, so they are walked. */
static size_t count_below(struct weights *weights, size_t commit)
{
	const struct search *search = weights->search;
	VEC(size_t) stack = { 0 };
	size_t count = 0;

	weights->round++;
	weights->seen[commit] = weights->round;
	vec_push(&stack, commit);
	while (stack.len) {
		size_t at = stack.data[--stack.len];

		count += own_weight(weights, at);
		vec_for_each(parent, &search->history->commits.data[at].parents) {
			if (!search->candidates[*parent] ||
			    weights->seen[*parent] == weights->round)
				continue;
			weights->seen[*parent] = weights->round;
			vec_push(&stack, *parent);
		}
	}
	vec_free(&stack);
	return count;
}

static void weigh(struct weights *weights)
{
	const struct search *search = weights->search;

	for (size_t i = 0; i <= search->bad; i++) {
		size_t nr_parents = 0, last = 0;

		if (!search->candidates[i])
			continue;
		vec_for_each(parent, &search->history->commits.data[i].parents) {
			if (search->candidates[*parent]) {
				nr_parents++;
				last = *parent;
			}
		}
		weights->below[i] =
			nr_parents > 1
				? count_below(weights, i)
				: own_weight(weights, i) + (nr_parents ? weights->below[last] : 0);
	}
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How far each candidate is, in candidates, from one that could not be tested. The caller frees the array. */
static size_t *distances_from_skipped(const struct search *search)
{
	size_t *distance = xcalloc(search->bad + 1, sizeof(*distance));
	size_t since = search->history->commits.len;

	for (size_t i = 0; i <= search->bad; i++) {
		if (!search->candidates[i])
			continue;
		since = search->marks[i] == MARK_SKIP ? 0 : since + 1;
		distance[i] = since;
	}
	since = search->history->commits.len;
	for (size_t i = search->bad + 1; i-- > 0;) {
		if (!search->candidates[i])
			continue;
		since = search->marks[i] == MARK_SKIP ? 0 : since + 1;
		distance[i] = min_size(distance[i], since);
	}
	return distance;
}

/* The largest part that takes no more tests than halves of @total do. */
static size_t largest_harmless(size_t total)
{
	size_t part = 1;

	while (2 * part < total)
		part *= 2;
	return part;
}

struct chooser {
	const struct search *search;
	const struct search_hints *hints;
	struct weights *weights;
	size_t total;
	size_t *from_skipped;
	/* the first and the last candidate that could not be tested; first > last: there is none */
	size_t first_skipped, last_skipped;
};

/*
 * Commits mostly cannot be tested because of one that broke the build until another mended it: those between are tried
 * when there are no others.
 */
#define BETWEEN_SKIPPED 1e-9

static void find_skipped(struct chooser *chooser)
{
	const struct search *search = chooser->search;

	chooser->first_skipped = search->bad + 1;
	for (size_t i = 0; i <= search->bad; i++) {
		if (!search->candidates[i] || search->marks[i] != MARK_SKIP)
			continue;
		if (chooser->first_skipped > search->bad)
			chooser->first_skipped = i;
		chooser->last_skipped = i;
	}
}

/* How well @commit divides; 0: it tells nothing. */
static double score(const struct chooser *chooser, size_t commit)
{
	size_t below = chooser->weights->below[commit];
	size_t reach = chooser->search->nr_candidates / 8 + 1;
	size_t near = min_size(chooser->from_skipped[commit], reach);

	double share = (double)near / (double)reach;

	/* What is next to a commit that does not build hardly builds. */
	if (commit > chooser->first_skipped && commit < chooser->last_skipped)
		share *= BETWEEN_SKIPPED;
	return (double)min_size(below, chooser->total - below) * share;
}

static double cost_of(const struct chooser *chooser, size_t commit)
{
	return chooser->hints && chooser->hints->cost ? chooser->hints->cost[commit] : 0;
}

static size_t pick_one(const struct chooser *chooser)
{
	const struct search *search = chooser->search;
	size_t largest = largest_harmless(chooser->total), best = 0, pick;
	double best_score = -1;

	for (size_t i = 0; i <= search->bad; i++) {
		if (is_testable(search, i) && score(chooser, i) > best_score) {
			best_score = score(chooser, i);
			best = i;
		}
	}
	pick = best;
	for (size_t i = 0; i <= search->bad && best_score > 0; i++) {
		size_t below = chooser->weights->below[i];

		if (is_testable(search, i) && below <= largest &&
		    chooser->total - below <= largest && score(chooser, i) >= 0.6 * best_score &&
		    cost_of(chooser, i) < cost_of(chooser, pick))
			pick = i;
	}
	return pick;
}

/* Where @k commits divide the candidates into equal parts: the nearest testable ones. */
static size_t pick_several(const struct chooser *chooser, size_t k, size_t *picks_ret)
{
	const struct search *search = chooser->search;
	size_t nr = 0;

	for (size_t part = 1; part <= k; part++) {
		double target = (double)chooser->total * (double)part / (double)(k + 1);
		double best = -1;
		size_t pick = 0;
		bool taken = false;

		for (size_t i = 0; i <= search->bad; i++) {
			double off = (double)chooser->weights->below[i] - target;

			off = off < 0 ? -off : off;
			if (is_testable(search, i) && chooser->from_skipped[i] > 1 &&
			    (best < 0 || off < best)) {
				best = off;
				pick = i;
			}
		}
		for (size_t i = 0; i < nr; i++)
			taken |= picks_ret[i] == pick;
		if (best >= 0 && !taken)
			picks_ret[nr++] = pick;
	}
	return nr;
}

/*
 * All but one commit are thought to make no difference: that one is tested, or the one before it. False where neither
 * can be.
 */
static bool pick_proof(const struct search *search, const bool *inert, size_t *pick_ret)
{
	for (size_t i = 0; i < search->bad; i++) {
		if (is_testable(search, i) && !inert[i]) {
			*pick_ret = i;
			return true;
		}
	}
	if (inert[search->bad])
		return false;
	vec_for_each(parent, &search->history->commits.data[search->bad].parents) {
		if (is_testable(search, *parent)) {
			*pick_ret = *parent;
			return true;
		}
	}
	return false;
}

size_t search_pick(const struct search *search, const struct search_hints *hints, size_t k,
		   size_t *picks_ret)
{
	struct weights weights = { .search = search, .inert = hints ? hints->inert : NULL };
	struct chooser chooser = { .search = search, .hints = hints, .weights = &weights };
	size_t nr = 0;

	if (search_state(search) != SEARCH_GOES_ON)
		return 0;
	weights.below = xcalloc(search->bad + 1, sizeof(*weights.below));
	weights.seen = xcalloc(search->bad + 1, sizeof(*weights.seen));
	weigh(&weights);
	if (weights.below[search->bad] < 2 && weights.inert) {
		if (pick_proof(search, weights.inert, picks_ret)) {
			free(weights.below);
			free(weights.seen);
			return 1;
		}
		weights.inert = NULL;
		weigh(&weights);
	}
	chooser.total = weights.below[search->bad];
	chooser.from_skipped = distances_from_skipped(search);
	find_skipped(&chooser);
	if (k > 1)
		nr = pick_several(&chooser, k, picks_ret);
	if (!nr) {
		picks_ret[0] = pick_one(&chooser);
		nr = 1;
	}
	free(chooser.from_skipped);
	free(weights.below);
	free(weights.seen);
	return nr;
}

unsigned int search_steps_left(const struct search *search, const struct search_hints *hints)
{
	size_t count = 0;
	unsigned int steps = 0;

	for (size_t i = 0; i <= search->bad; i++)
		count += search->candidates[i] &&
			 (i == search->bad || !hints || !hints->inert || !hints->inert[i]);
	while (count > 1) {
		count = (count + 1) / 2;
		steps++;
	}
	return steps;
}
