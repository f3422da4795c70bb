// SPDX-License-Identifier: GPL-2.0-only
/* ccache by links in front of $PATH, where there is one and it can be. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build/ccache.h"
#include "cache/state.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "scratch.h"

static char *saved_path;

static void add_program(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = scratch_file(dir, name, text);

	assert_int_equal(chmod(path, 0755), 0);
}

static int setup(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *bin = xasprintf("%s/bin", dir);
	_cleanup_free_ char *cache = xasprintf("%s/cache", dir);

	saved_path = xstrdup(getenv("PATH"));
	setenv("PATH", bin, 1);
	setenv("XDG_CACHE_HOME", cache, 1);
	/* as ccache, it is called by its own name or by a compiler's */
	add_program(dir, "bin/ccache",
		    "#!/bin/sh\n"
		    "case ${0##*/} in ccache) echo 'ccache version 4.9.1' ;;\n"
		    "*) echo \"cached ${0##*/}\" ;; esac\n");
	add_program(dir, "bin/x-gcc", "#!/bin/sh\n");
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	state_close();
	setenv("PATH", saved_path, 1);
	unsetenv("XDG_CACHE_HOME");
	free(saved_path);
	scratch_remove(*state);
	return 0;
}

/* What make gets for a compiler, and the version that is recorded; "" for none. */
static void expect_prepared(const char *compiler, bool no_ccache, const char *path,
			    const char *version)
{
	const struct cell_tools tools = { .cc = (char *)(uintptr_t)compiler };
	const struct build_request request = { .tools = &tools, .no_ccache = no_ccache };
	_cleanup_free_ char *got_path = NULL, *got_version = NULL;

	expect_ok(ccache_prepare(&request, &got_path, &got_version));
	assert_string_equal(got_path ?: "", path);
	assert_string_equal(got_version ?: "", version);
}

static void links_go_first(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *path = xasprintf("PATH=%s/cache/btfmatrix/ccache:%s/bin", dir, dir);
	_cleanup_free_ char *link = xasprintf("%s/cache/btfmatrix/ccache/x-gcc", dir);
	_cleanup_free_ char *host = xasprintf("%s/cache/btfmatrix/ccache/gcc", dir);
	_cleanup_free_ char *ccache = xasprintf("%s/bin/ccache", dir);
	_cleanup_free_ char *real = NULL;

	for (int i = 0; i < 2; i++) {
		expect_prepared("x-gcc", false, path, "ccache 4.9.1");
		real = realpath(link, NULL);
		assert_string_equal(real, ccache);
		free(real);
		/* one that has gone elsewhere is put right */
		assert_int_equal(unlink(link), 0);
		assert_int_equal(symlink("/nowhere", link), 0);
	}
	expect_prepared("x-gcc", false, path, "ccache 4.9.1");
	real = realpath(link, NULL);
	assert_string_equal(real, ccache);
	/* there is no gcc, and a link would make believe there is */
	assert_false(path_exists(host));
}

static void none_where_it_cannot_be(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *ccache = xasprintf("%s/bin/ccache", dir);
	_cleanup_free_ char *compiler = xasprintf("%s/bin/y-gcc", dir);

	expect_prepared("x-gcc", true, "", "");
	expect_prepared("/opt/roots/x-gcc", false, "", "");
	/* the user's $PATH has links of its own */
	assert_int_equal(symlink("ccache", compiler), 0);
	expect_prepared("y-gcc", false, "", "ccache 4.9.1");
	assert_int_equal(unlink(ccache), 0);
	expect_prepared("x-gcc", false, "", "");
}

/* What the user has set is left. */
static void depend_mode(void **state)
{
	(void)state;
	assert_int_equal(unsetenv("CCACHE_DEPEND") | unsetenv("CCACHE_NODEPEND"), 0);
	assert_string_equal(ccache_depend_mode(), "CCACHE_DEPEND=1");
	assert_int_equal(setenv("CCACHE_NODEPEND", "1", 1), 0);
	assert_null(ccache_depend_mode());
	assert_int_equal(unsetenv("CCACHE_NODEPEND") | setenv("CCACHE_DEPEND", "0", 1), 0);
	assert_null(ccache_depend_mode());
	assert_int_equal(unsetenv("CCACHE_DEPEND"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(links_go_first, setup, teardown),
		cmocka_unit_test_setup_teardown(none_where_it_cannot_be, setup, teardown),
		cmocka_unit_test(depend_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
