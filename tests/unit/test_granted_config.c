// SPDX-License-Identifier: GPL-2.0-only
/* A sibling's .config serves where the request differs in the feature's line alone, and nowhere else. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <sys/stat.h>

#include "build/granted_config.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "scratch.h"

#define BASE "CONFIG_SMP=y\nCONFIG_NR_CPUS=4\n"
static const char config_n[] = "# head\nCONFIG_SMP=y\n# CONFIG_FOO is not set\nCONFIG_FOO_BAR=y\n";
static const char config_m[] = "# head\nCONFIG_SMP=y\nCONFIG_FOO=m\nCONFIG_FOO_BAR=y\n";

static const struct feature feature = { .symbol = (char *)"FOO" };
static const struct pahole_spec spec = { 0 }, encoding = { .encode = true };
static const struct cell cell = { .feature = &feature, .pahole = &spec };
static const struct cell encoding_cell = { .feature = &feature, .pahole = &encoding };
static const struct pahole_tool pahole = { .path = (char *)"/pahole", .version = (char *)"1.30" };
static const struct pahole_tool newer = { .path = (char *)"/pahole", .version = (char *)"1.32" };

struct world {
	char *dir, *config;
	struct cell_tools tools;
	struct build_request request;
	struct object_tree tree;
};

static void write_config(struct world *world, const char *text)
{
	free(world->config);
	world->config = scratch_file(world->dir, ".config", text);
}

static int setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->dir = scratch_make();
	world->tools.cc = scratch_file(world->dir, "gcc", "#!/bin/sh\necho gcc 12.2.0\n");
	world->tools.ld = scratch_file(world->dir, "ld", "#!/bin/sh\necho ld 2.40\n");
	assert_int_equal(chmod(world->tools.cc, 0755) | chmod(world->tools.ld, 0755), 0);
	world->request = (struct build_request){
		.cell = &cell,
		.pahole = &pahole,
		.tools = &world->tools,
	};
	world->tree.dir = world->dir;
	free(scratch_file(world->dir, "btfmatrix/x", ""));
	write_config(world, config_n);
	expect_ok(granted_config_note(&world->request, &world->tree,
				      BASE "# CONFIG_FOO is not set\n"));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	free(world->tools.cc);
	free(world->tools.ld);
	free(world->config);
	scratch_remove(world->dir);
	free(world);
	return 0;
}

static void expect_adapted(struct world *world, const char *config_request, bool done, bool changed,
			   const char *config)
{
	_cleanup_free_ char *text = NULL;
	bool is_done, is_changed;

	expect_ok(granted_config_adapt(&world->request, &world->tree, config_request, &is_done,
				       &is_changed));
	assert_int_equal(is_done, done);
	assert_int_equal(is_changed, changed);
	expect_ok(file_read(world->config, 0, &text, NULL));
	assert_string_equal(text, config);
}

static void one_line_differs(void **state)
{
	expect_adapted(*state, BASE "CONFIG_FOO=m\n", true, true, config_m);
}

static void none_differs(void **state)
{
	expect_adapted(*state, BASE "# CONFIG_FOO is not set\n", true, false, config_n);
}

static void another_line_differs(void **state)
{
	expect_adapted(*state, "CONFIG_SMP=y\nCONFIG_FOO=m\n", false, false, config_n);
	expect_adapted(*state, BASE "CONFIG_FOO_BAR=n\nCONFIG_FOO=m\n", false, false, config_n);
}

static void config_has_changed(void **state)
{
	struct world *world = *state;

	write_config(world, "# head\n# CONFIG_FOO is not set\n");
	expect_adapted(world, BASE "CONFIG_FOO=m\n", false, false,
		       "# head\n# CONFIG_FOO is not set\n");
}

static void tools_have_changed(void **state)
{
	struct world *world = *state;

	world->request.pahole = &newer;
	expect_adapted(world, BASE "CONFIG_FOO=m\n", false, false, config_n);
	world->request.pahole = &pahole;
	world->request.cell = &encoding_cell;
	expect_adapted(world, BASE "CONFIG_FOO=m\n", false, false, config_n);
	world->request.cell = &cell;
	free(scratch_file(world->dir, "gcc", "#!/bin/sh\necho gcc 14.2.10\n"));
	assert_int_equal(chmod(world->tools.cc, 0755), 0);
	expect_adapted(world, BASE "CONFIG_FOO=m\n", false, false, config_n);
}

static void symbol_is_not_visible(void **state)
{
	struct world *world = *state;
	static const char without[] = "# head\nCONFIG_SMP=y\n";

	write_config(world, without);
	expect_ok(granted_config_note(&world->request, &world->tree,
				      BASE "# CONFIG_FOO is not set\n"));
	expect_adapted(world, BASE "CONFIG_FOO=m\n", false, false, without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_line_differs, setup, teardown),
		cmocka_unit_test_setup_teardown(none_differs, setup, teardown),
		cmocka_unit_test_setup_teardown(another_line_differs, setup, teardown),
		cmocka_unit_test_setup_teardown(config_has_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(tools_have_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(symbol_is_not_visible, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
