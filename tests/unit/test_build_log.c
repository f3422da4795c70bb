// SPDX-License-Identifier: GPL-2.0-only
/* A build's log: whole while it is small, and its beginning and end where tools say too much. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "build/build_log.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"

enum {
	MAX = 1000
};

/* Adds @text to the log at @path, @step bytes at a time. */
static void add(const char *path, const char *text, size_t step)
{
	size_t len = strlen(text);
	struct build_log *log;

	expect_ok(build_log_open(path, MAX, &log));
	for (size_t at = 0; at < len; at += step)
		assert_true(build_log_add(log, text + at, len - at < step ? len - at : step));
	expect_ok(build_log_close(log));
}

static void expect_text(const char *path, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	expect_ok(file_read(path, 0, &text, NULL));
	assert_string_equal(text, expected);
}

static char *numbers(int from, int to)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (int i = from; i < to; i++)
		strbuf_addf(&sb, "%09d\n", i);
	return strbuf_detach(&sb);
}

static void small_is_whole(void **state)
{
	static const size_t steps[] = { 1, 7, 400, 5000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		char *dir = scratch_make();
		_cleanup_free_ char *path = xasprintf("%s/log", dir);
		_cleanup_free_ char *most = numbers(0, MAX / 10);

		add(path, most, steps[i]);
		expect_text(path, most);
		scratch_remove(dir);
	}
}

static void large_has_beginning_and_end(void **state)
{
	static const size_t steps[] = { 1, 7, 400, 5000, 1000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		char *dir = scratch_make();
		_cleanup_free_ char *path = xasprintf("%s/log", dir);
		_cleanup_free_ char *all = numbers(0, 10000);
		_cleanup_free_ char *head = numbers(0, 50), *tail = numbers(9950, 10000);
		_cleanup_free_ char *expected =
			xasprintf("%s\n[btfmatrix: 99000 bytes are left out here]\n%s", head, tail);

		add(path, all, steps[i]);
		expect_text(path, expected);
		scratch_remove(dir);
	}
}

/* A build is several makes, which have one log. */
static void next_make_adds(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = scratch_file(dir, "log", "the first\n");
	_cleanup_free_ char *all = numbers(0, 10000), *head = numbers(0, 49);
	_cleanup_free_ char *tail = numbers(9950, 10000), *expected = NULL, *longer = NULL;

	(void)state;
	add(path, all, 4096);
	expected = xasprintf("the first\n%s\n[btfmatrix: 99010 bytes are left out here]\n%s", head,
			     tail);
	expect_text(path, expected);
	add(path, "the last\n", 4096);
	longer = xasprintf("%sthe last\n", expected);
	expect_text(path, longer);
	scratch_remove(dir);
}

static void what_cannot_be_written(void **state)
{
	struct build_log *log;

	(void)state;
	expect_error(build_log_open("/no/such/folder/log", MAX, &log), "/no/such/folder/log", NULL);
	expect_ok(build_log_open("/dev/full", MAX, &log));
	assert_false(build_log_add(log, "text", 4));
	expect_error(build_log_close(log), "cannot write the log /dev/full", "No space left", NULL);
	expect_ok(build_log_close(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_is_whole),
		cmocka_unit_test(large_has_beginning_and_end),
		cmocka_unit_test(next_make_adds),
		cmocka_unit_test(what_cannot_be_written),
	};

	return cmocka_run_group_tests_name("build_log", tests, NULL, NULL);
}
