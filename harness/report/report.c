// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <inttypes.h>
#include <time.h>

#include "core/strbuf.h"

const struct report_format report_formats[] = {
	{ "text", report_print_text, true, false },
	{ "json", report_print_json, true, false },
	{ "junit", report_print_junit, true, false },
	{ "ktap", report_print_ktap, true, false },
	{ "markdown", report_print_markdown, true, false },
	{ "arches", report_print_arches, true, false },
	{ "cells", report_print_cells, true, false },
	{ "html", report_print_html, true, true },
};
const size_t nr_report_formats = ARRAY_SIZE(report_formats);

const struct report_format *report_format_by_name(const char *name)
{
	for (size_t i = 0; i < nr_report_formats; i++)
		if (str_eq(report_formats[i].name, name))
			return &report_formats[i];
	return NULL;
}

bool report_is_new(const struct rec_run *run, const struct rec_finding *finding)
{
	return !finding->known && !(run->baseline && finding->in_baseline);
}

bool report_is_first_of_family(const struct rec_run *run, const struct rec_cell *cell)
{
	for (const struct rec_cell *p = run->cells.data; p < cell; p++)
		if (str_eq(p->family, cell->family))
			return false;
	return true;
}

const struct rec_cell *report_find_mode(const struct rec_run *run, const char *family,
					const char *mode)
{
	vec_for_each(cell, &run->cells)
		if (str_eq(cell->family, family) && str_eq(cell->mode, mode))
			return cell;
	return NULL;
}

size_t report_count_new(const struct rec_run *run, const struct rec_cell *cell)
{
	size_t n = 0;

	vec_for_each(finding, &cell->findings)
		n += report_is_new(run, finding);
	return n;
}

bool report_boot_failed(const struct rec_cell *cell)
{
	return cell->booted && cell->boot_verdict && !str_eq(cell->boot_verdict, "ok");
}

bool report_is_bad(const struct rec_run *run, const struct rec_cell *cell)
{
	if (!run->baseline)
		return str_eq(cell->verdict, "fail");
	if (report_boot_failed(cell))
		return !cell->boot_in_baseline;
	return report_count_new(run, cell) > 0;
}

bool report_is_first_of_other_check(const struct rec_cell *cell, size_t i)
{
	const char *id = cell->findings.data[i].check;

	vec_for_each(check, &cell->checks)
		if (str_eq(check->id, id))
			return false;
	for (size_t k = 0; k < i; k++)
		if (str_eq(cell->findings.data[k].check, id))
			return false;
	return true;
}

size_t report_count_verdict(const struct rec_run *run, const char *verdict)
{
	size_t n = 0;

	vec_for_each(cell, &run->cells)
		n += str_eq(cell->verdict, verdict);
	return n;
}

char *report_totals(const struct rec_run *run)
{
	static const char *const verdicts[] = { "pass", "known", "fail", "error", "skipped" };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	size_t flaky = 0;

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		size_t n = report_count_verdict(run, verdicts[i]);

		if (n)
			strbuf_addf(&sb, "%s%zu %s", sb.len ? ", " : "", n, verdicts[i]);
	}
	vec_for_each(cell, &run->cells)
		flaky += cell->flaky;
	if (flaky)
		strbuf_addf(&sb, "; %zu flaky", flaky);
	return strbuf_detach(&sb);
}

char *report_time(int64_t when)
{
	time_t seconds = when;
	struct tm tm;
	char text[64];

	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		return xstrdup("?");
	return xstrdup(text);
}

char *report_bytes(int64_t bytes)
{
	if (bytes < 10000)
		return xasprintf("%" PRId64 " B", bytes);
	if (bytes < 1000000)
		return xasprintf("%.1f kB", (double)bytes / 1e3);
	return xasprintf("%.2f MB", (double)bytes / 1e6);
}
