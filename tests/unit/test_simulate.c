// SPDX-License-Identifier: GPL-2.0-only
/* What plans will take: from recorded times, and in simulated machines where the optimum is known. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>

#include "cache/state.h"
#include "plan/simulate.h"
#include "scratch.h"

#define GIB ((uint64_t)1 << 30)

static int setup(void **state)
{
	char *dir = scratch_make();

	*state = dir;
	return setenv("XDG_CACHE_HOME", dir, 1);
}

static int teardown(void **state)
{
	state_close();
	scratch_remove(*state);
	return unsetenv("XDG_CACHE_HOME");
}

/* Trees "a" ... of two cells each. */
struct world {
	struct plan plan;
	struct arch arches[32];
	struct stage_costs known;
	struct estimates estimates;
	size_t firsts[32], nr;
};

static void add_tree(struct world *world, unsigned int weight)
{
	size_t at = world->nr++;
	char letter = (char)('a' + at);

	world->arches[at] = (struct arch){ .build_weight = weight, .memory_mb = 256 };
	world->firsts[at] = world->plan.cells.len;
	for (int i = 0; i < 2; i++)
		vec_push(&world->plan.cells, (struct cell){
						     .arch = &world->arches[at],
						     .tree = xasprintf("%c", letter),
						     .family = xasprintf("%c", letter),
						     .name = xasprintf("%c/%d", letter, i),
					     });
}

/* A tree whose every stage is known: a compile of @compile CPU seconds with its link, a relink, two checks. */
static void add_known_tree(struct world *world, double compile, double relink, double check,
			   uint64_t memory)
{
	const char *first, *second;

	add_tree(world, 1);
	first = world->plan.cells.data[world->plan.cells.len - 2].name;
	second = world->plan.cells.data[world->plan.cells.len - 1].name;
	stage_costs_note(first, COST_COMPILE, &(struct stage_cost){ compile, compile, memory });
	stage_costs_note(second, COST_RELINK, &(struct stage_cost){ relink, relink, memory });
	stage_costs_note(first, COST_CHECK, &(struct stage_cost){ check, check, 1 });
	stage_costs_note(second, COST_CHECK, &(struct stage_cost){ check, check, 1 });
}

static void estimate(struct world *world)
{
	estimates_release(&world->estimates);
	stage_costs_release(&world->known);
	stage_costs_load(&world->known);
	estimates_make(&world->plan, &world->known, &world->estimates);
}

static struct sim_result run(struct world *world, unsigned int cores, uint64_t memory)
{
	const struct sim_machine machine = { cores, memory };
	struct sim_result result;

	estimate(world);
	simulate(&world->plan, &world->estimates, world->firsts, world->nr, &machine, &result);
	return result;
}

static void release(struct world *world)
{
	vec_for_each(cell, &world->plan.cells)
		cell_names_free(cell);
	vec_free(&world->plan.cells);
	estimates_release(&world->estimates);
	stage_costs_release(&world->known);
}

/* To a thousandth. */
static void expect_about(double got, double wanted)
{
	assert_true(got > wanted * 0.999 && got < wanted * 1.001);
}

static double compile_s(const struct world *world, size_t cell)
{
	return world->estimates.cells[cell].stages[COST_COMPILE].cpu_s;
}

static void recorded_times_come_back(void **state)
{
	_cleanup_(release) struct world world = { 0 };
	const struct stage_estimate *stages;

	(void)state;
	add_known_tree(&world, 300, 20, 5, GIB);
	/* what was last */
	stage_costs_note("a/0", COST_CHECK, &(struct stage_cost){ 9, 7, 3 });
	estimate(&world);
	stages = world.estimates.cells[0].stages;
	expect_about(stages[COST_COMPILE].cpu_s, 300);
	assert_true(stages[COST_COMPILE].recorded);
	assert_int_equal(stages[COST_COMPILE].memory, GIB);
	expect_about(stages[COST_CHECK].cpu_s, 7);
	/* of the other cell in its tree */
	expect_about(stages[COST_RELINK].cpu_s, 20);
	assert_false(stages[COST_RELINK].recorded);
	/* the first compiles, the second relinks, each is checked */
	assert_int_equal(world.estimates.nr_stages, 4);
	assert_int_equal(world.estimates.nr_recorded, 4);
	expect_about(estimates_tree(&world.plan, &world.estimates, 0), 300 + 20 + 7 + 5);
}

static void others_are_measured_by_weight(void **state)
{
	_cleanup_(release) struct world world = { 0 };

	(void)state;
	add_tree(&world, 100);
	add_tree(&world, 50);
	estimate(&world);
	assert_true(compile_s(&world, 0) > 0);
	expect_about(compile_s(&world, 0), 2 * compile_s(&world, 2));
	assert_int_equal(world.estimates.nr_recorded, 0);
	stage_costs_note("a/0", COST_COMPILE, &(struct stage_cost){ 1, 40, GIB });
	estimate(&world);
	expect_about(compile_s(&world, 2), 20);
	assert_true(world.estimates.cells[2].stages[COST_CHECK].memory > 256 << 20);
}

static void longest_chain_limits(void **state)
{
	_cleanup_(release) struct world world = { 0 };
	struct sim_result result;

	(void)state;
	add_known_tree(&world, 320, 20, 5, GIB);
	add_known_tree(&world, 32, 20, 5, GIB);
	result = run(&world, 1000, UINT64_MAX);
	/* 300 on the cores that the other's one leaves, then link, relink and the last check */
	expect_about(result.chain_bound_s, 300.0 / 1000 + 20 + 20 + 5);
	assert_true(result.wall_s >= result.chain_bound_s && result.wall_s < 46);
	assert_int_equal(result.limit, SIM_CHAIN);
	assert_int_equal(result.chain_cell, 0);
	assert_string_equal(sim_limit_name(result.limit), "the longest chain");
}

static void cores_limit(void **state)
{
	_cleanup_(release) struct world world = { 0 };
	struct sim_result result;

	(void)state;
	for (int i = 0; i < 20; i++)
		add_known_tree(&world, 100, 10, 2, GIB);
	result = run(&world, 2, UINT64_MAX);
	expect_about(result.cpu_s, 20 * (100 + 10 + 2 + 2));
	/* equal trees on an even machine: it is full until the end */
	expect_about(result.cores_bound_s, result.cpu_s / 2);
	assert_true(result.wall_s >= result.cores_bound_s);
	assert_true(result.wall_s < result.cores_bound_s + 12);
	assert_int_equal(result.limit, SIM_CORES);
	/* one core does one thing after another, whatever the order */
	result = run(&world, 1, UINT64_MAX);
	expect_about(result.wall_s, result.cpu_s);
}

static void memory_limits(void **state)
{
	_cleanup_(release) struct world world = { 0 };
	struct sim_result result;

	(void)state;
	/* a compile that does not share: all of it is a link */
	for (int i = 0; i < 4; i++)
		add_known_tree(&world, 10, 10, 1, 3 * GIB);
	result = run(&world, 8, 4 * GIB);
	/* one build at a time, the last check behind them */
	expect_about(result.wall_s, 4 * 20 + 1);
	expect_about(result.free_memory_s, 21);
	assert_int_equal(result.limit, SIM_MEMORY);
	/* a quarter more is set aside than the largest process had: two are not side by side in 7 GiB, and are in 8 */
	expect_about(run(&world, 8, 7 * GIB).wall_s, 4 * 20 + 1);
	assert_true(run(&world, 8, 8 * GIB).wall_s < 2 * 20 + 2);
	/* what does not fit at all runs alone */
	result = run(&world, 8, GIB);
	assert_true(result.wall_s >= 4 * 20 + 1 && result.wall_s <= result.cpu_s + 0.1);
}

static void nothing_takes_no_time(void **state)
{
	_cleanup_(release) struct world world = { 0 };

	(void)state;
	assert_true(run(&world, 4, GIB).wall_s == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(recorded_times_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(others_are_measured_by_weight, setup, teardown),
		cmocka_unit_test_setup_teardown(longest_chain_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(cores_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(memory_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_takes_no_time, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
