// SPDX-License-Identifier: GPL-2.0-only
/* KTAP as Documentation/dev-tools/ktap.rst has it: the run, in it the cells, in these the checks. */
#include <stdlib.h>

#include "core/escape.h"
#include "report/report.h"

struct ktap {
	FILE *out;
	const struct rec_run *run;
	const struct rec_cell *cell;
	size_t nr;
	/* only count, print nothing */
	bool counting;
};

enum state {
	OK,
	NOT_OK,
	SKIP,
};

static void put_result(struct ktap *ktap, enum state state, const char *name, const char *reason)
{
	ktap->nr++;
	if (ktap->counting)
		return;
	fprintf(ktap->out, "    %s %zu ", state == NOT_OK ? "not ok" : "ok", ktap->nr);
	put_ktap(ktap->out, name);
	if (state == SKIP) {
		fputs(" # SKIP ", ktap->out);
		put_ktap(ktap->out, reason);
	}
	fputc('\n', ktap->out);
}

/* A diagnostic line; it belongs to the result that follows it. */
static void put_note(struct ktap *ktap, const char *text)
{
	if (ktap->counting || !text || !*text)
		return;
	fputs("    # ", ktap->out);
	put_ktap(ktap->out, text);
	fputc('\n', ktap->out);
}

static size_t put_findings(struct ktap *ktap, const char *check)
{
	size_t nr_new = 0;

	vec_for_each(finding, &ktap->cell->findings) {
		bool is_new = report_is_new(ktap->run, finding);
		char *text;

		if (!str_eq(finding->check, check))
			continue;
		nr_new += is_new;
		text = xasprintf("%s%s %s: %s says %s, BTF says %s",
				 is_new ? "" : "known: ", finding->image, finding->variable,
				 finding->witness, finding->expected, finding->actual);
		put_note(ktap, text);
		free(text);
	}
	return nr_new;
}

static void put_check(struct ktap *ktap, const char *id, const char *state, const char *reason)
{
	size_t nr_new = put_findings(ktap, id);

	put_result(ktap, nr_new ? NOT_OK : str_eq(state, "skipped") ? SKIP : OK, id, reason);
}

static void put_stages(struct ktap *ktap)
{
	const struct rec_cell *cell = ktap->cell;
	bool boot_ok = cell->booted && !report_boot_failed(cell);
	bool error = str_eq(cell->verdict, "error");

	if (str_eq(cell->verdict, "skipped")) {
		put_result(ktap, SKIP, "build", cell->reason);
		return;
	}
	if (!cell->built)
		put_note(ktap, cell->reason);
	put_result(ktap, cell->built ? OK : NOT_OK, "build", NULL);
	if (!cell->built)
		return;
	if (!boot_ok)
		put_note(ktap, cell->reason);
	put_result(ktap, boot_ok ? OK : NOT_OK, "boot", NULL);
	if (!boot_ok)
		return;
	if (error)
		put_note(ktap, cell->reason);
	put_result(ktap, error ? NOT_OK : OK, "verify", NULL);
}

static void put_tests(struct ktap *ktap)
{
	const struct rec_cell *cell = ktap->cell;

	put_stages(ktap);
	vec_for_each(check, &cell->checks)
		put_check(ktap, check->id, check->state, check->reason);
	for (size_t i = 0; i < cell->findings.len; i++)
		if (report_is_first_of_other_check(cell, i))
			put_check(ktap, cell->findings.data[i].check, "fail", NULL);
}

void report_print_ktap(FILE *out, const struct report *report)
{
	const struct rec_run *run = report->run;

	fprintf(out, "KTAP version 1\n1..%zu\n", run->cells.len);
	vec_for_each(cell, &run->cells) {
		struct ktap ktap = { .out = out, .run = run, .cell = cell, .counting = true };
		bool bad = str_eq(cell->verdict, "error") || report_boot_failed(cell) ||
			   report_count_new(run, cell) > 0;
		bool skipped = str_eq(cell->verdict, "skipped");

		put_tests(&ktap);
		fputs("    KTAP version 1\n    # Subtest: ", out);
		put_ktap(out, cell->name);
		fprintf(out, "\n    1..%zu\n", ktap.nr);
		ktap = (struct ktap){ .out = out, .run = run, .cell = cell };
		put_tests(&ktap);
		fprintf(out, "%s %zu ", bad ? "not ok" : "ok",
			(size_t)(cell - run->cells.data) + 1);
		put_ktap(out, cell->name);
		if (skipped) {
			fputs(" # SKIP ", out);
			put_ktap(out, cell->reason);
		}
		fputc('\n', out);
	}
}
