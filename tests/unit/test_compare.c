// SPDX-License-Identifier: GPL-2.0-only
/* Runs held against each other. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "rec_build.h"
#include "report/baseline.h"
#include "report/ci.h"
#include "report/compare.h"
#include "report/report.h"

struct two {
	struct rec_run a, b;
	struct run_compare compare;
};

static int setup(void **state)
{
	struct two *two = xcalloc(1, sizeof(*two));

	rec_build_run(&two->a, "one", 1000, "fail");
	rec_build_run(&two->b, "two", 2000, "fail");
	*state = two;
	return 0;
}

static int teardown(void **state)
{
	struct two *two = *state;

	run_compare_release(&two->compare);
	rec_run_release(&two->a);
	rec_run_release(&two->b);
	free(two);
	return 0;
}

static void set(char **member, const char *text)
{
	free(*member);
	*member = text ? xstrdup(text) : NULL;
}

/* The cell's findings once more. */
static void double_findings(struct rec_cell *cell)
{
	size_t nr = cell->findings.len;

	for (size_t i = 0; i < nr; i++) {
		const struct rec_finding *from = &cell->findings.data[i];
		struct rec_finding copy = {
			.check = xstrdup(from->check),
			.image = xstrdup(from->image),
			.variable = xstrdup(from->variable),
			.witness = xstrdup(from->witness),
			.expected = xstrdup(from->expected),
			.actual = xstrdup(from->actual),
			.known = from->known ? xstrdup(from->known) : NULL,
		};

		vec_push(&cell->findings, copy);
	}
}

static void nothing_new_is_no_finding(void **state)
{
	struct two *two = *state;

	assert_int_equal(report_status(&two->b), 1);
	baseline_mark(&two->b, &two->a);
	assert_int_equal(report_status(&two->b), 0);
	assert_string_equal(two->b.baseline, "one");
}

static void other_offsets_are_the_same_finding(void **state)
{
	struct two *two = *state;

	set(&two->a.cells.data[0].findings.data[0].expected, "0x999");
	baseline_mark(&two->b, &two->a);
	assert_int_equal(report_status(&two->b), 0);
}

static void another_variable_is_new(void **state)
{
	struct two *two = *state;

	set(&two->b.cells.data[1].findings.data[0].variable, "another");
	baseline_mark(&two->b, &two->a);
	assert_int_equal(report_count_new(&two->b, &two->b.cells.data[0]), 0);
	assert_int_equal(report_count_new(&two->b, &two->b.cells.data[1]), 1);
	assert_int_equal(report_status(&two->b), 1);
}

/* Static variables of several files may share a name. */
static void one_more_of_a_kind_is_new(void **state)
{
	struct two *two = *state;

	double_findings(&two->b.cells.data[0]);
	baseline_mark(&two->b, &two->a);
	assert_int_equal(report_count_new(&two->b, &two->b.cells.data[0]), 1);
}

static void a_cell_the_baseline_lacks_is_all_new(void **state)
{
	struct two *two = *state;

	set(&two->a.cells.data[0].name, "elsewhere");
	baseline_mark(&two->b, &two->a);
	assert_int_equal(report_count_new(&two->b, &two->b.cells.data[0]), 1);
}

static void a_boot_that_fails_as_before(void **state)
{
	struct two *two = *state;

	for (size_t i = 0; i < 2; i++) {
		set(&two->a.cells.data[i].boot_verdict, "panic");
		set(&two->b.cells.data[i].boot_verdict, "panic");
	}
	baseline_mark(&two->b, &two->a);
	assert_int_equal(report_status(&two->b), 0);
	set(&two->b.cells.data[0].boot_verdict, "silent");
	baseline_mark(&two->b, &two->a);
	two->b.cells.data[0].boot_in_baseline = false;
	assert_int_equal(report_status(&two->b), 1);
}

/* What could not be done is no finding, and no baseline makes it well. */
static void an_error_stays_one(void **state)
{
	struct two *two = *state;

	set(&two->a.cells.data[0].verdict, "error");
	set(&two->b.cells.data[0].verdict, "error");
	baseline_mark(&two->b, &two->a);
	assert_int_equal(report_status(&two->b), 2);
}

static const struct cell_compare *compared(struct two *two, size_t i)
{
	run_compare_release(&two->compare);
	run_compare_make(&two->a, &two->b, &two->compare);
	return &two->compare.cells.data[i];
}

static void the_same_runs(void **state)
{
	struct two *two = *state;

	assert_int_equal(compared(two, 0)->change, CELL_SAME);
	assert_int_equal(two->compare.cells.len, 2);
	assert_false(run_compare_is_worse(&two->compare));
}

static void broke_and_mended(void **state)
{
	struct two *two = *state;

	set(&two->a.cells.data[0].verdict, "known");
	set(&two->b.cells.data[1].verdict, "pass");
	assert_int_equal(compared(two, 0)->change, CELL_BROKE);
	assert_int_equal(compared(two, 1)->change, CELL_MENDED);
	assert_true(run_compare_is_worse(&two->compare));
}

static void what_was_not_tried_did_not_break(void **state)
{
	struct two *two = *state;

	set(&two->a.cells.data[0].verdict, "pass");
	set(&two->b.cells.data[0].verdict, "skipped");
	assert_int_equal(compared(two, 0)->change, CELL_CHANGED);
	assert_false(run_compare_is_worse(&two->compare));
}

static void findings_come_and_go(void **state)
{
	struct two *two = *state;
	const struct cell_compare *cell;

	set(&two->b.cells.data[0].findings.data[0].variable, "another");
	cell = compared(two, 0);
	assert_int_equal(cell->change, CELL_CHANGED);
	assert_int_equal(cell->came.len, 1);
	assert_string_equal(cell->came.data[0]->variable, "another");
	assert_int_equal(cell->went.len, 1);
	assert_string_equal(cell->went.data[0]->variable, "runqueues");
	assert_true(run_compare_is_worse(&two->compare));

	/* a known one is no reason for alarm */
	set(&two->b.cells.data[0].findings.data[0].known, "weak-and-strong");
	compared(two, 0);
	assert_false(run_compare_is_worse(&two->compare));
}

static void cells_come_and_go(void **state)
{
	struct two *two = *state;

	set(&two->b.cells.data[1].name, "riscv64/gcc/6.12/m");
	assert_int_equal(compared(two, 1)->change, CELL_ADDED);
	assert_int_equal(two->compare.cells.len, 3);
	assert_int_equal(two->compare.cells.data[2].change, CELL_REMOVED);
	assert_string_equal(two->compare.cells.data[2].a->name, "s390x/gcc/6.12/m");
}

static void layouts_move(void **state)
{
	struct two *two = *state;
	struct rec_layout *layout = two->b.layouts.data[0];
	struct rec_variable extra = { xstrdup("first"), xstrdup("long"), NULL, 4000, 8, 8 };
	const struct cell_compare *cell;

	set(&layout->digest, "d2");
	layout->variables.data[1].offset += 64;
	layout->variables.data[1].size += 8;
	set(&layout->variables.data[0].type, "unsigned int");
	/* a second one of that name */
	vec_push(&layout->variables, extra);
	cell = compared(two, 0);
	assert_true(cell->layout_differs);
	assert_int_equal(cell->layout.kinds[LAYOUT_MOVED].names.len, 1);
	assert_string_equal(cell->layout.kinds[LAYOUT_MOVED].names.data[0], "runqueues");
	assert_int_equal(cell->layout.kinds[LAYOUT_RESIZED].names.len, 1);
	assert_int_equal(cell->layout.kinds[LAYOUT_RETYPED].names.len, 1);
	assert_string_equal(cell->layout.kinds[LAYOUT_RETYPED].names.data[0], "first");
	assert_int_equal(cell->layout.kinds[LAYOUT_ADDED].names.len, 1);
	assert_int_equal(cell->layout.kinds[LAYOUT_REMOVED].names.len, 0);
	/* by itself that is no fault */
	assert_false(run_compare_is_worse(&two->compare));
}

static void text_and_json(void **state)
{
	struct two *two = *state;
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *json;

	assert_non_null(out);
	set(&two->a.cells.data[0].verdict, "pass");
	set(&two->b.cells.data[0].reason, "esc\033[31m");
	compared(two, 0);
	run_compare_print_text(out, &two->compare);
	fclose(out);
	assert_non_null(strstr(text, "broke: 1 cell\n"));
	assert_non_null(strstr(text, "s390x/gcc/6.12/n: pass -> fail: esc\\x1b[31m\n"));
	json = run_compare_to_json(&two->compare);
	assert_non_null(json);
	assert_true(json_is_true(json_object_get(json, "worse")));
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(json, "cells"), 0), "change")),
			    "broke");
	json_decref(json);
}

#define COMPARE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMPARE_TEST(nothing_new_is_no_finding),
		COMPARE_TEST(other_offsets_are_the_same_finding),
		COMPARE_TEST(another_variable_is_new),
		COMPARE_TEST(one_more_of_a_kind_is_new),
		COMPARE_TEST(a_cell_the_baseline_lacks_is_all_new),
		COMPARE_TEST(a_boot_that_fails_as_before),
		COMPARE_TEST(an_error_stays_one),
		COMPARE_TEST(the_same_runs),
		COMPARE_TEST(broke_and_mended),
		COMPARE_TEST(what_was_not_tried_did_not_break),
		COMPARE_TEST(findings_come_and_go),
		COMPARE_TEST(cells_come_and_go),
		COMPARE_TEST(layouts_move),
		COMPARE_TEST(text_and_json),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
