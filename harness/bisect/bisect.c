// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/bisect.h"

#include <stdlib.h>
#include <string.h>

#include "bisect/trials.h"
#include "core/cleanup.h"
#include "core/log.h"
#include "core/proc.h"

struct driver {
	const struct bisect_request *request;
	struct bisection *bisection;
	/* by cell; history is NULL until its ends are proved */
	struct search *searches;
	/* by cell: the good end's state; NULL: there is none */
	char **good_states;
	/* by commit, for one cell at a time */
	bool *inert;
	double *cost;
};

static const char *id_of(const struct driver *driver, size_t commit)
{
	return driver->request->history->commits.data[commit].id;
}

static size_t last_commit(const struct driver *driver)
{
	return driver->request->history->commits.len - 1;
}

static bool is_open(const struct driver *driver, size_t cell)
{
	return driver->bisection->cells[cell].outcome == BISECT_OPEN;
}

/* What a result means for a cell: where there is a state, it is held against the good end's. */
static enum mark mark_of(const struct driver *driver, size_t cell,
			 const struct trial_result *result)
{
	const char *good = driver->good_states[cell];

	if (result->mark != MARK_NONE)
		return result->mark;
	return good && result->state && str_eq(good, result->state) ? MARK_GOOD : MARK_BAD;
}

static struct error *tell(const struct driver *driver, size_t cell, size_t commit, enum mark mark,
			  const char *why)
{
	const struct bisect_request *request = driver->request;

	return request->on_mark ? request->on_mark(request->user, cell, commit, mark, why) : NULL;
}

/* Commits that one mark says all about, with their number. */
struct reach {
	VEC(size_t) list;
	bool *reached;
};

static void reach_add(struct reach *reach, size_t commit)
{
	if (reach->reached[commit])
		return;
	reach->reached[commit] = true;
	vec_push(&reach->list, commit);
}

static void find_same(const struct driver *driver, size_t cell, size_t tested, struct reach *reach)
{
	const struct bisect_request *request = driver->request;
	const struct history *history = request->history;

	reach_add(reach, tested);
	for (size_t i = 0; i < reach->list.len; i++) {
		size_t at = reach->list.data[i], parent = history_only_parent(history, at);

		if (parent != at && !reach->reached[parent] &&
		    request->ops->is_same(request->context, cell, tested, at))
			reach_add(reach, parent);
		vec_for_each(child, &history->commits.data[at].children) {
			if (!reach->reached[*child] && history_only_parent(history, *child) == at &&
			    request->ops->is_same(request->context, cell, tested, *child))
				reach_add(reach, *child);
		}
	}
}

/* The commits that provably make @tested's build are what it is. The one that says most goes first. */
static struct error *mark_same(struct driver *driver, size_t cell, size_t tested, enum mark mark)
{
	struct search *search = &driver->searches[cell];
	size_t nr = driver->request->history->commits.len;
	_cleanup_free_ char *why = xasprintf("it makes the build of %.12s", id_of(driver, tested));
	struct reach reach = { .reached = xcalloc(nr, sizeof(*reach.reached)) };
	struct error *err = NULL;

	find_same(driver, cell, tested, &reach);
	for (size_t i = 0; !err && i < nr; i++) {
		size_t commit = mark == MARK_BAD ? i : nr - 1 - i;

		if (!reach.reached[commit] || !search->candidates[commit] ||
		    search->marks[commit] != MARK_NONE)
			continue;
		search_mark(search, commit, mark);
		driver->bisection->cells[cell].nr_same++;
		err = tell(driver, cell, commit, mark, why);
	}
	vec_free(&reach.list);
	free(reach.reached);
	return err;
}

static void keep_evidence(struct driver *driver, size_t cell, size_t commit,
			  const struct trial_result *result)
{
	struct bisect_cell *to = &driver->bisection->cells[cell];
	const char *const from[] = { result->reason, result->state, result->expected,
				     result->actual, result->tools, result->dir };
	char **const fields[] = { &to->evidence.reason, &to->evidence.state, &to->evidence.expected,
				  &to->evidence.actual, &to->evidence.tools, &to->evidence.dir };

	trial_result_release(&to->evidence);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		*fields[i] = from[i] ? xstrdup(from[i]) : NULL;
	if (result->state && !to->evidence.expected) {
		to->evidence.expected = xstrdup(driver->good_states[cell] ?: "");
		to->evidence.actual = xstrdup(result->state);
	}
	to->evidence_of = commit;
}

/* Takes a result in, and ends the cell where that is all. */
static struct error *take_result(struct driver *driver, size_t cell, size_t commit,
				 const struct trial_result *result)
{
	struct search *search = &driver->searches[cell];
	struct bisect_cell *to = &driver->bisection->cells[cell];
	enum mark mark = mark_of(driver, cell, result);
	struct error *err;

	to->nr_tested++;
	to->nr_skipped += mark == MARK_SKIP;
	to->nr_skipped_in_a_row = mark == MARK_SKIP ? to->nr_skipped_in_a_row + 1 : 0;
	if (mark == MARK_BAD)
		keep_evidence(driver, cell, commit, result);
	log_info("%s: %.12s is %s%s%s", driver->request->names[cell], id_of(driver, commit),
		 mark == MARK_BAD    ? driver->request->bad
		 : mark == MARK_GOOD ? driver->request->good
				     : "skipped",
		 result->reason ? ": " : "", result->reason ?: "");
	search_mark(search, commit, mark);
	err = tell(driver, cell, commit, mark, result->reason);
	if (!err && mark != MARK_SKIP && driver->request->ops->is_same)
		err = mark_same(driver, cell, commit, mark);
	return err;
}

static void conclude(struct driver *driver, size_t cell)
{
	struct search *search = &driver->searches[cell];
	struct bisect_cell *to = &driver->bisection->cells[cell];
	enum search_state state = search_state(search);

	if (state == SEARCH_GOES_ON && to->nr_skipped_in_a_row < SKIPS_MAX)
		return;
	to->outcome = state == SEARCH_FOUND ? BISECT_FOUND : BISECT_AMBIGUOUS;
	to->culprit = search->bad;
	for (size_t i = 0; i <= search->bad; i++)
		if (search->candidates[i])
			vec_push(&to->suspects, i);
}

static void refuse(struct bisect_cell *cell, char *problem)
{
	cell->outcome = BISECT_WRONG_ENDS;
	cell->problem = problem;
}

static void judge_good_end(struct driver *driver, size_t cell, const struct trial_result *result)
{
	const struct bisect_request *request = driver->request;
	struct bisect_cell *to = &driver->bisection->cells[cell];

	to->nr_tested++;
	if (result->mark == MARK_SKIP)
		refuse(to, xasprintf("the %s end, %.12s, cannot be tested: %s", request->good,
				     id_of(driver, 0), result->reason ?: "no reason"));
	else if (result->mark == MARK_BAD)
		refuse(to, xasprintf("%.12s was said to be %s and is %s: %s", id_of(driver, 0),
				     request->good, request->bad, result->reason ?: "no reason"));
	else
		driver->good_states[cell] = result->state ? xstrdup(result->state) : NULL;
}

static void judge_bad_end(struct driver *driver, size_t cell, const struct trial_result *result)
{
	const struct bisect_request *request = driver->request;
	struct bisect_cell *to = &driver->bisection->cells[cell];
	size_t end = last_commit(driver);

	to->nr_tested++;
	if (result->mark == MARK_SKIP)
		refuse(to, xasprintf("the %s end, %.12s, cannot be tested: %s", request->bad,
				     id_of(driver, end), result->reason ?: "no reason"));
	else if (mark_of(driver, cell, result) == MARK_GOOD)
		refuse(to, xasprintf("%.12s was said to be %s and is %s%s%s", id_of(driver, end),
				     request->bad, request->good,
				     result->state ? ", as at the other end: " : "",
				     result->state ?: ""));
	else
		keep_evidence(driver, cell, end, result);
}

typedef void (*judge_end)(struct driver *driver, size_t cell, const struct trial_result *result);

static void add_cost(struct bisection *bisection, const struct trial *trial)
{
	size_t nr = 0;

	for (size_t i = 0; i < trial->nr_cells; i++) {
		/* a trial's figures are on its first cell */
		nr |= trial->results[i].nr_tries > 0;
		bisection->wall_s += trial->results[i].wall_s;
		bisection->cpu_s += trial->results[i].cpu_s;
	}
	if (trial->is_old)
		bisection->nr_old_trials += nr;
	else
		bisection->nr_trials += nr;
}

/* The open cells of a family that want @commit tested; with @search for those that have it still to be known. */
static void fill_trial(const struct driver *driver, size_t family, size_t commit, bool is_end,
		       struct trial *trial)
{
	*trial = (struct trial){ .commit = commit };
	for (size_t cell = 0; cell < driver->request->nr_cells; cell++) {
		const struct search *search = &driver->searches[cell];

		if (driver->request->families[cell] != family || !is_open(driver, cell) ||
		    trial->nr_cells == TRIAL_CELLS_MAX)
			continue;
		if (is_end || (search->candidates[commit] && search->marks[commit] == MARK_NONE))
			trial->cells[trial->nr_cells++] = cell;
	}
}

static size_t count_families(const struct driver *driver)
{
	size_t nr = 0;

	for (size_t cell = 0; cell < driver->request->nr_cells; cell++)
		if (driver->request->families[cell] >= nr)
			nr = driver->request->families[cell] + 1;
	return nr;
}

static struct error *test_end(struct driver *driver, size_t commit, judge_end judge)
{
	size_t nr_families = count_families(driver), nr = 0;
	struct trial *trials = xcalloc(nr_families, sizeof(*trials));
	struct error *err;

	for (size_t family = 0; family < nr_families; family++) {
		fill_trial(driver, family, commit, true, &trials[nr]);
		nr += trials[nr].nr_cells > 0;
	}
	err = trials_run(driver->request, trials, nr);
	for (size_t i = 0; !err && i < nr; i++) {
		add_cost(driver->bisection, &trials[i]);
		for (size_t k = 0; k < trials[i].nr_cells; k++)
			judge(driver, trials[i].cells[k], &trials[i].results[k]);
	}
	trials_free(trials, nr);
	return err;
}

/* What an earlier attempt tested is known before anything is picked, so that nothing is tested beside it. */
static struct error *take_old_results(struct driver *driver, size_t cell)
{
	struct error *err = NULL;

	for (size_t commit = 1; !err && commit < last_commit(driver); commit++) {
		struct trial trial = { .commit = commit, .cells = { cell }, .nr_cells = 1 };

		if (!trial_load(driver->request, &trial))
			continue;
		add_cost(driver->bisection, &trial);
		err = take_result(driver, cell, commit, &trial.results[0]);
		trial_forget(&trial);
	}
	return err;
}

/* Both ends are what they were said to be: what is as they are, is known too. */
static struct error *begin_searches(struct driver *driver)
{
	struct error *err = NULL;

	for (size_t cell = 0; !err && cell < driver->request->nr_cells; cell++) {
		if (!is_open(driver, cell))
			continue;
		err = tell(driver, cell, last_commit(driver), MARK_BAD, NULL);
		if (!err)
			err = tell(driver, cell, 0, MARK_GOOD, NULL);
		if (!err && driver->request->ops->is_same)
			err = mark_same(driver, cell, 0, MARK_GOOD);
		if (!err && driver->request->ops->is_same)
			err = mark_same(driver, cell, last_commit(driver), MARK_BAD);
		if (!err)
			err = take_old_results(driver, cell);
		conclude(driver, cell);
	}
	return err;
}

/* The open cell of the family with the most candidates, or the number of cells where none is open. */
static size_t widest_cell(const struct driver *driver, size_t family)
{
	size_t widest = driver->request->nr_cells, most = 0;

	for (size_t cell = 0; cell < driver->request->nr_cells; cell++) {
		if (driver->request->families[cell] == family && is_open(driver, cell) &&
		    driver->searches[cell].nr_candidates > most) {
			most = driver->searches[cell].nr_candidates;
			widest = cell;
		}
	}
	return widest;
}

/* Up to @max trials that are worth doing now; returns how many. */
static size_t choose_trials(struct driver *driver, size_t max, struct trial *trials)
{
	const struct bisect_request *request = driver->request;
	struct search_hints hints = { 0 };
	size_t nr_families = count_families(driver), nr_open = 0, nr = 0;
	size_t *picks = xcalloc(max, sizeof(*picks));

	for (size_t family = 0; family < nr_families; family++)
		nr_open += widest_cell(driver, family) < request->nr_cells;
	for (size_t family = 0; family < nr_families && nr < max; family++) {
		size_t cell = widest_cell(driver, family), nr_picks;

		if (cell == request->nr_cells)
			continue;
		if (request->ops->hint) {
			request->ops->hint(request->context, cell, driver->inert, driver->cost);
			hints = (struct search_hints){ driver->inert, driver->cost };
		}
		nr_picks = search_pick(&driver->searches[cell], &hints,
				       max > nr_open ? max / nr_open : 1, picks);
		log_info("%s: %zu commits left, about %u trials", request->names[cell],
			 driver->searches[cell].nr_candidates,
			 search_steps_left(&driver->searches[cell], &hints));
		for (size_t i = 0; i < nr_picks && nr < max; i++)
			fill_trial(driver, family, picks[i], false, &trials[nr++]);
	}
	free(picks);
	return nr;
}

static struct error *do_round(struct driver *driver, bool *over_ret)
{
	size_t max = driver->request->nr_slots ?: 1, nr;
	struct trial *trials = xcalloc(max, sizeof(*trials));
	struct error *err;

	nr = choose_trials(driver, max, trials);
	*over_ret = nr == 0;
	err = trials_run(driver->request, trials, nr);
	for (size_t i = 0; !err && i < nr; i++) {
		add_cost(driver->bisection, &trials[i]);
		for (size_t k = 0; !err && k < trials[i].nr_cells; k++)
			if (is_open(driver, trials[i].cells[k]))
				err = take_result(driver, trials[i].cells[k], trials[i].commit,
						  &trials[i].results[k]);
	}
	for (size_t cell = 0; !err && cell < driver->request->nr_cells; cell++)
		if (is_open(driver, cell))
			conclude(driver, cell);
	trials_free(trials, nr);
	return err;
}

static struct error *bisect(struct driver *driver)
{
	bool over = false;
	struct error *err = test_end(driver, 0, judge_good_end);

	if (!err)
		err = test_end(driver, last_commit(driver), judge_bad_end);
	if (!err)
		err = begin_searches(driver);
	while (!err && !over) {
		if (proc_interrupted())
			return error_new(ERROR_INTERRUPTED, "interrupted");
		err = do_round(driver, &over);
	}
	return err;
}

struct error *bisect_run(const struct bisect_request *request, struct bisection *ret)
{
	size_t nr = request->history->commits.len;
	struct driver driver = {
		.request = request,
		.bisection = ret,
		.searches = xcalloc(request->nr_cells, sizeof(*driver.searches)),
		.good_states = xcalloc(request->nr_cells, sizeof(*driver.good_states)),
		.inert = xcalloc(nr, sizeof(*driver.inert)),
		.cost = xcalloc(nr, sizeof(*driver.cost)),
	};
	struct error *err;

	ret->nr_cells = request->nr_cells;
	ret->cells = xcalloc(request->nr_cells, sizeof(*ret->cells));
	for (size_t cell = 0; cell < request->nr_cells; cell++)
		search_init(&driver.searches[cell], request->history);
	err = bisect(&driver);
	for (size_t cell = 0; cell < request->nr_cells; cell++) {
		search_release(&driver.searches[cell]);
		free(driver.good_states[cell]);
	}
	free(driver.searches);
	free(driver.good_states);
	free(driver.inert);
	free(driver.cost);
	return err;
}

void bisection_release(struct bisection *bisection)
{
	for (size_t i = 0; bisection->cells && i < bisection->nr_cells; i++) {
		struct bisect_cell *cell = &bisection->cells[i];

		free(cell->problem);
		vec_free(&cell->suspects);
		trial_result_release(&cell->evidence);
	}
	free(bisection->cells);
	*bisection = (struct bisection){ 0 };
}
