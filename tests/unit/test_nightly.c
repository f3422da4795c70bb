// SPDX-License-Identifier: GPL-2.0-only
/* What is new from one night to the next, and what goes when the disk is full. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "bisect/told_tools.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "nightly/config.h"
#include "nightly/disk_budget.h"
#include "nightly/problem.h"
#include "nightly/state.h"
#include "scratch.h"

#define CELL(name, verdict, boot, failure, findings)                                   \
	"{\"cell\": \"" name "\", \"verdict\": \"" verdict "\", \"reason\": \"why\", " \
	"\"boot\": {\"verdict\": \"" boot "\"}, \"failure\": " failure                 \
	", \"verify\": {\"findings\": [" findings "]}}"
#define FINDING(check, variable, known)                                                     \
	"{\"check\": \"" check "\", \"variable\": \"" variable "\", \"witness\": \"ELF\", " \
	"\"expected\": \"a\", \"actual\": \"b\", \"known\": " known "}"

static void add_cell(struct cell_problems *problems, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	problems_add_cell(problems, json);
	json_decref(json);
}

static void test_problems(void **state)
{
	struct cell_problems problems = { 0 };

	(void)state;
	add_cell(&problems, CELL("a", "pass", "ok", "null", ""));
	add_cell(&problems, CELL("b", "known", "ok", "null", FINDING("x.y", "v", "\"section\"")));
	assert_int_equal(problems.list.len, 0);
	add_cell(&problems, CELL("c", "fail", "panic", "null",
				 FINDING("x.y", "v", "null") ", " FINDING("x.y", "w", "null")));
	assert_int_equal(problems.list.len, 3);
	assert_string_equal(problems.list.data[0].key, "boot");
	assert_string_equal(problems.list.data[1].key, "x.y:v");
	assert_string_equal(problems.list.data[1].kind, "x.y");
	assert_string_equal(problems.list.data[1].text, "v: ELF says a, BTF says b");
	add_cell(&problems,
		 CELL("d", "error", "", "{\"stage\": \"compile\", \"kind\": \"child\"}", ""));
	assert_int_equal(problems.list.len, 4);
	assert_string_equal(problems.list.data[3].key, "build");
	assert_true(problems.judged.data[3]);
	/* no commit's fault: the cell was not judged */
	add_cell(&problems,
		 CELL("e", "error", "", "{\"stage\": \"prepare\", \"kind\": \"system\"}", ""));
	assert_int_equal(problems.list.len, 4);
	assert_false(problems.judged.data[4]);
	assert_string_equal(problems.reasons.data[4], "why");
	problems_release(&problems);
}

static size_t nr_bisections(const struct nightly_state *state)
{
	return json_array_size(json_object_get(state->json, "bisections"));
}

static void assert_told(const char *cell, const char *line)
{
	_cleanup_json_ json_t *json = json_loads(cell, 0, NULL);
	_cleanup_free_ char *told = told_tools(json);

	assert_non_null(json);
	assert_string_equal(told, line);
}

static void test_told_tools(void **state)
{
	(void)state;
	assert_told("{\"tools\": {\"compiler\": \"gcc 12\", \"linker\": \"ld 2\", "
		    "\"pahole\": {\"version\": \"1.30\"}, \"qemu\": \"qemu 7\"}}",
		    "gcc 12, ld 2, pahole 1.30, qemu 7");
	/* not booted, and not built */
	assert_told("{\"tools\": {\"compiler\": \"gcc 12\", \"pahole\": {\"version\": \"1.30\"}, "
		    "\"qemu\": null}}",
		    "gcc 12, pahole 1.30");
	assert_told("{\"tools\": [7]}", "");
	assert_told("{}", "");
}

static void test_state(void **test_state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = xasprintf("%s/state.json", dir);
	struct nightly_state state = { 0 };
	struct cell_problems problems = { 0 };

	(void)test_state;
	expect_ok(nightly_state_load(path, &state));
	assert_string_equal(nightly_state_text(&state, "step"), "done");
	/* never judged: nothing to hold it against */
	assert_null(nightly_state_good(&state, "c", "x.y:v"));

	nightly_state_set(&state, "tip", "1111");
	add_cell(&problems, CELL("c", "fail", "ok", "null", FINDING("x.y", "v", "null")));
	add_cell(&problems, CELL("d", "pass", "ok", "null", ""));
	nightly_state_judge(&state, &problems);
	expect_ok(nightly_state_save(&state));
	nightly_state_release(&state);
	problems_release(&problems);
	expect_ok(nightly_state_load(path, &state));
	assert_null(nightly_state_good(&state, "c", "x.y:v"));
	assert_string_equal(nightly_state_good(&state, "c", "x.y:w"), "1111");
	assert_string_equal(nightly_state_good(&state, "d", "boot"), "1111");

	/* an error of the machine's leaves a cell as it was */
	nightly_state_set(&state, "tip", "2222");
	add_cell(&problems,
		 CELL("d", "error", "", "{\"stage\": \"keep\", \"kind\": \"system\"}", ""));
	nightly_state_judge(&state, &problems);
	assert_string_equal(nightly_state_good(&state, "d", "boot"), "1111");
	problems_release(&problems);

	/* one bisection for a check, with all cells that have the same finding */
	add_cell(&problems, CELL("c", "fail", "ok", "null",
				 FINDING("z", "v", "null") ", " FINDING("z", "w", "null")));
	add_cell(&problems, CELL("d", "fail", "ok", "null", FINDING("z", "v", "null")));
	add_cell(&problems, CELL("e", "fail", "ok", "null", FINDING("z", "w", "null")));
	vec_for_each(problem, &problems.list)
		nightly_state_want(&state, problem, "1111");
	assert_int_equal(nr_bisections(&state), 2);
	json_t *first = json_array_get(json_object_get(state.json, "bisections"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "key")), "z:v");
	assert_int_equal(json_array_size(json_object_get(first, "cells")), 2);
	problems_release(&problems);
	nightly_state_release(&state);

	free(scratch_file(dir, "state.json", "{\"cells\": {"));
	expect_error(nightly_state_load(path, &state), "is damaged", NULL);
	nightly_state_release(&state);
	scratch_remove(dir);
}

static void set_age(const char *path, time_t seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_disk_budget(void **state)
{
	enum {
		BIG = 1 << 20
	};
	char *dir = scratch_make();
	_cleanup_free_ char *data = xcalloc(1, BIG);
	struct disk_budget budget = { 0 };
	uint64_t over;

	(void)state;
	memset(data, 'x', BIG);
	for (int i = 1; i <= 4; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%d/file", i);
		free(scratch_bytes(dir, name, data, BIG));
		_cleanup_free_ char *path = xasprintf("%s/%d", dir, i);
		/* 3 is the oldest */
		set_age(path, 1000 + (i + 1) % 4);
	}
	assert_in_range(disk_usage(dir), 4 * BIG, 5 * BIG);
	assert_int_equal(disk_usage("/nowhere/at/all"), 0);

	/* a folder takes nothing on a tmpfs */
	budget.max_bytes = 3 * BIG - 1;
	vec_push(&budget.counted, dir);
	disk_budget_add(&budget, dir, "[0-9]*", "4");
	expect_ok(disk_budget_keep(&budget, &over));
	disk_budget_release(&budget);
	assert_int_equal(over, 0);
	for (int i = 1; i <= 4; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%d", dir, i);

		assert_int_equal(path_exists(path), i == 2 || i == 4);
	}

	/* what is kept is kept, and told */
	budget.max_bytes = 10;
	vec_push(&budget.counted, dir);
	disk_budget_add(&budget, dir, "[0-9]*", "4");
	expect_ok(disk_budget_keep(&budget, &over));
	disk_budget_release(&budget);
	assert_in_range(over, BIG - 10, 2 * BIG);
	scratch_remove(dir);
}

static void test_config(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = scratch_file(dir, "watch.ini",
						 "[tree]\nurl = https://example.org/linux.git\n"
						 "[keep]\nfolder = /var/lib/x\n");
	struct nightly_config config = { 0 };

	(void)state;
	expect_ok(nightly_config_load(path, &config));
	assert_string_equal(config.name, "watch");
	assert_null(config.branch);
	assert_int_equal(config.bisect_s, 14400);
	assert_int_equal(config.disk_gb, 40);
	nightly_config_release(&config);
	free(scratch_file(dir, "watch.ini",
			  "[tree]\nurl = --upload-pack=x\n[keep]\nfolder = /x\n"));
	expect_error(nightly_config_load(path, &config), "watch.ini:2", "must not begin with '-'",
		     NULL);
	free(scratch_file(dir, "watch.ini", "[tree]\nurl = x\n[keep]\nfolder = x\n"));
	expect_error(nightly_config_load(path, &config), "watch.ini:4", "absolute path", NULL);
	expect_ok(nightly_config_load("docs/nightly/example.ini", &config));
	assert_string_equal(config.branch, "linux-6.12.y");
	nightly_config_release(&config);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problems), cmocka_unit_test(test_told_tools),
		cmocka_unit_test(test_state),    cmocka_unit_test(test_disk_budget),
		cmocka_unit_test(test_config),
	};

	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
