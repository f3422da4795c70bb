// SPDX-License-Identifier: GPL-2.0-only
/* Which Kconfig lines make a configuration bad. */
#include <stdlib.h>
#include <string.h>

#include "bisect/config_diff.h"
#include "bisect/minimal_set.h"
#include "bisect/session.h"
#include "bisect/trials.h"
#include "core/fileio.h"
#include "core/log.h"

enum {
	ID_DIGITS = 12
};

/* One cell's reduction. */
struct config_search {
	struct session *session;
	const struct config_diff *diff;
	const char *runs;
	size_t cell;
	/* the configurations tested, by digest; grows */
	struct history tested;
	struct bisect_request request;
	/* of the configuration in which nothing is chosen */
	char *good_state;
};

static char *fragment_path(const struct config_search *search, const char *id)
{
	return xasprintf("%s/%s.config", search->session->state, id);
}

static struct error *test_config(void *context, size_t commit, const size_t *cells, size_t nr_cells,
				 unsigned int slot, struct trial_result *results)
{
	struct config_search *search = context;
	const struct bisect_options *options = search->session->options;
	const char *id = search->tested.commits.data[commit].id;
	_cleanup_free_ char *path = fragment_path(search, id);
	struct tester tester = session_tester(options, search->runs);

	(void)slot;
	tester.config = path;
	return tester_run(&tester, options->kernel ? NULL : options->kernel_dir, id, cells,
			  nr_cells, NULL, results);
}

static const struct trial_ops ops = { .test = test_config };

/* Writes the configuration and returns its index among those tested. */
static struct error *add_config(struct config_search *search, const bool *chosen, size_t *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *id = NULL, *path = NULL;
	char hex[SHA256_HEX_SIZE];

	config_diff_write(search->diff, chosen, &text);
	sha256_hex(strbuf_str(&text), text.len, hex);
	id = xasprintf("config-%.*s", ID_DIGITS, hex);
	path = fragment_path(search, id);
	*ret = history_find(&search->tested, id);
	if (*ret == search->tested.commits.len)
		history_add(&search->tested, xstrdup(id), xstrdup(""), NULL, 0);
	return file_write_if_changed(path, strbuf_str(&text), text.len, 0644, NULL);
}

static void note_trial(struct config_search *search, const struct trial *trial)
{
	struct bisection *bisection = &search->session->bisection;
	struct bisect_cell *cell = &bisection->cells[search->cell];

	cell->nr_tested++;
	cell->nr_skipped += trial->results[0].mark == MARK_SKIP;
	if (trial->is_old)
		bisection->nr_old_trials++;
	else
		bisection->nr_trials++;
	bisection->wall_s += trial->results[0].wall_s;
	bisection->cpu_s += trial->results[0].cpu_s;
}

static enum mark mark_of(const struct config_search *search, const struct trial_result *result)
{
	if (result->mark != MARK_NONE)
		return result->mark;
	return search->good_state && str_eq(search->good_state, result->state) ? MARK_GOOD
									       : MARK_BAD;
}

/* Tests a configuration; @result_ret gets what it came to. */
static struct error *test_once(struct config_search *search, const bool *chosen,
			       struct trial_result *result_ret)
{
	struct trial *trial = xcalloc(1, sizeof(*trial));
	size_t nr_before = search->tested.commits.len;
	struct error *err;

	trial->cells[0] = search->cell;
	trial->nr_cells = 1;
	err = add_config(search, chosen, &trial->commit);
	if (!err)
		err = trials_run(&search->request, trial, 1);
	if (!err) {
		if (trial->commit == nr_before)
			note_trial(search, trial);
		*result_ret = trial->results[0];
		trial->results[0] = (struct trial_result){ 0 };
	}
	trials_free(trial, 1);
	return err;
}

static struct error *test_chosen(void *context, const bool *chosen, enum mark *mark_ret)
{
	struct config_search *search = context;
	struct bisect_cell *cell = &search->session->bisection.cells[search->cell];
	struct trial_result result = { 0 };
	size_t nr = 0;
	struct error *err = test_once(search, chosen, &result);

	if (err)
		return err;
	for (size_t i = 0; i < search->diff->differences.len; i++)
		nr += chosen[i];
	*mark_ret = mark_of(search, &result);
	log_info("%s: with %zu of the lines it is %s%s%s", search->session->names[search->cell], nr,
		 mark_name(*mark_ret), result.reason ? ": " : "", result.reason ?: "");
	if (*mark_ret == MARK_BAD) {
		trial_result_release(&cell->evidence);
		cell->evidence = result;
		return NULL;
	}
	trial_result_release(&result);
	return NULL;
}

static void refuse(struct bisect_cell *cell, const char *which, const char *path, const char *what,
		   const char *reason)
{
	cell->outcome = BISECT_WRONG_ENDS;
	cell->problem = xasprintf("the %s configuration, %s, %s%s%s", which, path, what,
				  reason ? ": " : "", reason ?: "");
}

/* False where the ends are not what they were said to be. */
static struct error *test_ends(struct config_search *search, bool *chosen, bool *ok_ret)
{
	const struct bisect_options *options = search->session->options;
	struct bisect_cell *cell = &search->session->bisection.cells[search->cell];
	struct trial_result good = { 0 };
	enum mark mark;
	struct error *err = test_once(search, chosen, &good);

	*ok_ret = false;
	if (err)
		return err;
	if (good.mark == MARK_SKIP)
		refuse(cell, "good", options->config_good, "cannot be tested", good.reason);
	else if (good.mark == MARK_BAD)
		refuse(cell, "good", options->config_good, "is bad", good.reason);
	else
		search->good_state = good.state ? xstrdup(good.state) : NULL;
	trial_result_release(&good);
	if (cell->outcome != BISECT_OPEN)
		return NULL;
	memset(chosen, true, search->diff->differences.len);
	err = test_chosen(search, chosen, &mark);
	if (err)
		return err;
	if (mark == MARK_SKIP)
		refuse(cell, "bad", options->config_bad, "cannot be tested", NULL);
	else if (mark == MARK_GOOD)
		refuse(cell, "bad", options->config_bad, "is good", NULL);
	*ok_ret = cell->outcome == BISECT_OPEN;
	return NULL;
}

static struct error *search_cell(struct config_search *search)
{
	size_t nr = search->diff->differences.len;
	struct bisect_cell *cell = &search->session->bisection.cells[search->cell];
	_cleanup_free_ bool *chosen = xcalloc(nr, sizeof(*chosen));
	bool ok;
	struct error *err = test_ends(search, chosen, &ok);

	if (err || !ok)
		return err;
	err = minimal_set_find(nr, test_chosen, search, chosen);
	if (err)
		return err;
	cell->outcome = BISECT_FOUND;
	/* the session's history has the good configuration first, then each difference */
	for (size_t i = 0; i < nr; i++)
		if (chosen[i])
			vec_push(&cell->suspects, i + 1);
	cell->culprit = cell->evidence_of = cell->suspects.data[cell->suspects.len - 1];
	return NULL;
}

static void name_differences(struct session *session, const struct config_diff *diff)
{
	history_add(&session->history, xstrdup(session->options->config_good), xstrdup(""), NULL,
		    0);
	vec_for_each(at, &diff->differences) {
		const struct config_line_pair *pair = &diff->pairs.data[*at];

		history_add(&session->history,
			    pair->bad ? xstrdup(pair->bad)
				      : xasprintf("no line for %s", pair->symbol),
			    pair->good ? xasprintf("(was: %s)", pair->good)
				       : xstrdup("(was not there)"),
			    NULL, 0);
	}
}

static struct error *prepare(const struct bisect_options *options, struct session *session,
			     const struct config_diff *diff)
{
	_cleanup_strbuf_ struct strbuf what = STRBUF_INIT, request = STRBUF_INIT;
	struct error *err;

	name_differences(session, diff);
	vec_for_each(pair, &diff->pairs)
		strbuf_addf(&what, "%s\n%s\n", pair->good ?: "", pair->bad ?: "");
	err = session_describe(options, strbuf_str(&what), &request);
	return err
		       ?: session_folders("config", strbuf_str(&request), options->restart, NULL,
					  &session->state);
}

struct error *session_bisect_config(const struct bisect_options *options, struct session *session)
{
	_cleanup_(config_diff_release) struct config_diff diff = { 0 };
	_cleanup_free_ char *runs = NULL;
	struct error *err = config_diff_load(options->config_good, options->config_bad, &diff);

	session->thing = "line";
	session_name_cells(session, options);
	if (!err)
		err = prepare(options, session, &diff);
	if (err)
		return err;
	runs = xasprintf("%s/runs", session->state);
	log_info("%zu lines differ; the bisection is kept in %s", diff.differences.len,
		 session->state);
	session->bisection.nr_cells = options->cells.list.len;
	session->bisection.cells =
		xcalloc(session->bisection.nr_cells, sizeof(*session->bisection.cells));
	for (size_t cell = 0; !err && cell < session->bisection.nr_cells; cell++) {
		struct config_search search = {
			.session = session,
			.diff = &diff,
			.runs = runs,
			.cell = cell,
		};

		search.request = (struct bisect_request){
			.history = &search.tested,
			.ops = &ops,
			.context = &search,
			.nr_cells = session->bisection.nr_cells,
			.names = session->names,
			.families = session->families,
			.state = session->state,
			.nr_slots = 1,
			.good = options->term_good,
			.bad = options->term_bad,
		};
		err = search_cell(&search);
		history_release(&search.tested);
		free(search.good_state);
	}
	return err;
}
