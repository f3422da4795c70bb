// SPDX-License-Identifier: GPL-2.0-only
/* A series of patches on a tree, and a private copy of a user's tree. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fileio.h"
#include "core/mem.h"
#include "scratch.h"
#include "source/series.h"
#include "source/user_tree.h"

#define PATCH_1 "--- a/one\n+++ b/one\n@@ -1,3 +1,4 @@\n a\n+first\n b\n c\n"
#define PATCH_2 "--- a/sub/two\n+++ b/sub/two\n@@ -1,2 +1,2 @@\n x\n-y\n+second\n"

static void put(const char *dir, const char *name, const char *text)
{
	free(scratch_file(dir, name, text));
}

static void expect_text(const char *dir, const char *name, const char *want)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name), *text = NULL;

	expect_ok(file_read(path, 0, &text, NULL));
	assert_string_equal(text, want);
}

static char *make_series(void)
{
	char *dir = scratch_make();

	put(dir, "series", "# two\n1.patch\n\n2.patch # last\n");
	put(dir, "1.patch", PATCH_1);
	put(dir, "2.patch", PATCH_2);
	return dir;
}

/* Applies the series of two patches to @tree. */
static struct error *apply(const char *tree, unsigned int *applied, unsigned int *present)
{
	char *dir = make_series();
	_cleanup_(series_release) struct series series = { 0 };
	struct error *err;

	expect_ok(series_load(dir, &series));
	assert_int_equal(series.nr_patches, 2);
	err = series_apply(&series, tree, applied, present);
	scratch_remove(dir);
	return err;
}

static void test_series_applies(void **state)
{
	char *tree = scratch_make();
	unsigned int applied, present;

	(void)state;
	put(tree, "one", "a\nb\nc\n");
	put(tree, "sub/two", "x\ny\n");
	expect_ok(apply(tree, &applied, &present));
	assert_int_equal(applied, 2);
	assert_int_equal(present, 0);
	expect_text(tree, "one", "a\nfirst\nb\nc\n");
	expect_text(tree, "sub/two", "x\nsecond\n");

	/* Once more: all is there, and nothing changes. */
	expect_ok(apply(tree, &applied, &present));
	assert_int_equal(applied, 0);
	assert_int_equal(present, 2);
	expect_text(tree, "one", "a\nfirst\nb\nc\n");
	scratch_remove(tree);
}

static void test_series_partly_there(void **state)
{
	char *tree = scratch_make();
	unsigned int applied, present;

	(void)state;
	put(tree, "one", "a\nfirst\nb\nc\n");
	put(tree, "sub/two", "x\ny\n");
	expect_ok(apply(tree, &applied, &present));
	assert_int_equal(applied, 1);
	assert_int_equal(present, 1);
	scratch_remove(tree);
}

static void test_patch_that_does_not_apply(void **state)
{
	char *tree = scratch_make();
	unsigned int applied, present;

	(void)state;
	put(tree, "one", "a\nb\nc\n");
	put(tree, "sub/two", "something else\n");
	expect_error(apply(tree, &applied, &present), "2.patch", "sub/two", NULL);
	scratch_remove(tree);
}

/* In a folder of somebody's repository git apply would skip every path and say nothing. */
static void test_tree_inside_a_repository(void **state)
{
	char *outer = scratch_make();
	_cleanup_free_ char *tree = xasprintf("%s/cache/tree", outer);
	_cleanup_free_ char *init = xasprintf("git init -q '%s'", outer);
	unsigned int applied, present;

	(void)state;
	assert_int_equal(system(init), 0);
	put(tree, "one", "a\nb\nc\n");
	put(tree, "sub/two", "x\ny\n");
	expect_ok(apply(tree, &applied, &present));
	assert_int_equal(applied, 2);
	expect_text(tree, "one", "a\nfirst\nb\nc\n");
	scratch_remove(outer);
}

static void test_series_names_a_missing_patch(void **state)
{
	char *dir = scratch_make();
	struct series series = { 0 };

	(void)state;
	put(dir, "series", "gone.patch\n");
	expect_error(series_load(dir, &series), "series", "gone.patch", NULL);
	scratch_remove(dir);
}

static struct error *sync_tree(const char *user, const char *copy, char digest[SHA256_HEX_SIZE])
{
	_cleanup_free_ char *scratch = xasprintf("%s.git", copy);
	_cleanup_(user_tree_release) struct user_tree tree = { 0 };
	struct error *err = user_tree_open(user, scratch, &tree);

	if (err)
		return err;
	memcpy(digest, tree.digest, SHA256_HEX_SIZE);
	assert_false(path_exists(scratch));
	return user_tree_copy(&tree, copy);
}

static void test_user_tree(void **state)
{
	char *top = scratch_make();
	_cleanup_free_ char *user = xasprintf("%s/user", top), *copy = xasprintf("%s/copy", top);
	_cleanup_free_ char *object = xasprintf("%s/lib/x.o", copy);
	_cleanup_free_ char *config = xasprintf("%s/.config", copy);
	_cleanup_free_ char *gone = xasprintf("%s/lib/gone.c", copy);
	_cleanup_free_ char *user_gone = xasprintf("%s/lib/gone.c", user);
	_cleanup_free_ char *script = xasprintf("%s/run.sh", copy);
	_cleanup_free_ char *user_script = xasprintf("%s/run.sh", user);
	char first[SHA256_HEX_SIZE], second[SHA256_HEX_SIZE];
	struct stat st;

	(void)state;
	put(user, "Kbuild", "# top\n");
	/* as in Debian's source packages */
	put(user, ".gitignore", "/*\n");
	put(user, ".config", "CONFIG_X=y\n");
	put(user, "lib/x.c", "int x;\n");
	put(user, "lib/x.o", "an object of an in-tree build\n");
	put(user, "lib/gone.c", "int gone;\n");
	put(user, "run.sh", "#!/bin/sh\n");
	assert_int_equal(chmod(user_script, 0755), 0);

	expect_ok(sync_tree(user, copy, first));
	expect_text(copy, "lib/x.c", "int x;\n");
	assert_false(path_exists(object));
	assert_false(path_exists(config));
	assert_true(path_exists(gone));
	assert_int_equal(stat(script, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);

	/* Nothing changed: the same digest. */
	expect_ok(sync_tree(user, copy, second));
	assert_string_equal(first, second);

	/* An edit and a removal arrive; what was changed in the copy (by a patch) is mended. */
	put(user, "lib/x.c", "int y, z;\n");
	put(copy, "lib/x.c", "patched\n");
	assert_int_equal(unlink(user_gone), 0);
	expect_ok(sync_tree(user, copy, second));
	assert_string_not_equal(first, second);
	expect_text(copy, "lib/x.c", "int y, z;\n");
	assert_false(path_exists(gone));
	scratch_remove(top);
}

/* Of a repository: what is tracked, even if ignored, and what is new and not ignored. */
static void test_user_repository(void **state)
{
	char *top = scratch_make();
	_cleanup_free_ char *user = xasprintf("%s/user", top), *copy = xasprintf("%s/copy", top);
	_cleanup_free_ char *object = xasprintf("%s/lib/x.o", copy);
	_cleanup_free_ char *git = xasprintf("%s/.git", copy);
	_cleanup_free_ char *tracked = xasprintf("%s/lib/tracked.tab", copy);
	_cleanup_free_ char *user_tracked = xasprintf("%s/lib/tracked.tab", user);
	_cleanup_free_ char *init = xasprintf("cd '%s' && git init -q . && git add -f .", user);
	char digest[SHA256_HEX_SIZE];

	(void)state;
	put(user, "Kbuild", "# top\n");
	put(user, ".gitignore", "*.o\n*.tab\n");
	put(user, "lib/tracked.tab", "t\n");
	assert_int_equal(system(init), 0);
	put(user, "lib/new.c", "int new;\n");
	put(user, "lib/x.o", "an object\n");

	expect_ok(sync_tree(user, copy, digest));
	expect_text(copy, "lib/tracked.tab", "t\n");
	expect_text(copy, "lib/new.c", "int new;\n");
	assert_false(path_exists(object));
	assert_false(path_exists(git));

	/* Tracked, and deleted without telling git */
	assert_int_equal(unlink(user_tracked), 0);
	expect_ok(sync_tree(user, copy, digest));
	assert_false(path_exists(tracked));
	scratch_remove(top);
}

static void test_user_tree_that_is_none(void **state)
{
	char *top = scratch_make();
	_cleanup_free_ char *copy = xasprintf("%s/copy", top);
	char digest[SHA256_HEX_SIZE];

	(void)state;
	expect_error(sync_tree(top, copy, digest), "not the top of a kernel tree", NULL);
	scratch_remove(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_series_applies),
		cmocka_unit_test(test_series_partly_there),
		cmocka_unit_test(test_patch_that_does_not_apply),
		cmocka_unit_test(test_tree_inside_a_repository),
		cmocka_unit_test(test_series_names_a_missing_patch),
		cmocka_unit_test(test_user_tree),
		cmocka_unit_test(test_user_repository),
		cmocka_unit_test(test_user_tree_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
