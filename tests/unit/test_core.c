// SPDX-License-Identifier: GPL-2.0-only
/* The small things everything stands on: errors, buffers, files, JSON of unknown text. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/escape.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"

static void test_errors(void **state)
{
	_cleanup_error_ struct error *err = error_errno(ENOENT, "cannot read %s", "x");

	(void)state;
	assert_int_equal(err->kind, ERROR_SYSTEM);
	assert_int_equal(err->errnum, ENOENT);
	err = error_wrap(err, "cell %d", 1);
	assert_string_equal(err->message, "cell 1: cannot read x: No such file or directory");
	assert_null(error_wrap(NULL, "nothing"));
}

static void test_shell_words(void **state)
{
	static const char *const cases[][2] = {
		{ "plain-word_1.c", "plain-word_1.c" }, { "", "''" },
		{ "two words", "'two words'" },         { "it's", "'it'\\''s'" },
		{ "$HOME;`x`", "'$HOME;`x`'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

		strbuf_add_shell_word(&sb, cases[i][0]);
		assert_string_equal(strbuf_str(&sb), cases[i][1]);
	}
}

static void test_vec(void **state)
{
	VEC(int) numbers = { 0 };
	int sum = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		vec_push(&numbers, i);
	vec_for_each(number, &numbers)
		sum += *number;
	assert_int_equal(numbers.len, 1000);
	assert_int_equal(sum, 999 * 1000 / 2);
	vec_free(&numbers);
	assert_int_equal(numbers.len, 0);
}

static void test_files(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = xasprintf("%s/a/b", dir), *parent = xasprintf("%s/a", dir);
	_cleanup_free_ char *copy = xasprintf("%s/copy", dir), *text = NULL;
	char hex[SHA256_HEX_SIZE];
	bool changed;
	struct stat st;

	(void)state;
	expect_error(file_write_atomic(path, "abc", 3, 0644), "/a/b", NULL);
	expect_ok(dir_make(parent));
	expect_ok(dir_make(parent));
	expect_ok(file_write_if_changed(path, "abc", 3, 0755, &changed));
	assert_true(changed);
	expect_ok(file_write_if_changed(path, "abc", 3, 0755, &changed));
	assert_false(changed);
	expect_ok(file_sha256(path, hex));
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect_ok(file_copy(path, copy));
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	expect_error(file_read(copy, 2, &text, NULL), "copy", NULL);
	expect_ok(file_read(copy, 3, &text, NULL));
	assert_string_equal(text, "abc");
	expect_ok(tree_remove(parent));
	assert_false(path_exists(path));
	expect_ok(tree_remove(parent));
	scratch_remove(dir);
}

/* A link inside is removed, not what it leads to. */
static void test_tree_remove_follows_no_link(void **state)
{
	char *dir = scratch_make(), *precious = scratch_file(dir, "outside/precious", "x");
	_cleanup_free_ char *tree = xasprintf("%s/tree", dir), *link = xasprintf("%s/link", tree);

	(void)state;
	expect_ok(dir_make(tree));
	assert_int_equal(symlink("../outside", link), 0);
	expect_ok(tree_remove(tree));
	assert_false(path_exists(tree));
	assert_true(path_exists(precious));
	free(precious);
	scratch_remove(dir);
}

/* ssh removes its socket when its folder is being removed: the folder goes all the same. */
static void test_tree_that_gets_empty(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *tree = xasprintf("%s/tree", dir);

	(void)state;
	for (int round = 0; round < 20; round++) {
		char *files[200];
		pid_t pid;
		int status;

		for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
			_cleanup_free_ char *name = xasprintf("tree/%zu", i);

			files[i] = scratch_file(dir, name, "");
		}
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			for (size_t i = 0; i < ARRAY_SIZE(files); i++)
				unlink(files[i]);
			_exit(0);
		}
		expect_ok(tree_remove(tree));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_false(path_exists(tree));
		for (size_t i = 0; i < ARRAY_SIZE(files); i++)
			free(files[i]);
	}
	scratch_remove(dir);
}

/* What is quoted in a message stays text, in whatever reads the log. */
static void test_lines(void **state)
{
	static const struct {
		const char *text, *wanted;
	} lines[] = {
		{ "", "" },
		{ "one\n  two", "one\n  two" },
		{ "red \x1b[31m\nbell \x07\n", "red \\x1b[31m\nbell \\x07\n" },
		{ "make: x\n::error::injected", "make: x\n\\x3a:error::injected" },
		{ "a::b", "a::b" },
		{ "\r::set-output", "\\x0d::set-output" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *got = NULL;
		size_t len;
		FILE *out = open_memstream(&got, &len);

		put_lines(out, lines[i].text);
		fclose(out);
		assert_string_equal(got, lines[i].wanted);
	}
}

static void test_json_text(void **state)
{
	static const char *const cases[][2] = {
		{ "plain", "plain" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "cut \xc3", "cut \\xc3" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *json = json_text(cases[i][0]);

		assert_string_equal(json_string_value(json), cases[i][1]);
		json_decref(json);
	}
	assert_true(json_is_null(json_text(NULL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_shell_words),
		cmocka_unit_test(test_vec),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_tree_remove_follows_no_link),
		cmocka_unit_test(test_tree_that_gets_empty),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_json_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
