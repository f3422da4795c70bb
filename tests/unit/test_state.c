// SPDX-License-Identifier: GPL-2.0-only
/* The cache's database when it is not as it should be: it is moved aside, and another one begun. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/stage_costs.h"
#include "cache/state.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "scratch.h"

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
	return 0;
}

/* How many files are called so in the cache. */
static size_t count(const char *dir, const char *pattern)
{
	_cleanup_free_ char *path = xasprintf("%s/btfmatrix/%s", dir, pattern);
	_cleanup_globfree_ glob_t found = { 0 };

	return glob(path, 0, NULL, &found) ? 0 : found.gl_pathc;
}

static bool remembers(const char *cell)
{
	struct stage_costs costs = { 0 };
	const struct stage_cost *cost;

	stage_costs_load(&costs);
	cost = stage_costs_find(&costs, cell, COST_CHECK);
	stage_costs_release(&costs);
	return cost != NULL;
}

static void note(const char *cell)
{
	stage_costs_note(cell, COST_CHECK, &(struct stage_cost){ 1, 1, 1 });
}

/* All pages but the first, which is all that opening it reads. */
static void damage(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/btfmatrix/state.db", dir);
	_cleanup_fclose_ FILE *file = fopen(path, "r+");
	struct stat st;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	assert_true(st.st_size > 4096);
	assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
	for (off_t at = 4096; at < st.st_size; at++)
		assert_int_equal(fputc(0xa5, file), 0xa5);
}

static void damage_within(void **state)
{
	const char *dir = *state;

	note("a/n");
	assert_true(remembers("a/n"));
	state_close();
	damage(dir);
	/* it is met, then mended */
	assert_false(remembers("a/n"));
	note("b/n");
	assert_true(remembers("b/n"));
	assert_false(remembers("a/n"));
	assert_int_equal(count(dir, "state.db.aside-*"), 1);
	/* by the next one too */
	state_close();
	assert_true(remembers("b/n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(damage_within, setup, teardown),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
