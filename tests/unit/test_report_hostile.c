// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every text of a record, which may have come from guests, logs, symbols or somebody's file, is hostile here. No
 * format lets it be more than text: no line begins or ends by it, no control character comes through.
 */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "rec_build.h"
#include "report/report.h"

#define PLAIN "plain"

static const char *const hostile[] = {
	"a\nnot ok 1 injected\n::error::injected\n| a | b |\n# heading",
	"%0A::error title=x::injected%0D%25",
	"\r::error::injected\rnot ok 7",
	"\x1b[2J\x1b]0;title\x07\x1b[31mred\x7f",
	"</script><script>alert(1)</script><!--<script>",
	"]]></failure></testcase><testcase name=\"x\"/>",
	"# SKIP no # TODO x",
	"`a` ``b`` **bold** [link](javascript:x) ![i](x) <b> | @user ~~x~~",
	"\xe2\x80\xa8line\xe2\x80\xa9paragraph\xe2\x80\xaeturned",
	"title=x,line=1::y",
	"\xc2\x9b"
	"31mC1 control",
};

static void set(char **member, const char *text)
{
	free(*member);
	*member = xstrdup(text);
}

static void set_fields(void *record, const struct rec_field *fields, size_t nr, const char *text)
{
	for (size_t i = 0; i < nr; i++)
		/* a word of ours, which the record's tables see to */
		if (fields[i].type == REC_TEXT && !str_eq(fields[i].name, "verdict"))
			set(rec_text(record, &fields[i]), text);
}

static void set_cell(struct rec_cell *cell, const char *text)
{
	set_fields(cell, rec_cell_fields, nr_rec_cell_fields, text);
	vec_for_each(check, &cell->checks) {
		set(&check->id, text);
		set(&check->reason, text);
	}
	vec_for_each(finding, &cell->findings) {
		char **const members[] = { &finding->check,    &finding->image,
					   &finding->variable, &finding->witness,
					   &finding->expected, &finding->actual };

		for (size_t i = 0; i < ARRAY_SIZE(members); i++)
			set(members[i], text);
		if (finding->known)
			set(&finding->known, text);
	}
	vec_for_each(absence, &cell->absences)
		set(&absence->rule, text);
	vec_for_each(log, &cell->logs) {
		set(&log->kind, text);
		set(&log->path, text);
	}
	vec_for_each(attempt, &cell->attempts) {
		set(&attempt->reason, text);
		set(&attempt->boot_verdict, text);
		set(&attempt->console_log, text);
	}
}

/* A run in which every text is @text. */
static void make_run(struct rec_run *run, const char *text)
{
	rec_build_run(run, "run", 1000, "fail");
	set_fields(run, rec_run_fields, nr_rec_run_fields, text);
	set(&run->baseline, text);
	vec_for_each(cell, &run->cells)
		set_cell(cell, text);
	vec_for_each(layout, &run->layouts) {
		set(&(*layout)->section, text);
		vec_for_each(var, &(*layout)->variables) {
			set(&var->name, text);
			set(&var->type, text);
			set(&var->file, text);
		}
	}
	vec_for_each(config, &run->configs)
		set(&(*config)->text, text);
}

static char *print(void (*fn)(FILE *out, const struct report *report), const char *text)
{
	_cleanup_(rec_history_release) struct rec_history history = { 0 };
	_cleanup_(rec_run_release) struct rec_run run = { 0 };
	struct rec_point point = { .run = xstrdup(text),
				   .cell = xstrdup(text),
				   .verdict = xstrdup("fail"),
				   .reason = xstrdup(text),
				   .layout = xstrdup(text),
				   .commit = xstrdup(text),
				   .compiler = xstrdup(text),
				   .pahole = xstrdup(text) };
	char *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	vec_push(&history.points, point);
	make_run(&run, text);
	fn(out, &(struct report){ .run = &run, .history = &history });
	fclose(out);
	assert_int_equal(strlen(printed), len);
	return printed;
}

static size_t count(const char *text, const char *what)
{
	size_t nr = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		nr++;
	return nr;
}

static void expect_no_controls(const char *name, const char *printed, const char *text)
{
	for (const char *p = printed; *p; p++)
		if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
			fail_msg("%s: \\x%02x came through of '%s'", name, (unsigned char)*p, text);
	if (strstr(printed, "\xe2\x80\xae") || strstr(printed, "\xe2\x80\xa8") ||
	    strstr(printed, "\xc2\x9b"))
		fail_msg("%s: a character that turns or breaks lines came through", name);
}

/* A line is as good as a result, a command or a row in these. */
static void lines_stay_lines(void **state)
{
	static const struct {
		const char *name;
		void (*print)(FILE *out, const struct report *report);
	} formats[] = {
		{ "text", report_print_text },         { "ktap", report_print_ktap },
		{ "markdown", report_print_markdown }, { "annotations", report_print_annotations },
		{ "arches", report_print_arches },     { "cells", report_print_cells },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		_cleanup_free_ char *plain = print(formats[i].print, PLAIN);

		assert_true(count(plain, PLAIN) > 0);
		for (size_t h = 0; h < ARRAY_SIZE(hostile); h++) {
			_cleanup_free_ char *printed = print(formats[i].print, hostile[h]);

			expect_no_controls(formats[i].name, printed, hostile[h]);
			if (count(printed, "\n") != count(plain, "\n"))
				fail_msg("%s: '%s' makes lines:\n%s", formats[i].name, hostile[h],
					 printed);
			assert_int_equal(count(printed, "\n::"), count(plain, "\n::"));
			assert_int_equal(count(printed, "\nnot ok"), count(plain, "\nnot ok"));
			assert_int_equal(count(printed, "    not ok"), count(plain, "    not ok"));
		}
	}
}

static void annotations_stay_one_command(void **state)
{
	_cleanup_free_ char *plain = print(report_print_annotations, PLAIN);

	(void)state;
	for (size_t h = 0; h < ARRAY_SIZE(hostile); h++) {
		_cleanup_free_ char *printed = print(report_print_annotations, hostile[h]);

		/* the two of each command, and none in what it says */
		assert_int_equal(count(printed, "::"), count(plain, "::"));
		assert_int_equal(count(printed, ","), count(plain, ","));
	}
}

static void ktap_has_no_other_directives(void **state)
{
	_cleanup_free_ char *plain = print(report_print_ktap, PLAIN);

	(void)state;
	for (size_t h = 0; h < ARRAY_SIZE(hostile); h++) {
		_cleanup_free_ char *printed = print(report_print_ktap, hostile[h]);

		assert_int_equal(count(printed, "#"), count(plain, "#"));
	}
}

/* Markdown without its code, in which nothing is markup, and without what is escaped. */
static char *without_code(const char *printed)
{
	char *rest = xcalloc(1, strlen(printed) + 1);
	size_t len = 0;
	bool code = false;

	for (const char *p = printed; *p; p++) {
		if (*p == '\\' && p[1] && !code) {
			p++;
		} else if (*p == '`') {
			code = !code;
			while (p[1] == '`')
				p++;
		} else if (!code) {
			rest[len++] = *p;
		}
	}
	return rest;
}

static void markdown_has_no_other_markup(void **state)
{
	static const char *const markup[] = { "<", "**", "](", "![", "~~", "@" };
	_cleanup_free_ char *plain = print(report_print_markdown, PLAIN);
	_cleanup_free_ char *plain_rest = without_code(plain);

	(void)state;
	for (size_t h = 0; h < ARRAY_SIZE(hostile); h++) {
		_cleanup_free_ char *printed = print(report_print_markdown, hostile[h]);
		_cleanup_free_ char *rest = without_code(printed);

		for (size_t i = 0; i < ARRAY_SIZE(markup); i++)
			if (count(rest, markup[i]) != count(plain_rest, markup[i]))
				fail_msg("markdown: '%s' of '%s'", markup[i], hostile[h]);
	}
}

static void markup_stays_text(void **state)
{
	_cleanup_free_ char *plain_xml = print(report_print_junit, PLAIN);
	_cleanup_free_ char *plain_page = print(report_print_html, PLAIN);

	(void)state;
	for (size_t h = 0; h < ARRAY_SIZE(hostile); h++) {
		_cleanup_free_ char *xml = print(report_print_junit, hostile[h]);
		_cleanup_free_ char *page = print(report_print_html, hostile[h]);

		expect_no_controls("junit", xml, hostile[h]);
		assert_int_equal(count(xml, "<"), count(plain_xml, "<"));
		assert_int_equal(count(xml, "]]>"), count(plain_xml, "]]>"));
		assert_int_equal(count(page, "<script"), count(plain_page, "<script"));
		assert_int_equal(count(page, "</script"), count(plain_page, "</script"));
		assert_int_equal(count(page, "<!--"), count(plain_page, "<!--"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_stay_lines),
		cmocka_unit_test(annotations_stay_one_command),
		cmocka_unit_test(ktap_has_no_other_directives),
		cmocka_unit_test(markdown_has_no_other_markup),
		cmocka_unit_test(markup_stays_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
