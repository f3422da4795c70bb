// SPDX-License-Identifier: GPL-2.0-only
/* What a patch touches, and whether each patch of a series applies to a tree. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"
#include "source/patch_text.h"
#include "source/series_check.h"

/* Two hunks in one file, and a new file. */
#define PATCH_1                                               \
	"Subject: one\n\n---\n--- a/lib/one\n+++ b/lib/one\n" \
	"@@ -1,3 +1,4 @@\n a\n+first\n b\n c\n"               \
	"@@ -7,3 +8,4 @@ somewhere\n g\n+second\n h\n i\n"    \
	"--- /dev/null\n+++ b/lib/new\n@@ -0,0 +1 @@\n+new\n"
/* On top of it: changes the line that the first one put there. */
#define PATCH_2 "--- a/lib/one\n+++ b/lib/one\n@@ -1,3 +1,3 @@\n a\n-first\n+FIRST\n b\n"

#define ORIGINAL "a\nb\nc\nd\ne\nf\ng\nh\ni\n"
#define WITH_1   "a\nfirst\nb\nc\nd\ne\nf\ng\nsecond\nh\ni\n"
#define WITH_2   "a\nFIRST\nb\nc\nd\ne\nf\ng\nsecond\nh\ni\n"

static void put(const char *dir, const char *name, const char *text)
{
	free(scratch_file(dir, name, text));
}

/* The text of a report: one line a patch, and one a hunk below it. */
static char *check(const char *top, const char *series_text)
{
	_cleanup_free_ char *tree = xasprintf("%s/tree", top), *dir = xasprintf("%s/series", top);
	_cleanup_(series_release) struct series series = { 0 };
	_cleanup_(series_report_release) struct series_report report = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	put(dir, "series", series_text);
	put(dir, "1", PATCH_1);
	put(dir, "2", PATCH_2);
	expect_ok(series_load(dir, &series));
	expect_ok(series_check(&series, tree, &report));
	vec_for_each(patch, &report.patches) {
		strbuf_addf(&sb, "%s %s\n", strrchr(patch->patch, '/') + 1,
			    patch_state_name(patch->state));
		vec_for_each(hunk, &patch->hunks) {
			strbuf_addf(&sb, "  %s ", patch_state_name(hunk->state));
			hunk_describe(hunk, &sb);
			strbuf_addc(&sb, '\n');
		}
	}
	return strbuf_detach(&sb);
}

static void expect_states(const char *top, const char *series, const char *want)
{
	_cleanup_free_ char *got = check(top, series);

	assert_string_equal(got, want);
}

static void expect_text(const char *top, const char *name, const char *want)
{
	_cleanup_free_ char *path = xasprintf("%s/tree/%s", top, name), *text = NULL;

	expect_ok(file_read(path, 0, &text, NULL));
	assert_string_equal(text, want);
}

static void fits(void **state)
{
	char *top = scratch_make();

	(void)state;
	put(top, "tree/lib/one", ORIGINAL);
	/* the second only on top of the first */
	expect_states(top, "1\n2\n", "1 applies\n2 applies\n");
	expect_text(top, "lib/one", ORIGINAL);

	put(top, "tree/lib/one", WITH_1);
	put(top, "tree/lib/new", "new\n");
	expect_states(top, "1\n2\n", "1 is there\n2 applies\n");

	/* Now the first alone would not come off any more. */
	put(top, "tree/lib/one", WITH_2);
	expect_states(top, "1\n2\n", "1 is there\n2 is there\n");
	expect_text(top, "lib/one", WITH_2);
	scratch_remove(top);
}

/* The same in a repository, which git apply would take for its own. */
static void repository(void **state)
{
	char *top = scratch_make();
	_cleanup_free_ char *init = xasprintf("cd '%s/tree' && git init -q .", top);

	(void)state;
	put(top, "tree/lib/one", ORIGINAL);
	assert_int_equal(system(init), 0);
	expect_states(top, "1\n2\n", "1 applies\n2 applies\n");
	expect_text(top, "lib/one", ORIGINAL);
	scratch_remove(top);
}

static void half_there(void **state)
{
	char *top = scratch_make();

	(void)state;
	put(top, "tree/lib/one", "a\nb\nc\nd\ne\nf\ng\nsecond\nh\ni\n");
	put(top, "tree/lib/new", "new\n");
	expect_states(top, "1\n",
		      "1 is half there\n"
		      "  applies lib/one: hunk 1 of 2, line 1\n"
		      "  is there lib/one: hunk 2 of 2, line 7\n"
		      "  is there lib/new, a new file\n");
	scratch_remove(top);
}

static void conflicts(void **state)
{
	char *top = scratch_make();

	(void)state;
	put(top, "tree/lib/one", "a\nb\nc\nd\ne\nf\ng\nother\nh\ni\n");
	expect_states(top, "1\n",
		      "1 conflicts\n"
		      "  applies lib/one: hunk 1 of 2, line 1\n"
		      "  conflicts lib/one: hunk 2 of 2, line 7\n"
		      "  applies lib/new, a new file\n");

	put(top, "tree/lib/one", ORIGINAL);
	put(top, "tree/lib/new", "something of the tree's own\n");
	expect_states(top, "1\n",
		      "1 conflicts\n"
		      "  applies lib/one: hunk 1 of 2, line 1\n"
		      "  applies lib/one: hunk 2 of 2, line 7\n"
		      "  conflicts lib/new, a new file: already exists in working directory\n");
	scratch_remove(top);
}

/* A patch that conflicts does not hide what becomes of those behind it. */
static void goes_on(void **state)
{
	char *top = scratch_make();

	(void)state;
	put(top, "tree/lib/new", "new\n");
	expect_states(top, "2\n1\n",
		      "2 conflicts\n"
		      "  conflicts lib/one: hunk 1 of 1, line 1: No such file or directory\n"
		      "1 conflicts\n"
		      "  conflicts lib/one: hunk 1 of 2, line 1: No such file or directory\n"
		      "  conflicts lib/one: hunk 2 of 2, line 7: No such file or directory\n"
		      "  is there lib/new, a new file\n");
	scratch_remove(top);
}

/* Nothing at all is changed by a series that does not fit. */
static void tree_stays_clean(void **state)
{
	char *top = scratch_make();
	_cleanup_free_ char *tree = xasprintf("%s/tree", top), *dir = xasprintf("%s/series", top);
	_cleanup_(series_release) struct series series = { 0 };
	unsigned int applied, present;

	(void)state;
	put(top, "tree/lib/one", ORIGINAL);
	put(dir, "series", "1\n3\n");
	put(dir, "1", PATCH_1);
	put(dir, "3", "--- a/lib/two\n+++ b/lib/two\n@@ -1 +1 @@\n-x\n+y\n");
	expect_ok(series_load(dir, &series));
	expect_error(series_apply(&series, tree, &applied, &present), "patch 3 ",
		     "lib/two: hunk 1 of 1, line 1: No such file or directory", NULL);
	expect_text(top, "lib/one", ORIGINAL);
	scratch_remove(top);
}

static void expect_parse(const char *text, const char *want)
{
	_cleanup_(patch_text_release) struct patch_text patch = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	expect_ok(patch_text_parse("p", text, &patch));
	vec_for_each(file, &patch.files) {
		strbuf_addf(&sb, "%s", file->name);
		vec_for_each(hunk, &file->hunks)
			strbuf_addf(&sb, " %u", *hunk);
		strbuf_addc(&sb, '\n');
	}
	assert_string_equal(strbuf_str(&sb), want);
}

static void expect_bad(const char *text, const char *why)
{
	struct patch_text patch = { 0 };

	expect_error(patch_text_parse("p", text, &patch), why, NULL);
}

static void texts(void **state)
{
	(void)state;
	expect_parse(PATCH_1, "lib/one 1 7\nlib/new 0\n");
	/* lines that look like heads of files are lines of a hunk */
	expect_parse("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n+++ b/y\n z\n--\n2.39\n",
		     "x 1\n");
	/* a deletion, a time behind the name, an empty line that lost its space */
	expect_parse("--- a/x\t2020-01-01\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-\n", "x 1\n");
	expect_parse("--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n a\n\n+b\n c\n", "x 1\n");
	expect_parse("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n",
		     "x 1\n");

	expect_bad("", "p: there is no patch in it");
	expect_bad("hello\n", "p: there is no patch in it");
	expect_bad("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n",
		   "p:3: the hunk that begins here is damaged at line 5");
	expect_bad("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n-c\n", "damaged at line 6");
	expect_bad("--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n*a\n", "damaged at line 4");
	expect_bad("--- a/x\n+++ b/x\n@@ -x @@\n", "p:3: this is no head of a hunk");
	expect_bad("--- a/x\n+++ b/x\n", "p: x has no hunk");
	expect_bad("--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
		   "p:1: '../../etc/passwd' is no path below the top");
	expect_bad("--- a//etc/passwd\n+++ b//etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
		   "is no path below");
	expect_bad("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "is no path below");
	expect_bad("diff --git a/x b/y\nrename from x\nrename to y\n",
		   "p:2: 'rename from ' cannot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),       cmocka_unit_test(repository),
		cmocka_unit_test(half_there), cmocka_unit_test(conflicts),
		cmocka_unit_test(goes_on),    cmocka_unit_test(tree_stays_clean),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("patch check", tests, NULL, NULL);
}
