// SPDX-License-Identifier: GPL-2.0-only
/* The logic of a bisection, on histories of 10,000 commits that are tested by looking at a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bisect/bisect.h"
#include "core/log.h"
#include "scratch.h"

enum {
	NR = 10000,
	/* halvings of 10,000 */
	STEPS = 14,
	ENDS = 2,
	CELLS = 3,
};

/* A world in which everything is known. */
struct fake {
	const struct history *history;
	/* by cell: the culprit; the end of the history: none but the end is bad */
	size_t culprits[CELLS];
	/* by commit */
	bool *cannot, *inert;
	/* what the hints say; NULL: what is true */
	const bool *thought_inert;
	/* is_bad[cell][commit], by ancestry */
	bool *is_bad[CELLS];
	bool has_state;
	/* one in so many trials fails by the machine; 0: none */
	unsigned int fails_one_in;
	uint32_t seed;
	/* the trial at which the process is killed; 0: none */
	unsigned int die_at, nr_tests;
};

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static struct error *fake_test(void *context, size_t commit, const size_t *cells, size_t nr_cells,
			       unsigned int slot, struct trial_result *results)
{
	struct fake *fake = context;

	(void)slot;
	if (++fake->nr_tests == fake->die_at)
		_exit(77);
	for (size_t i = 0; i < nr_cells; i++) {
		bool bad = fake->is_bad[cells[i]][commit];

		results[i].cpu_s = 1;
		if (fake->fails_one_in && next_random(&fake->seed) % fake->fails_one_in == 0) {
			results[i].mark = MARK_SKIP;
			results[i].infrastructure = true;
			results[i].reason = xstrdup("no space");
		} else if (fake->cannot && fake->cannot[commit]) {
			results[i].mark = MARK_SKIP;
			results[i].reason = xstrdup("does not build");
		} else if (fake->has_state) {
			results[i].state = xstrdup(bad ? "there" : "here");
		} else {
			results[i].mark = bad ? MARK_BAD : MARK_GOOD;
			results[i].reason = bad ? xstrdup("broken") : NULL;
		}
	}
	return NULL;
}

static bool fake_is_same(void *context, size_t cell, size_t tested, size_t commit)
{
	const struct fake *fake = context;

	(void)cell;
	(void)tested;
	return fake->inert && fake->inert[commit];
}

static void fake_hint(void *context, size_t cell, bool *inert, double *cost)
{
	const struct fake *fake = context;
	const bool *thought = fake->thought_inert ? fake->thought_inert : fake->inert;

	(void)cell;
	for (size_t i = 0; i < fake->history->commits.len; i++) {
		inert[i] = thought && thought[i];
		cost[i] = (double)(i % 7);
	}
}

static const struct trial_ops fake_ops = {
	.test = fake_test,
	.is_same = fake_is_same,
	.hint = fake_hint,
};

static void fake_init(struct fake *fake, const struct history *history)
{
	*fake = (struct fake){ .history = history, .seed = 1 };
}

/* Everything that has the culprit among its ancestors is bad. */
static void plant(struct fake *fake, size_t cell, size_t culprit)
{
	const struct history *history = fake->history;

	free(fake->is_bad[cell]);
	fake->is_bad[cell] = xcalloc(history->commits.len, sizeof(bool));
	fake->culprits[cell] = culprit;
	fake->is_bad[cell][culprit] = true;
	for (size_t i = culprit + 1; i < history->commits.len; i++)
		vec_for_each(parent, &history->commits.data[i].parents)
			fake->is_bad[cell][i] |= fake->is_bad[cell][*parent];
}

static void fake_release(struct fake *fake)
{
	for (size_t i = 0; i < CELLS; i++)
		free(fake->is_bad[i]);
}

static void make_line(struct history *history, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		size_t parent = i - 1;

		history_add(history, xasprintf("commit%zu", i), xstrdup(""), &parent, i > 0);
	}
}

/* A main line with branches that are merged again; every commit is an ancestor of the last. */
static void make_graph(struct history *history, size_t nr, uint32_t seed)
{
	size_t tip = 0, branch = 0;

	history_add(history, xstrdup("commit0"), xstrdup(""), NULL, 0);
	for (size_t i = 1; i < nr; i++) {
		size_t parents[2] = { tip, branch };
		uint32_t dice = next_random(&seed) % 10;
		bool merge = branch && (dice == 0 || i == nr - 1);
		bool on_branch = !merge && dice < 4 && i < nr - 1;

		if (on_branch)
			parents[0] = branch ? branch : tip;
		history_add(history, xasprintf("commit%zu", i), xstrdup(""), parents,
			    merge ? 2 : 1);
		if (on_branch)
			branch = i;
		else
			tip = i;
		if (merge)
			branch = 0;
	}
}

static const char *const names[CELLS] = { "a/gcc/n", "a/gcc/m", "b/gcc/n" };
static const size_t families[CELLS] = { 0, 0, 1 };

static struct bisect_request request_of(struct fake *fake, const char *state, size_t nr_cells)
{
	return (struct bisect_request){
		.history = fake->history,
		.ops = &fake_ops,
		.context = fake,
		.nr_cells = nr_cells,
		.names = names,
		.families = families,
		.state = state,
		.nr_slots = 1,
		.good = "good",
		.bad = "bad",
	};
}

/* Bisects in a folder of its own and asks that the culprits are found. */
static size_t find_culprits(struct fake *fake, size_t nr_cells, unsigned int nr_slots)
{
	char *state = scratch_make();
	struct bisect_request request = request_of(fake, state, nr_cells);
	struct bisection bisection = { 0 };
	size_t nr_trials;

	request.nr_slots = nr_slots;
	expect_ok(bisect_run(&request, &bisection));
	for (size_t i = 0; i < nr_cells; i++) {
		assert_int_equal(bisection.cells[i].outcome, BISECT_FOUND);
		assert_int_equal(bisection.cells[i].culprit, fake->culprits[i]);
		assert_int_equal(bisection.cells[i].suspects.len, 1);
	}
	nr_trials = bisection.nr_trials;
	bisection_release(&bisection);
	scratch_remove(state);
	return nr_trials;
}

static void test_line(void **test_state)
{
	static const size_t culprits[] = { 1, 2, 4999, 5000, 7777, NR - 2, NR - 1 };
	_cleanup_(history_release) struct history history = { 0 };
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	for (size_t i = 0; i < ARRAY_SIZE(culprits); i++) {
		plant(&fake, 0, culprits[i]);
		assert_in_range(find_culprits(&fake, 1, 1), 1, STEPS + ENDS);
	}
	fake_release(&fake);
}

static void test_state(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	fake.has_state = true;
	plant(&fake, 0, 1234);
	assert_in_range(find_culprits(&fake, 1, 1), 1, STEPS + ENDS);
	fake_release(&fake);
}

static void test_graph(void **test_state)
{
	(void)test_state;
	for (uint32_t seed = 1; seed <= 5; seed++) {
		_cleanup_(history_release) struct history history = { 0 };
		uint32_t dice = seed;
		struct fake fake;

		make_graph(&history, NR, seed);
		fake_init(&fake, &history);
		for (unsigned int i = 0; i < 4; i++) {
			plant(&fake, 0, 1 + next_random(&dice) % (NR - 1));
			/* merges do not always halve */
			assert_in_range(find_culprits(&fake, 1, 1), 1, 2 * STEPS);
		}
		fake_release(&fake);
	}
}

static void test_several_cells(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	/* one family, one culprit: one bisection; another family is built by itself */
	plant(&fake, 0, 6000);
	plant(&fake, 1, 6000);
	plant(&fake, 2, 300);
	assert_in_range(find_culprits(&fake, 2, 1), 1, STEPS + ENDS);
	assert_in_range(find_culprits(&fake, 3, 1), 1, 2 * (STEPS + ENDS));
	plant(&fake, 1, 42);
	assert_in_range(find_culprits(&fake, 3, 1), 1, 3 * STEPS + 2 * ENDS);
	fake_release(&fake);
}

static void test_side_by_side(void **test_state)
{
	enum {
		SLOTS = 4,
		COMMITS = 500
	};
	_cleanup_(history_release) struct history history = { 0 };
	char *state = scratch_make();
	struct bisection bisection = { 0 };
	struct bisect_request request;
	struct fake fake;

	(void)test_state;
	make_line(&history, COMMITS);
	fake_init(&fake, &history);
	plant(&fake, 0, 333);
	request = request_of(&fake, state, 1);
	request.nr_slots = SLOTS;
	expect_ok(bisect_run(&request, &bisection));
	assert_int_equal(bisection.cells[0].outcome, BISECT_FOUND);
	assert_int_equal(bisection.cells[0].culprit, 333);
	/* 500 in fifths: 4 rounds and a bit */
	assert_in_range(bisection.nr_trials, 10, 5 * SLOTS + ENDS);
	bisection_release(&bisection);
	scratch_remove(state);
	fake_release(&fake);
}

/* A culprit among commits that can be tested, near others that cannot. */
static void test_skips(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_free_ bool *cannot = xcalloc(NR, sizeof(bool));
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	fake.cannot = cannot;
	memset(cannot + 4800, true, 500);
	plant(&fake, 0, 5600);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 2 * STEPS);
	/* the first of those that can be tested before, and after */
	plant(&fake, 0, 4799);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 2 * STEPS);
	plant(&fake, 0, 5301);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 2 * STEPS);
	fake_release(&fake);
}

/* What could not be tested is suspect, and nothing else is. */
static void test_ambiguous(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_free_ bool *cannot = xcalloc(NR, sizeof(bool));
	char *state = scratch_make();
	struct bisection bisection = { 0 };
	struct bisect_request request;
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	fake.cannot = cannot;
	memset(cannot + 700, true, 5);
	plant(&fake, 0, 702);
	request = request_of(&fake, state, 1);
	expect_ok(bisect_run(&request, &bisection));
	assert_int_equal(bisection.cells[0].outcome, BISECT_AMBIGUOUS);
	assert_int_equal(bisection.cells[0].suspects.len, 6);
	assert_int_equal(bisection.cells[0].suspects.data[0], 700);
	assert_int_equal(bisection.cells[0].culprit, 705);
	assert_int_equal(bisection.cells[0].nr_skipped, 5);
	bisection_release(&bisection);
	scratch_remove(state);
	fake_release(&fake);
}

/* A long row of skips ends the search: what is left is told, tried or not. */
static void test_many_skips(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_free_ bool *cannot = xcalloc(NR, sizeof(bool));
	char *state = scratch_make();
	struct bisection bisection = { 0 };
	struct bisect_request request;
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	fake.cannot = cannot;
	memset(cannot + 4000, true, 1000);
	plant(&fake, 0, 4500);
	request = request_of(&fake, state, 1);
	expect_ok(bisect_run(&request, &bisection));
	assert_int_equal(bisection.cells[0].outcome, BISECT_AMBIGUOUS);
	assert_in_range(bisection.cells[0].suspects.len, 1000, 1100);
	assert_in_range(bisection.nr_trials, SKIPS_MAX, SKIPS_MAX + 3 * STEPS);
	bisection_release(&bisection);
	scratch_remove(state);
	fake_release(&fake);
}

/* Nine in ten make their parent's build: one in ten is to be searched, and the others are never tested. */
static void test_inert(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_free_ bool *inert = xcalloc(NR, sizeof(bool));
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	for (size_t i = 1; i < NR; i++)
		inert[i] = i % 10 != 0;
	fake.inert = inert;
	plant(&fake, 0, 4440);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 10 + ENDS);
	plant(&fake, 0, 10);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 10 + ENDS);
	plant(&fake, 0, 9990);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 10 + ENDS);
	fake_release(&fake);
}

/* A hint that is wrong, of the culprit too, costs trials and no truth. */
static void test_wrong_hints(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_free_ bool *thought = xcalloc(NR, sizeof(bool));
	struct fake fake;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	for (size_t i = 1; i < NR; i++)
		thought[i] = i % 10 != 0;
	fake.thought_inert = thought;
	plant(&fake, 0, 4443);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 2 * STEPS);
	memset(thought, true, NR);
	assert_in_range(find_culprits(&fake, 1, 1), 1, 2 * STEPS);
	fake_release(&fake);
}

/* The machine fails three in ten trials: they are done again, and no commit is blamed for it. */
static void test_flaky_machine(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	char *state = scratch_make();
	struct fake fake;
	struct bisection bisection = { 0 };
	unsigned int nr_ended = 0;
	struct error *err = NULL;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	fake.fails_one_in = 3;
	plant(&fake, 0, 5005);
	struct bisect_request request = request_of(&fake, state, 1);
	for (;;) {
		err = bisect_run(&request, &bisection);
		if (!err && bisection.cells[0].outcome != BISECT_OPEN)
			break;
		/* twice in a row: nothing can be tested, it says so, and goes on when it is called again */
		assert_non_null(err);
		assert_non_null(strstr(err->message, "no commit is to blame: no space"));
		error_free(err);
		bisection_release(&bisection);
		assert_in_range(++nr_ended, 1, 100);
	}
	assert_int_equal(bisection.cells[0].outcome, BISECT_FOUND);
	assert_int_equal(bisection.cells[0].culprit, 5005);
	bisection_release(&bisection);
	scratch_remove(state);
	fake_release(&fake);
}

/* Killed at each trial in turn: the next attempt tests nothing a second time and comes to the same end. */
static void test_killed_at_each_step(void **test_state)
{
	_cleanup_(history_release) struct history history = { 0 };
	struct fake fake;
	size_t whole;

	(void)test_state;
	make_line(&history, NR);
	fake_init(&fake, &history);
	plant(&fake, 0, 8123);
	whole = find_culprits(&fake, 1, 1);
	for (unsigned int die_at = 1; die_at <= whole; die_at++) {
		char *state = scratch_make();
		struct bisect_request request = request_of(&fake, state, 1);
		struct bisection bisection = { 0 };
		int status;
		pid_t pid = fork();

		if (!pid) {
			fake.die_at = fake.nr_tests + die_at;
			error_free(bisect_run(&request, &bisection));
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), 77);
		expect_ok(bisect_run(&request, &bisection));
		assert_int_equal(bisection.cells[0].culprit, 8123);
		assert_int_equal(bisection.nr_old_trials, die_at - 1);
		assert_int_equal(bisection.nr_trials + bisection.nr_old_trials, whole);
		bisection_release(&bisection);
		scratch_remove(state);
	}
	fake_release(&fake);
}

static void expect_problem(struct fake *fake, const char *wanted)
{
	char *state = scratch_make();
	struct bisect_request request = request_of(fake, state, 1);
	struct bisection bisection = { 0 };

	expect_ok(bisect_run(&request, &bisection));
	assert_int_equal(bisection.cells[0].outcome, BISECT_WRONG_ENDS);
	assert_string_equal(bisection.cells[0].problem, wanted);
	assert_in_range(bisection.nr_trials, 1, ENDS);
	bisection_release(&bisection);
	scratch_remove(state);
}

static void test_wrong_ends(void **test_state)
{
	enum {
		FEW = 100
	};
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_free_ bool *cannot = xcalloc(FEW, sizeof(bool));
	struct fake fake;

	(void)test_state;
	make_line(&history, FEW);
	fake_init(&fake, &history);
	plant(&fake, 0, 0);
	expect_problem(&fake, "commit0 was said to be good and is bad: broken");
	plant(&fake, 0, 50);
	memset(fake.is_bad[0], false, FEW);
	expect_problem(&fake, "commit99 was said to be bad and is good");
	fake.has_state = true;
	expect_problem(&fake, "commit99 was said to be bad and is good, as at the other end: here");
	fake.has_state = false;
	fake.cannot = cannot;
	cannot[99] = true;
	expect_problem(&fake, "the bad end, commit99, cannot be tested: does not build");
	cannot[0] = true;
	expect_problem(&fake, "the good end, commit0, cannot be tested: does not build");
	fake_release(&fake);
}

/* One commit between the ends, and none. */
static void test_short_histories(void **test_state)
{
	(void)test_state;
	for (size_t nr = 2; nr < 6; nr++) {
		_cleanup_(history_release) struct history history = { 0 };
		struct fake fake;

		make_line(&history, nr);
		fake_init(&fake, &history);
		for (size_t culprit = 1; culprit < nr; culprit++) {
			plant(&fake, 0, culprit);
			assert_in_range(find_culprits(&fake, 1, 1), ENDS, ENDS + 2);
		}
		fake_release(&fake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),          cmocka_unit_test(test_state),
		cmocka_unit_test(test_graph),         cmocka_unit_test(test_several_cells),
		cmocka_unit_test(test_side_by_side),  cmocka_unit_test(test_skips),
		cmocka_unit_test(test_ambiguous),     cmocka_unit_test(test_many_skips),
		cmocka_unit_test(test_inert),         cmocka_unit_test(test_wrong_hints),
		cmocka_unit_test(test_flaky_machine), cmocka_unit_test(test_killed_at_each_step),
		cmocka_unit_test(test_wrong_ends),    cmocka_unit_test(test_short_histories),
	};

	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
