// SPDX-License-Identifier: GPL-2.0-only
/* Delta debugging, and the differences of two configurations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bisect/config_diff.h"
#include "bisect/minimal_set.h"
#include "core/cleanup.h"
#include "scratch.h"

enum {
	NR = 200
};

struct world {
	/* those that must be together to be bad */
	const size_t *needed;
	size_t nr_needed;
	/* of this pair, one without the other cannot be tested; equal: there is none */
	size_t a, b;
	unsigned int nr_tests, fail_at;
};

static struct error *test_world(void *context, const bool *chosen, enum mark *mark_ret)
{
	struct world *world = context;
	size_t nr = 0;

	if (++world->nr_tests == world->fail_at)
		return error_new(ERROR_INTERRUPTED, "interrupted");
	for (size_t i = 0; i < world->nr_needed; i++)
		nr += chosen[world->needed[i]];
	if (chosen[world->a] != chosen[world->b])
		*mark_ret = MARK_SKIP;
	else
		*mark_ret = nr == world->nr_needed ? MARK_BAD : MARK_GOOD;
	return NULL;
}

static void expect_set(struct world *world, const size_t *wanted, size_t nr_wanted)
{
	bool chosen[NR];
	size_t nr = 0;

	expect_ok(minimal_set_find(NR, test_world, world, chosen));
	for (size_t i = 0; i < NR; i++)
		nr += chosen[i];
	assert_int_equal(nr, nr_wanted);
	for (size_t i = 0; i < nr_wanted; i++)
		assert_true(chosen[wanted[i]]);
}

static void test_one(void **state)
{
	for (size_t culprit = 0; culprit < NR; culprit += 33) {
		struct world world = { .needed = &culprit, .nr_needed = 1 };

		(void)state;
		expect_set(&world, &culprit, 1);
		assert_in_range(world.nr_tests, 1, 10);
	}
}

static void test_several(void **state)
{
	static const size_t needed[] = { 3, 90, 199 };
	struct world world = { .needed = needed, .nr_needed = 3 };

	(void)state;
	expect_set(&world, needed, 3);
	/* 8 halvings for each, and one to see whether it is enough, and that each is needed */
	assert_in_range(world.nr_tests, 3, 3 * 9 + 1 + 3);
}

/* What goes with a culprit is kept where the one cannot be tested without the other. */
static void test_untestable(void **state)
{
	static const size_t needed[] = { 40 }, wanted[] = { 40, 160 };
	struct world world = { .needed = needed, .nr_needed = 1, .a = 40, .b = 160 };

	(void)state;
	expect_set(&world, wanted, 2);
}

static void test_ends(void **state)
{
	static const size_t needed[] = { 5 };
	struct world world = { .needed = needed, .nr_needed = 1, .fail_at = 3 };
	bool chosen[NR];

	(void)state;
	expect_error(minimal_set_find(NR, test_world, &world, chosen), "interrupted", NULL);
	assert_int_equal(world.nr_tests, 3);
	/* one difference: it is tested that nothing is good */
	world.nr_tests = world.fail_at = 0;
	world.nr_needed = 1;
	world.needed = &(const size_t){ 0 };
	expect_ok(minimal_set_find(1, test_world, &world, chosen));
	assert_true(chosen[0]);
	assert_int_equal(world.nr_tests, 1);
}

static void test_diff(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *good = scratch_file(dir, "good",
						 "# comment\nCONFIG_B=y\nCONFIG_A=y\nCONFIG_A=m\n"
						 "# CONFIG_C is not set\nCONFIG_S=\"x y\"\n");
	_cleanup_free_ char *bad =
		scratch_file(dir, "bad", "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_N=3\n");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct config_diff diff = { 0 };
	bool chosen[4] = { false };

	(void)state;
	expect_ok(config_diff_load(good, bad, &diff));
	/* A, C, N, S */
	assert_int_equal(diff.differences.len, 4);
	config_diff_write(&diff, chosen, &sb);
	assert_string_equal(strbuf_str(&sb), "CONFIG_A=m\nCONFIG_B=y\n# CONFIG_C is not set\n"
					     "CONFIG_S=\"x y\"\n");
	strbuf_reset(&sb);
	memset(chosen, true, sizeof(chosen));
	config_diff_write(&diff, chosen, &sb);
	assert_string_equal(strbuf_str(&sb), "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_N=3\n");
	strbuf_reset(&sb);
	chosen[0] = chosen[3] = false;
	config_diff_write(&diff, chosen, &sb);
	assert_string_equal(strbuf_str(&sb), "CONFIG_A=m\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_N=3\n"
					     "CONFIG_S=\"x y\"\n");
	config_diff_release(&diff);
	expect_error(config_diff_load(good, good, &diff), "the same symbols to the same values",
		     NULL);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),        cmocka_unit_test(test_several),
		cmocka_unit_test(test_untestable), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_diff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
