// SPDX-License-Identifier: GPL-2.0-only
/* Plans in parts: balanced, the same everywhere, no family split; and what shards are called. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "merge/shard_set.h"
#include "plan/shard.h"
#include "scratch.h"

static int setup(void **state)
{
	*state = scratch_make();
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(*state);
	return 0;
}

/* Families "a" .. with those weights, of three cells each. */
static void make_plan(struct plan *plan, struct arch *arches, const unsigned int *weights,
		      size_t nr)
{
	static const char *const modes[] = { "n", "m", "y" };

	*plan = (struct plan){ 0 };
	for (size_t i = 0; i < nr; i++) {
		arches[i] = (struct arch){ .build_weight = weights[i] };
		for (size_t mode = 0; mode < ARRAY_SIZE(modes); mode++)
			vec_push(&plan->cells,
				 (struct cell){
					 .arch = &arches[i],
					 .family = xasprintf("%c", (char)('a' + i)),
					 .tree = xasprintf("%c", (char)('a' + i)),
					 .name = xasprintf("%c/%s", (char)('a' + i), modes[mode]),
				 });
	}
}

static void release_plan(struct plan *plan)
{
	vec_for_each(cell, &plan->cells)
		cell_names_free(cell);
	vec_free(&plan->cells);
}

/* "1 2 2": the shard of each family */
static void expect_split(const struct plan *plan, struct costs *costs, unsigned int count,
			 const char *wanted)
{
	_cleanup_(split_release) struct split split = { 0 };
	_cleanup_free_ char *got = xstrdup("");

	split_plan(plan, costs, count, &split);
	vec_for_each(part, &split.parts) {
		char *longer = xasprintf("%s%s%u", got, *got ? " " : "", part->shard);

		assert_int_equal(part->nr_cells, 3);
		free(got);
		got = longer;
	}
	assert_string_equal(got, wanted);
}

static void balances_by_weight(void **state)
{
	static const unsigned int weights[] = { 70, 60, 50, 40, 30, 30 };
	struct arch arches[ARRAY_SIZE(weights)];
	_cleanup_(release_plan) struct plan plan;
	struct costs none = { 0 };

	(void)state;
	make_plan(&plan, arches, weights, ARRAY_SIZE(weights));
	expect_split(&plan, &none, 1, "1 1 1 1 1 1");
	/* 70 + 40 + 30 and 60 + 50 + 30 */
	expect_split(&plan, &none, 2, "1 2 2 1 1 2");
	expect_split(&plan, &none, 3, "1 2 3 3 2 1");
	expect_split(&plan, &none, 6, "1 2 3 4 5 6");
	expect_split(&plan, &none, 99, "1 2 3 4 5 6");
}

static void balances_by_cost(void **state)
{
	static const unsigned int weights[] = { 70, 60, 50 };
	struct arch arches[ARRAY_SIZE(weights)];
	_cleanup_(release_plan) struct plan plan;
	_cleanup_(costs_release) struct costs costs = { 0 };

	(void)state;
	make_plan(&plan, arches, weights, ARRAY_SIZE(weights));
	costs_add(&costs, "c", 300000);
	costs_add(&costs, "a", 100000);
	costs_add(&costs, "elsewhere", 7);
	/* b is not known: 60 where 120 cost 400,000, so 200,000 */
	expect_split(&plan, &costs, 2, "2 2 1");
	costs_release(&costs);
	/* sums of the largest are still numbers */
	costs_add(&costs, "a", INT64_MAX);
	costs_add(&costs, "b", COST_MAX - 1);
	costs_add(&costs, "c", -5);
	assert_int_equal(costs_find(&costs, "a"), COST_MAX);
	assert_int_equal(costs_find(&costs, "c"), 1);
	expect_split(&plan, &costs, 2, "1 2 2");
}

/* Families of one object tree, as with several paholes, stay together. */
static void keeps_trees(void **state)
{
	static const unsigned int weights[] = { 70, 60 };
	struct arch arches[ARRAY_SIZE(weights)];
	_cleanup_(release_plan) struct plan plan;
	_cleanup_(costs_release) struct costs costs = { 0 };
	_cleanup_(split_release) struct split split = { 0 };

	(void)state;
	make_plan(&plan, arches, weights, ARRAY_SIZE(weights));
	/* a/m and a/y, and all of b, are made by another pahole */
	vec_for_each(cell, &plan.cells) {
		if (str_eq(cell->name, "a/n"))
			continue;
		free(cell->family);
		cell->family = xasprintf("%s/pahole-1.24", cell->tree);
	}
	costs_add(&costs, "a", 1000);
	costs_add(&costs, "a/pahole-1.24", 30);
	costs_add(&costs, "b", 500);
	costs_add(&costs, "b/pahole-1.24", 7);
	split_plan(&plan, &costs, 9, &split);
	assert_int_equal(split.count, 2);
	assert_int_equal(split.parts.data[0].cost, 1030);
	assert_int_equal(split.parts.data[1].cost, 507);
}

static void keeps_a_shard(void **state)
{
	static const unsigned int weights[] = { 70, 60, 50 };
	struct arch arches[ARRAY_SIZE(weights)];
	_cleanup_(release_plan) struct plan plan;
	struct costs none = { 0 };

	(void)state;
	make_plan(&plan, arches, weights, ARRAY_SIZE(weights));
	expect_ok(shard_keep(&plan, &none, &(struct shard){ 0 }));
	assert_int_equal(plan.cells.len, 9);
	expect_ok(shard_keep(&plan, &none, &(struct shard){ 2, 2 }));
	assert_int_equal(plan.cells.len, 6);
	assert_string_equal(plan.cells.data[0].name, "b/n");
	assert_string_equal(plan.cells.data[5].name, "c/y");
	expect_error(shard_keep(&plan, &none, &(struct shard){ 3, 3 }), "shard 3/3",
		     "2 object trees", NULL);
}

static void reads_costs(void **state)
{
	_cleanup_(costs_release) struct costs costs = { 0 };
	_cleanup_free_ char *path = xasprintf("%s/plan.json", (char *)*state);
	static const char good[] =
		"{\"trees\": [{\"tree\": \"x/y/z\", \"cost\": 12, \"more\": null}]}";
	static const char *const bad[] = {
		"",
		"[]",
		"{\"trees\": 3}",
		"{\"trees\": [3]}",
		"{\"trees\": [{\"tree\": \"a\"}]}",
		"{\"trees\": [{\"cost\": 1}]}",
		"{\"trees\": [{\"tree\": 1, \"cost\": 1}]}",
		"{\"trees\": [{\"tree\": \"a\", \"cost\": \"1\"}]}",
	};

	expect_ok(file_write_atomic(path, good, strlen(good), 0644));
	expect_ok(costs_load(path, &costs));
	assert_int_equal(costs_find(&costs, "x/y/z"), 12);
	assert_int_equal(costs_find(&costs, "x/y"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		expect_ok(file_write_atomic(path, bad[i], strlen(bad[i]), 0644));
		expect_error(costs_load(path, &costs), path, NULL);
	}
}

static void names_of_shards(void **state)
{
	static const char *const bad[] = { "",     "1",    "/",    "0/2",        "3/2",   "1/0",
					   "-1/2", "1/-2", "1/2x", " 1/2",       "1,2/3", "1/1025",
					   "1//2", "+1/2", "1/2/", "10000/10000" };
	struct shard shard;

	(void)state;
	expect_ok(shard_parse("1/1", &shard));
	assert_int_equal(shard.count, 1);
	expect_ok(shard_parse("17/1024", &shard));
	assert_int_equal(shard.index, 17);
	assert_int_equal(shard.count, 1024);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		expect_error(shard_parse(bad[i], &shard), "is no shard", NULL);
}

static void sets_of_shards(void **state)
{
	static const char *const bad[] = { "",    "1",  "1,",   "1,/3",   ",1/3",          "4/3",
					   "0/3", "1/", "1/3 ", "1/1025", "99999999999/3", "1,2",
					   "1/0" };
	struct shard_set set = { 0 };
	char *text;

	(void)state;
	assert_null(shard_set_missing(&set));
	expect_ok(shard_set_add(&set, "2/3"));
	text = shard_set_missing(&set);
	assert_string_equal(text, "1, 3");
	free(text);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		expect_error(shard_set_add(&set, bad[i]), "is no shard", NULL);
	expect_error(shard_set_add(&set, "1/2"), "the others are of 3", NULL);
	expect_ok(shard_set_add(&set, "2,3/3"));
	text = shard_set_text(&set);
	assert_string_equal(text, "2,3/3");
	free(text);
	expect_ok(shard_set_add(&set, "1/3"));
	assert_null(shard_set_text(&set));
	assert_null(shard_set_missing(&set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(balances_by_weight),
		cmocka_unit_test(balances_by_cost),
		cmocka_unit_test(keeps_trees),
		cmocka_unit_test(keeps_a_shard),
		cmocka_unit_test_setup_teardown(reads_costs, setup, teardown),
		cmocka_unit_test(names_of_shards),
		cmocka_unit_test(sets_of_shards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
