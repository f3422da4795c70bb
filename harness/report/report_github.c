// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a job on GitHub shows beside its log. GitHub shows ten annotations of a kind for a step, so a cell
 * has one with its first findings, not one for each.
 */
#include <stdlib.h>

#include "core/escape.h"
#include "report/report.h"

enum {
	FINDINGS_SHOWN = 5
};

static char *describe(const struct rec_run *run, const struct rec_cell *cell)
{
	char *text = xstrdup(cell->reason ?: cell->verdict);
	size_t shown = 0;

	vec_for_each(finding, &cell->findings) {
		char *longer;

		if (!report_is_new(run, finding) || shown++ >= FINDINGS_SHOWN)
			continue;
		longer = xasprintf("%s\n%s: %s %s: %s says %s, BTF says %s", text, finding->check,
				   finding->image, finding->variable, finding->witness,
				   finding->expected, finding->actual);
		free(text);
		text = longer;
	}
	return text;
}

static void put_command(FILE *out, const char *command, const struct rec_cell *cell,
			const char *message)
{
	fprintf(out, "::%s title=btfmatrix ", command);
	put_github(out, cell->name);
	fputs("::", out);
	put_github(out, message);
	fputc('\n', out);
}

void report_print_annotations(FILE *out, const struct report *report)
{
	const struct rec_run *run = report->run;

	vec_for_each(cell, &run->cells) {
		bool bad = report_is_bad(run, cell) || str_eq(cell->verdict, "error");

		if (bad) {
			char *text = describe(run, cell);

			put_command(out, "error", cell, text);
			free(text);
		} else if (cell->flaky) {
			put_command(out, "warning", cell,
				    "flaky: the same files have had another verdict");
		}
	}
}
