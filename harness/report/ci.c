// SPDX-License-Identifier: GPL-2.0-only
#include "report/ci.h"

#include <errno.h>
#include <stdlib.h>

#include "core/cleanup.h"

static struct error *add_summary(const struct report *report, const char *path)
{
	/* GitHub gives each step a file of its own, which earlier commands of the step may have used */
	FILE *out = fopen(path, "ae");

	if (!out)
		return error_errno(errno, "cannot write $GITHUB_STEP_SUMMARY (%s)", path);
	report_print_markdown(out, report);
	fputc('\n', out);
	if (ferror(out) | fclose(out))
		return error_new(ERROR_SYSTEM, "cannot write $GITHUB_STEP_SUMMARY (%s)", path);
	return NULL;
}

struct error *ci_tell(const struct report *report)
{
	const char *summary = getenv("GITHUB_STEP_SUMMARY");
	const char *actions = getenv("GITHUB_ACTIONS");

	if (actions && str_eq(actions, "true"))
		report_print_annotations(stderr, report);
	return summary && *summary ? add_summary(report, summary) : NULL;
}

int report_status(const struct rec_run *run)
{
	int status = 0;

	vec_for_each(cell, &run->cells) {
		if (str_eq(cell->verdict, "error") || str_eq(cell->verdict, "skipped"))
			return 2;
		if (report_is_bad(run, cell))
			status = 1;
	}
	return status;
}
