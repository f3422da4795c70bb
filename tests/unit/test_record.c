// SPDX-License-Identifier: GPL-2.0-only
/* The record of runs: what is written is read again; files that are no good are named. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fileio.h"
#include "core/mem.h"
#include "rec_build.h"
#include "record/record.h"
#include "scratch.h"

static int setup(void **state)
{
	*state = scratch_make();
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(*state);
	return 0;
}

/* Adds a run of that name with all of its cells. */
static void add_run(struct db *db, const char *name, int64_t began_at, const char *verdict)
{
	_cleanup_(rec_run_release) struct rec_run run = { 0 };

	rec_build_run(&run, name, began_at, verdict);
	expect_ok(record_add_run(db, &run));
	vec_for_each(cell, &run.cells)
		expect_ok(record_put_cell(db, cell));
	expect_ok(record_end_run(db, &run));
}

static void load(struct db *db, const char *name, struct rec_run *ret)
{
	int64_t id;

	expect_ok(record_find_run(db, name, &id));
	expect_ok(record_load_run(db, id, RECORD_WHOLE, ret));
}

static void same_fields(const void *a, const void *b, const struct rec_field *fields, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const char *x = (const char *)a + fields[i].offset;
		const char *y = (const char *)b + fields[i].offset;

		if (fields[i].type != REC_TEXT) {
			if (memcmp(x, y, 8) != 0)
				fail_msg("%s is not what was written", fields[i].name);
			continue;
		}
		x = *(char *const *)(const void *)x;
		y = *(char *const *)(const void *)y;
		if (x ? !y || !str_eq(x, y) : y != NULL)
			fail_msg("%s is '%s', written was '%s'", fields[i].name, y, x);
	}
}

static void reads_what_was_written(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run wrote = { 0 }, got = { 0 };

	expect_ok(record_open(*state, DB_WRITE, &db));
	rec_build_run(&wrote, "one", 1000, "known");
	add_run(db, "one", 1000, "known");
	load(db, "one", &got);
	same_fields(&wrote, &got, rec_run_fields, nr_rec_run_fields);
	assert_int_equal(got.cells.len, 2);

	const struct rec_cell *a = &wrote.cells.data[0], *b = &got.cells.data[0];

	same_fields(a, b, rec_cell_fields, nr_rec_cell_fields);
	assert_int_equal(b->checks.len, a->checks.len);
	assert_string_equal(b->checks.data[1].reason, a->checks.data[1].reason);
	assert_int_equal(b->findings.len, a->findings.len);
	assert_string_equal(b->findings.data[0].variable, "runqueues");
	assert_null(b->findings.data[0].known);
	assert_string_equal(b->findings.data[1].known, "weak-and-strong");
	assert_int_equal(b->absences.data[0].count, 12);
	assert_string_equal(b->logs.data[0].path, "one/cells/a/console.log");
	assert_string_equal(b->attempts.data[0].boot_verdict, "silent");
	assert_int_equal(b->layout->variables.len, 2);
	assert_string_equal(b->layout->variables.data[1].type, "struct rq");
	assert_null(b->layout->variables.data[1].file);
	assert_string_equal(b->config->text, "CONFIG_SMP=y\n");
	/* shared, not kept twice */
	assert_ptr_equal(b->layout, got.cells.data[1].layout);
	assert_int_equal(got.layouts.len, 1);
}

static void what_is_alike_is_kept_once(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	int64_t layouts, variables, findings, links;

	expect_ok(record_open(*state, DB_WRITE, &db));
	add_run(db, "one", 1000, "known");
	add_run(db, "two", 2000, "known");
	expect_ok(db_number(db, "SELECT count(*) FROM layout", &layouts));
	expect_ok(db_number(db, "SELECT count(*) FROM layout_variable", &variables));
	expect_ok(db_number(db, "SELECT count(*) FROM finding", &findings));
	expect_ok(db_number(db, "SELECT count(*) FROM cell_finding", &links));
	assert_int_equal(layouts, 1);
	assert_int_equal(variables, 2);
	assert_int_equal(findings, 2);
	assert_int_equal(links, 8);
}

static void finds_runs(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	int64_t id;

	expect_ok(record_open(*state, DB_WRITE, &db));
	expect_error(record_find_run(db, NULL, &id), "has no run yet", NULL);
	add_run(db, "20261125-01", 1000, "pass");
	add_run(db, "20261125-02", 2000, "pass");
	add_run(db, "20261126-01", 3000, "pass");
	expect_ok(record_find_run(db, NULL, &id));
	assert_int_equal(id, 3);
	expect_ok(record_find_run(db, "latest~2", &id));
	assert_int_equal(id, 1);
	expect_ok(record_find_run(db, "20261126", &id));
	assert_int_equal(id, 3);
	expect_ok(record_find_run(db, "20261125-02", &id));
	assert_int_equal(id, 2);
	expect_error(record_find_run(db, "20261125", &id), "20261125-01, 20261125-02",
		     "say more of the name", NULL);
	expect_error(record_find_run(db, "latest~3", &id), "has no run 'latest~3'", "20261126-01",
		     NULL);
	expect_error(record_find_run(db, "latest~x", &id), "has no run 'latest~x'", NULL);
	expect_error(record_find_run(db, "%", &id), "has no run '%'", NULL);
}

static void a_name_is_one_runs(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run run = { 0 };
	int64_t cells;

	expect_ok(record_open(*state, DB_WRITE, &db));
	add_run(db, "one", 1000, "pass");
	rec_build_run(&run, "one", 2000, "pass");
	expect_error(record_add_run(db, &run), RECORD_FILE, "has a run called one already", NULL);
	expect_ok(db_number(db, "SELECT count(*) FROM cell", &cells));
	assert_int_equal(cells, 2);
}

static void a_killed_run_has_skipped_cells(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run run = { 0 }, got = { 0 };

	expect_ok(record_open(*state, DB_WRITE, &db));
	rec_build_run(&run, "one", 1000, "skipped");
	expect_ok(record_add_run(db, &run));
	free(run.cells.data[0].verdict);
	run.cells.data[0].verdict = xstrdup("pass");
	expect_ok(record_put_cell(db, &run.cells.data[0]));
	load(db, "one", &got);
	assert_string_equal(got.cells.data[0].verdict, "pass");
	assert_string_equal(got.cells.data[1].verdict, "skipped");
	assert_int_equal(got.cells.data[1].checks.len, 0);
}

/* A cell that cannot be written whole leaves nothing of itself. */
static void a_cell_is_all_or_nothing(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run run = { 0 };
	int64_t checks, findings;

	expect_ok(record_open(*state, DB_WRITE, &db));
	rec_build_run(&run, "one", 1000, "pass");
	expect_ok(record_add_run(db, &run));
	/* the table's CHECK refuses it, after findings and checks are in */
	free(run.cells.data[0].checks.data[1].state);
	run.cells.data[0].checks.data[1].state = xstrdup("perhaps");
	expect_error(record_put_cell(db, &run.cells.data[0]), RECORD_FILE, "CHECK constraint",
		     NULL);
	expect_ok(db_number(db, "SELECT count(*) FROM check_outcome", &checks));
	expect_ok(db_number(db, "SELECT count(*) FROM cell_finding", &findings));
	assert_int_equal(checks + findings, 0);
}

static void flaky_is_same_key_other_verdict(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run got = { 0 };
	_cleanup_(rec_history_release) struct rec_history history = { 0 };

	expect_ok(record_open(*state, DB_WRITE, &db));
	/* rec_build gives the first cell an earlier attempt that failed, the second none */
	add_run(db, "one", 1000, "pass");
	/* could not be done: no verdict on the cell */
	add_run(db, "two", 2000, "error");
	load(db, "one", &got);
	assert_true(got.cells.data[0].flaky);
	assert_false(got.cells.data[1].flaky);
	rec_run_release(&got);
	add_run(db, "three", 3000, "fail");
	load(db, "one", &got);
	assert_true(got.cells.data[1].flaky);

	expect_ok(record_history(db, got.cells.data[1].name, 2, &history));
	assert_int_equal(history.points.len, 2);
	assert_string_equal(history.points.data[0].run, "two");
	assert_string_equal(history.points.data[1].verdict, "fail");
	assert_true(history.points.data[1].flaky);
	assert_int_equal(history.points.data[1].percpu_bytes, 4096);
}

static void layout_of_a_build(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	struct rec_layout *layout;

	expect_ok(record_open(*state, DB_WRITE, &db));
	expect_ok(record_layout_of_build(db, "key-0", &layout));
	assert_null(layout);
	add_run(db, "one", 1000, "pass");
	expect_ok(record_layout_of_build(db, "key-0", &layout));
	assert_int_equal(layout->variables.len, 2);
	rec_layout_free(layout);
}

/* Two runs at once, in processes of their own, each making the tables if it is the first. */
static void two_runs_at_once(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	int64_t runs, findings, bad;
	int status;

	for (int child = 0; child < 4; child++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid)
			continue;
		for (int i = 0; i < 10; i++) {
			_cleanup_free_ char *name = xasprintf("%d-%d", child, i);
			_cleanup_(db_cleanup) struct db *own = NULL;
			_cleanup_(rec_run_release) struct rec_run run = { 0 };
			struct error *err = record_open(*state, DB_WRITE, &own);

			rec_build_run(&run, name, i, "known");
			if (!err)
				err = record_add_run(own, &run);
			vec_for_each(cell, &run.cells)
				if (!err)
					err = record_put_cell(own, cell);
			if (err) {
				fprintf(stderr, "%s\n", err->message);
				_exit(1);
			}
		}
		_exit(0);
	}
	for (int child = 0; child < 4; child++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	expect_ok(record_open(*state, DB_READ, &db));
	expect_ok(db_number(db, "SELECT count(*) FROM run", &runs));
	expect_ok(db_number(db, "SELECT count(*) FROM cell_finding", &findings));
	expect_ok(db_number(db, "SELECT count(*) FROM pragma_foreign_key_check", &bad));
	assert_int_equal(runs, 40);
	assert_int_equal(findings, 160);
	assert_int_equal(bad, 0);
}

/* Killed in the middle of writing a cell: what was there before is there, and nothing of the cell. */
static void killed_while_it_wrote(void **state)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run got = { 0 };
	_cleanup_(rec_run_release) struct rec_run next = { 0 };
	int64_t checks;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		struct db *own = NULL;
		struct rec_run run;
		struct error *err = record_open(*state, DB_WRITE, &own);

		rec_build_run(&run, "one", 1000, "pass");
		if (!err)
			err = record_add_run(own, &run);
		if (!err)
			err = record_put_cell(own, &run.cells.data[0]);
		if (!err)
			err = db_exec(own, "BEGIN IMMEDIATE;"
					   "UPDATE cell SET verdict = 'fail';"
					   "DELETE FROM check_outcome");
		if (!err)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	expect_ok(record_open(*state, DB_WRITE, &db));
	load(db, "one", &got);
	assert_string_equal(got.cells.data[0].verdict, "pass");
	expect_ok(db_number(db, "SELECT count(*) FROM check_outcome", &checks));
	assert_int_equal(checks, 2);
	/* and its lock is gone with it */
	rec_build_run(&next, "two", 2000, "pass");
	expect_ok(record_add_run(db, &next));
}

static void no_record(void **state)
{
	struct db *db = NULL;

	expect_error(record_open(*state, DB_READ, &db), RECORD_FILE, "`btfmatrix run` makes one",
		     NULL);
}

static void not_a_database(void **state)
{
	struct db *db = NULL;

	free(scratch_file(*state, RECORD_FILE,
			  "this is a text, and none of SQLite's, though long"));
	expect_error(record_open(*state, DB_WRITE, &db), RECORD_FILE, "is no SQLite database",
		     "move it away", NULL);
	expect_error(record_open(*state, DB_READ, &db), RECORD_FILE, "is no SQLite database", NULL);
}

static void another_programs_database(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", (char *)*state, RECORD_FILE);
	struct db *db = NULL;

	expect_ok(db_open(path, DB_WRITE, &db));
	expect_ok(db_exec(db, "CREATE TABLE bookmarks (url TEXT)"));
	db_close(db);
	expect_error(record_open(*state, DB_WRITE, &db), RECORD_FILE, "another program's database",
		     NULL);
	expect_error(record_open(*state, DB_READ, &db), RECORD_FILE, "another program's database",
		     NULL);
}

static void a_newer_record(void **state)
{
	struct db *db = NULL;

	expect_ok(record_open(*state, DB_WRITE, &db));
	expect_ok(db_exec(db, "PRAGMA user_version = 99"));
	db_close(db);
	expect_error(record_open(*state, DB_WRITE, &db), RECORD_FILE, "is version 99",
		     "newer btfmatrix", NULL);
	expect_error(record_open(*state, DB_READ, &db), RECORD_FILE, "is version 99", NULL);
}

/* What the first version wrote is brought up to date, by a run and by a report. */
static void an_older_record(void **state)
{
	_cleanup_(rec_run_release) struct rec_run got = { 0 };
	struct db *db = NULL;

	for (int mode = DB_READ; mode <= DB_WRITE; mode++) {
		expect_ok(record_open(*state, DB_WRITE, &db));
		if (mode == DB_READ)
			add_run(db, "one", 1000, "pass");
		expect_ok(db_exec(db, "ALTER TABLE cell DROP COLUMN release;"
				      "ALTER TABLE cell DROP COLUMN series;"
				      "ALTER TABLE run DROP COLUMN shard;"
				      "ALTER TABLE cell DROP COLUMN profile;"
				      "ALTER TABLE cell DROP COLUMN pahole;"
				      "ALTER TABLE cell DROP COLUMN pahole_version;"
				      "ALTER TABLE cell DROP COLUMN pahole_path;"
				      "ALTER TABLE cell DROP COLUMN pahole_packages;"
				      "ALTER TABLE cell DROP COLUMN repaired;"
				      "ALTER TABLE cell DROP COLUMN bits;"
				      "ALTER TABLE cell DROP COLUMN byte_order;"
				      "ALTER TABLE cell DROP COLUMN nr_types;"
				      "ALTER TABLE cell DROP COLUMN extra_kinds;"
				      "PRAGMA user_version = 1"));
		db_close(db);
		expect_ok(record_open(*state, (enum db_mode)mode, &db));
		load(db, "one", &got);
		assert_string_equal(got.cells.data[1].verdict, "pass");
		assert_null(got.cells.data[1].release);
		assert_null(got.cells.data[1].profile);
		assert_null(got.cells.data[1].pahole);
		rec_run_release(&got);
		db_close(db);
	}
}

static void a_damaged_record(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", (char *)*state, RECORD_FILE);
	_cleanup_(rec_run_release) struct rec_run run = { 0 };
	_cleanup_free_ char *data = NULL;
	struct db *db = NULL;
	struct error *err;
	size_t len;
	int64_t id;

	expect_ok(record_open(*state, DB_WRITE, &db));
	add_run(db, "one", 1000, "pass");
	expect_ok(db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)"));
	db_close(db);
	db = NULL;
	expect_ok(file_read(path, 0, &data, &len));
	assert_true(len > 8192);
	/* all pages but the first, which has the tables' names */
	memset(data + 4096, 0x5a, len - 4096);
	expect_ok(file_write_atomic(path, data, len, 0644));
	err = record_open(*state, DB_READ, &db);
	if (!err)
		err = record_find_run(db, NULL, &id);
	if (!err)
		err = record_load_run(db, id, RECORD_WHOLE, &run);
	db_close(db);
	expect_error(err, RECORD_FILE, "is damaged", "cells/*.json are whole without it", NULL);
}

static void what_cannot_be_written(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", (char *)*state, RECORD_FILE);
	struct db *db = NULL;

	/* a folder in its place: holds for root too, whom no mode stops */
	assert_int_equal(mkdir(path, 0755), 0);
	expect_error(record_open(*state, DB_WRITE, &db), RECORD_FILE, "cannot be opened",
		     "--results", NULL);
}

#define RECORD_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RECORD_TEST(reads_what_was_written),
		RECORD_TEST(what_is_alike_is_kept_once),
		RECORD_TEST(finds_runs),
		RECORD_TEST(a_name_is_one_runs),
		RECORD_TEST(a_killed_run_has_skipped_cells),
		RECORD_TEST(a_cell_is_all_or_nothing),
		RECORD_TEST(flaky_is_same_key_other_verdict),
		RECORD_TEST(layout_of_a_build),
		RECORD_TEST(two_runs_at_once),
		RECORD_TEST(killed_while_it_wrote),
		RECORD_TEST(no_record),
		RECORD_TEST(not_a_database),
		RECORD_TEST(another_programs_database),
		RECORD_TEST(a_newer_record),
		RECORD_TEST(an_older_record),
		RECORD_TEST(a_damaged_record),
		RECORD_TEST(what_cannot_be_written),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
