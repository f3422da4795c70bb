// SPDX-License-Identifier: GPL-2.0-only
/* Kernel lines, what kernel a tree is, and which series it gets; in a project folder of the test's own. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "config/kernel_line.h"
#include "config/project.h"
#include "config/version.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "scratch.h"
#include "source/debian_source.h"
#include "source/series.h"
#include "source/series_choice.h"
#include "source/tree_version.h"

static void put(const char *dir, const char *name, const char *text)
{
	free(scratch_file(dir, name, text));
}

static int setup(void **state)
{
	char *dir = scratch_make();

	put(dir, "arches/x.ini", "");
	put(dir, "configs/toolchains/x.ini", "");
	put(dir, "patches/linux/6.1/series.ini", "[series]\nversions = 6.1..6.9\n");
	put(dir, "patches/linux/6.12/series.ini", "[series]\nversions = 6.10..6.19\n");
	put(dir, "patches/linux/wide/series.ini", "[series]\nversions = 6.1..6.19\n");
	put(dir, "patches/linux/7.x/series.ini", "[series]\nversions = 7.0..\n");
	put(dir, "patches/linux/notes/README.md", "no series\n");
	setenv("BTFMATRIX_DIR", dir, 1);
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(*state);
	unsetenv("BTFMATRIX_DIR");
	return 0;
}

static void choice(void **state)
{
	static const struct {
		const char *version, *name, *nearest;
	} cases[] = {
		{ "6.12", "6.12", "6.12 (6.10..6.19)" },
		{ "6.19", "6.12", "6.12 (6.10..6.19)" },
		/* two begin here: a name decides */
		{ "6.9", "wide", "wide (6.1..6.19)" },
		{ "6.1", "wide", "wide (6.1..6.19)" },
		{ "7.9999", "7.x", "7.x (7.0..)" },
		{ "6.20", NULL, "6.12 (6.10..6.19)" },
		{ "5.10", NULL, "6.1 (6.1..6.9)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(series_choice_release) struct series_choice got = { 0 };

		expect_ok(series_choose(cases[i].version, &got));
		if (cases[i].name)
			assert_string_equal(got.name, cases[i].name);
		else
			assert_null(got.dir);
		assert_string_equal(got.nearest, cases[i].nearest);
		assert_string_equal(got.all, "6.1 (6.1..6.9), wide (6.1..6.19), "
					     "6.12 (6.10..6.19), 7.x (7.0..)");
	}
}

static void bad_range(void **state)
{
	struct series_choice got;

	put(*state, "patches/linux/6.12/series.ini", "[series]\nversions = 6.x\n");
	expect_error(series_choose("6.12", &got), "6.12/series.ini:2", "must be a version", NULL);
	series_choice_release(&got);
}

static void no_series(void **state)
{
	_cleanup_free_ char *patches = xasprintf("%s/patches/linux", (const char *)*state);
	_cleanup_(series_choice_release) struct series_choice got = { 0 };

	expect_ok(tree_remove(patches));
	expect_ok(dir_make(patches));
	expect_ok(series_choose("6.12", &got));
	assert_null(got.dir);
	assert_null(got.nearest);
	assert_string_equal(got.all, "");
}

static void expect_version(const char *dir, const char *makefile, const char *full,
			   const char *line)
{
	_cleanup_(tree_version_release) struct tree_version got = { 0 };

	put(dir, "Makefile", makefile);
	expect_ok(tree_version_read(dir, &got));
	assert_string_equal(got.full, full);
	assert_string_equal(got.line, line);
}

static void tree_versions(void **state)
{
	const char *dir = *state;
	struct tree_version got = { 0 };

	expect_error(tree_version_read(dir, &got), "not the top of a kernel tree", "no Makefile",
		     NULL);
	expect_version(dir, "# x\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\n",
		       "6.12.117", "6.12");
	expect_version(dir, "VERSION=7\nPATCHLEVEL\t= 3\nEXTRAVERSION = -rc1\n", "7.3.0-rc1",
		       "7.3");

	/* a Makefile of something else */
	put(dir, "Makefile", "PATCHLEVEL = 1\nall:\n");
	expect_error(tree_version_read(dir, &got), "no VERSION and PATCHLEVEL", NULL);
	put(dir, "Makefile", "VERSION = $(shell id)\nPATCHLEVEL = 1\n");
	expect_error(tree_version_read(dir, &got), "no VERSION and PATCHLEVEL", NULL);
}

static void lines(void **state)
{
	const char *dir = *state;
	_cleanup_(kernel_line_cleanup) struct kernel_line *line = NULL, *bad = NULL;
	_cleanup_free_ char *path =
		scratch_file(dir, "7.x.ini",
			     "[debian]\npackage = linux-source-7.*\nsuites = trixie-backports\n");
	_cleanup_free_ char *version = NULL, *renamed = NULL, *other = NULL;

	expect_ok(kernel_line_load(path, &line));
	assert_string_equal(line->name, "7.x");
	version = kernel_line_version(line);
	assert_true(version_in_range(version, "7.0.."));
	assert_false(version_in_range(version, "7.0..7.5"));
	assert_false(version_in_range(version, "6.0..6.99"));

	renamed = scratch_file(dir, "next.ini",
			       "[debian]\npackage = linux-source-7.*\nsuites = sid\n");
	expect_error(kernel_line_load(renamed, &bad), "next.ini", "is called 6.12, or 7.x", NULL);
	other = scratch_file(dir, "6.1.ini", "[debian]\npackage = linux-image-6.1\nsuites = sid\n");
	expect_error(kernel_line_load(other, &bad), "6.1.ini:2", "must be linux-source-VERSION",
		     NULL);
}

/* What is in the cache is taken before anything is fetched, the newest of it. */
static void source_in_cache(void **state)
{
	const char *dir = *state;
	_cleanup_(kernel_line_cleanup) struct kernel_line *line = NULL;
	_cleanup_(debian_source_release) struct debian_source found = { 0 }, none = { 0 };
	_cleanup_free_ char *path =
		scratch_file(dir, "3.x.ini",
			     "[debian]\npackage = linux-source-3.*\nsuites = trixie-backports\n");

	setenv("XDG_CACHE_HOME", dir, 1);
	expect_ok(kernel_line_load(path, &line));
	expect_ok(debian_source_look(line, &none));
	assert_null(none.tarball);

	put(dir, "btfmatrix/debian/3.x/src/linux-source-3.9.tar.xz", "");
	put(dir, "btfmatrix/debian/3.x/src/linux-source-3.16.tar.xz", "");
	put(dir, "btfmatrix/debian/3.x/src/linux-source-4.1.tar.xz", "");
	expect_ok(debian_source_find(line, &found));
	assert_string_equal(strrchr(found.tarball, '/'), "/linux-source-3.16.tar.xz");
	assert_string_equal(found.version, "3.16");
	unsetenv("XDG_CACHE_HOME");
}

/* Our own: every line has a series, and every series is whole. */
static void our_own(void **state)
{
	_cleanup_free_ char *folder = NULL;
	const struct dirent *entry;
	size_t count = 0;

	(void)state;
	if (!getenv("BTFMATRIX_BUILD"))
		skip();
	expect_ok(project_path(&folder, "configs/kernels"));

	_cleanup_closedir_ DIR *dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		_cleanup_free_ char *path = xasprintf("%s/%s", folder, entry->d_name);
		_cleanup_(kernel_line_cleanup) struct kernel_line *line = NULL;
		_cleanup_(series_choice_release) struct series_choice got = { 0 };
		_cleanup_(series_release) struct series series = { 0 };
		_cleanup_free_ char *version = NULL;

		if (!str_ends(path, ".ini"))
			continue;
		expect_ok(kernel_line_load(path, &line));
		version = kernel_line_version(line);
		expect_ok(series_choose(version, &got));
		assert_string_equal(got.name, line->name);
		expect_ok(series_load(got.dir, &series));
		assert_int_equal(series.nr_patches, 3);
		count++;
	}
	assert_int_equal(count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(choice, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_range, setup, teardown),
		cmocka_unit_test_setup_teardown(no_series, setup, teardown),
		cmocka_unit_test_setup_teardown(tree_versions, setup, teardown),
		cmocka_unit_test_setup_teardown(lines, setup, teardown),
		cmocka_unit_test_setup_teardown(source_in_cache, setup, teardown),
		cmocka_unit_test(our_own),
	};

	return cmocka_run_group_tests_name("series choice", tests, NULL, NULL);
}
