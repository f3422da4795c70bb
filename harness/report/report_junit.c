// SPDX-License-Identifier: GPL-2.0-only
/*
 * JUnit's XML, in the form that its readers agree on: testsuites, a testsuite for each cell, a testcase for
 * each thing that may fail. A cell's build and boot are test cases too, so that none is without one.
 */
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "core/cleanup.h"
#include "core/escape.h"
#include "report/report.h"

/* Test cases of one cell by what became of them. */
struct counts {
	size_t tests, failures, errors, skipped;
};

struct junit {
	FILE *out;
	const struct rec_run *run;
	const struct rec_cell *cell;
	struct counts counts;
};

static bool is_verdict(const struct rec_cell *cell, const char *verdict)
{
	return str_eq(cell->verdict, verdict);
}

static void open_case(struct junit *junit, const char *name, double seconds)
{
	junit->counts.tests++;
	fputs("    <testcase classname=\"btfmatrix.", junit->out);
	/* readers take dots for folders, so the slashes of a cell make a tree */
	for (const char *p = junit->cell->name; *p; p++) {
		char c[2] = { *p == '.' ? '_' : *p == '/' ? '.' : *p, '\0' };

		put_xml(junit->out, c);
	}
	fputs("\" name=\"", junit->out);
	put_xml(junit->out, name);
	fprintf(junit->out, "\" time=\"%.3f\">", seconds);
}

static void close_case(struct junit *junit)
{
	fputs("</testcase>\n", junit->out);
}

/* <failure message="..." type="..."> and the like; @message is one of the record's texts. */
static void put_tag(struct junit *junit, const char *tag, const char *type, const char *message)
{
	fprintf(junit->out, "<%s message=\"", tag);
	put_xml(junit->out, message);
	if (type)
		fprintf(junit->out, "\" type=\"%s", type);
	fputs("\">", junit->out);
}

static void put_texts(FILE *out, ...)
{
	va_list args;

	va_start(args, out);
	for (const char *text; (text = va_arg(args, const char *));)
		put_xml(out, text);
	va_end(args);
}

static void put_finding(struct junit *junit, const struct rec_finding *finding)
{
	put_texts(junit->out, finding->image, " ", finding->variable, ": ", finding->witness,
		  " says ", finding->expected, ", BTF says ", finding->actual,
		  finding->known ? " [known: docs/findings.md#" : "", finding->known ?: "",
		  finding->known ? "]" : "", "\n", NULL);
}

static void put_findings(struct junit *junit, const char *check, bool wanted_new)
{
	vec_for_each(finding, &junit->cell->findings)
		if (str_eq(finding->check, check) &&
		    report_is_new(junit->run, finding) == wanted_new)
			put_finding(junit, finding);
}

static size_t count_findings(const struct junit *junit, const char *check, bool wanted_new)
{
	size_t n = 0;

	vec_for_each(finding, &junit->cell->findings)
		n += str_eq(finding->check, check) &&
		     report_is_new(junit->run, finding) == wanted_new;
	return n;
}

static void put_check(struct junit *junit, const char *id, const char *state, const char *reason)
{
	size_t nr_new = count_findings(junit, id, true), nr_old = count_findings(junit, id, false);
	_cleanup_free_ char *message = xasprintf("%zu finding%s", nr_new, nr_new == 1 ? "" : "s");

	open_case(junit, id, 0);
	if (nr_new) {
		junit->counts.failures++;
		put_tag(junit, "failure", "finding", message);
		put_findings(junit, id, true);
		fputs("</failure>", junit->out);
	} else if (str_eq(state, "skipped")) {
		junit->counts.skipped++;
		put_tag(junit, "skipped", NULL, reason);
		fputs("</skipped>", junit->out);
	}
	if (nr_old) {
		fputs("<system-out>", junit->out);
		put_findings(junit, id, false);
		fputs("</system-out>", junit->out);
	}
	close_case(junit);
}

static void put_build(struct junit *junit)
{
	const struct rec_cell *cell = junit->cell;

	open_case(junit, "build", cell->cached ? 0 : cell->build_wall_s);
	if (is_verdict(cell, "skipped")) {
		junit->counts.skipped++;
		put_tag(junit, "skipped", NULL, cell->reason);
		fputs("</skipped>", junit->out);
	} else if (!cell->built) {
		junit->counts.errors++;
		put_tag(junit, "error", "build", cell->reason);
		fputs("</error>", junit->out);
	}
	close_case(junit);
}

static void put_boot(struct junit *junit)
{
	const struct rec_cell *cell = junit->cell;

	if (!cell->built)
		return;
	open_case(junit, "boot", cell->boot_wall_s);
	if (report_boot_failed(cell)) {
		junit->counts.failures++;
		put_tag(junit, "failure", "boot", cell->reason);
		put_xml(junit->out, cell->boot_detail);
		fputs("</failure>", junit->out);
	} else if (!cell->booted) {
		junit->counts.errors++;
		put_tag(junit, "error", "boot", cell->reason);
		fputs("</error>", junit->out);
	}
	close_case(junit);
}

/* What kept a cell from a verdict after its kernel had booted. */
static void put_verify(struct junit *junit)
{
	const struct rec_cell *cell = junit->cell;

	if (!cell->booted)
		return;
	open_case(junit, "verify", cell->verify_wall_s);
	if (is_verdict(cell, "error")) {
		junit->counts.errors++;
		put_tag(junit, "error", "verify", cell->reason);
		fputs("</error>", junit->out);
	}
	close_case(junit);
}

static void put_property(struct junit *junit, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(junit->out, "      <property name=\"%s\" value=\"", name);
	put_xml(junit->out, value);
	fputs("\"/>\n", junit->out);
}

static void put_properties(struct junit *junit)
{
	const struct rec_cell *cell = junit->cell;

	fputs("    <properties>\n", junit->out);
	put_property(junit, "verdict", cell->verdict);
	put_property(junit, "flaky", cell->flaky ? "yes" : "no");
	put_property(junit, "reproduce", cell->reproduce);
	put_property(junit, "compiler", cell->compiler);
	put_property(junit, "linker", cell->linker);
	put_property(junit, "pahole", junit->run->pahole_version);
	put_property(junit, "qemu", cell->qemu);
	fputs("    </properties>\n", junit->out);
}

static void put_cases(struct junit *junit)
{
	put_build(junit);
	put_boot(junit);
	put_verify(junit);
	vec_for_each(check, &junit->cell->checks)
		put_check(junit, check->id, check->state, check->reason);
	for (size_t i = 0; i < junit->cell->findings.len; i++)
		if (report_is_first_of_other_check(junit->cell, i))
			put_check(junit, junit->cell->findings.data[i].check, "fail", NULL);
}

static double cell_seconds(const struct rec_cell *cell)
{
	return (cell->cached ? 0 : cell->build_wall_s) + cell->boot_wall_s + cell->verify_wall_s;
}

static void put_stamp(FILE *out, int64_t when)
{
	_cleanup_free_ char *text = report_time(when);

	/* XML Schema's dateTime */
	for (char *p = text; *p; p++)
		if (*p == ' ')
			*p = 'T';
	fprintf(out, " timestamp=\"%s\"", text);
}

static void add_counts(struct counts *sum, const struct counts *counts)
{
	sum->tests += counts->tests;
	sum->failures += counts->failures;
	sum->errors += counts->errors;
	sum->skipped += counts->skipped;
}

/* The counts come before what is counted, so that is written to memory first. */
static void put_suite(FILE *out, const struct rec_run *run, const struct rec_cell *cell,
		      struct counts *sum)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	struct junit junit = { .out = open_memstream(&text, &len), .run = run, .cell = cell };

	if (!junit.out)
		return;
	put_properties(&junit);
	put_cases(&junit);
	fclose(junit.out);
	fputs("  <testsuite name=\"", out);
	put_xml(out, cell->name);
	fprintf(out,
		"\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
		junit.counts.tests, junit.counts.failures, junit.counts.errors,
		junit.counts.skipped, cell_seconds(cell));
	put_stamp(out, cell->ended_at ?: run->began_at);
	fputs(" hostname=\"", out);
	put_xml(out, run->host ?: "localhost");
	fprintf(out, "\">\n%s  </testsuite>\n", text);
	add_counts(sum, &junit.counts);
}

void report_print_junit(FILE *out, const struct report *report)
{
	const struct rec_run *run = report->run;
	_cleanup_free_ char *text = NULL;
	size_t len;
	struct counts sum = { 0 };
	FILE *suites = open_memstream(&text, &len);

	if (!suites)
		return;
	vec_for_each(cell, &run->cells)
		put_suite(suites, run, cell, &sum);
	fclose(suites);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"btfmatrix ", out);
	put_xml(out, run->name);
	fprintf(out,
		"\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n"
		"%s</testsuites>\n",
		sum.tests, sum.failures, sum.errors, sum.skipped, run->wall_s, text);
}
