// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "core/escape.h"
#include "report/report.h"

/* Findings of one cell that are printed; all are in its JSON. */
enum {
	FINDINGS_SHOWN = 10
};

/* Alternates words of ours and texts of the record, and ends with NULL. */
static void put_words(FILE *out, ...)
{
	va_list args;
	bool ours = true;

	va_start(args, out);
	for (const char *word; (word = va_arg(args, const char *)); ours = !ours) {
		if (ours)
			fputs(word, out);
		else
			put_line(out, word);
	}
	va_end(args);
}

static int name_width(const struct rec_run *run)
{
	size_t width = strlen("cell");

	vec_for_each(cell, &run->cells)
		if (strlen(cell->name) > width)
			width = strlen(cell->name);
	return (int)width;
}

/* Seconds, or "-" where there is nothing to tell. */
static void print_seconds(FILE *out, bool there, double seconds, bool cached)
{
	if (cached)
		fprintf(out, "  %7s", "cached");
	else if (there)
		fprintf(out, "  %5.1f s", seconds);
	else
		fprintf(out, "  %7s", "-");
}

static void print_row(const struct rec_run *run, const struct rec_cell *cell, int width, FILE *out)
{
	size_t nr_new = report_count_new(run, cell);

	put_padded(out, cell->name, width);
	print_seconds(out, cell->built, cell->build_wall_s, cell->cached);
	print_seconds(out, cell->booted, cell->boot_wall_s, false);
	if (cell->verified)
		fprintf(out, "  %7ld  %7ld  %8zu  %5zu", (long)cell->nr_percpu,
			(long)cell->nr_global, nr_new, cell->findings.len - nr_new);
	else
		fprintf(out, "  %7s  %7s  %8s  %5s", "-", "-", "-", "-");
	fputs("  ", out);
	put_line(out, cell->verdict);
	if (run->baseline && str_eq(cell->verdict, "fail") && !report_is_bad(run, cell))
		fputs(" (as before)", out);
	/* of a boot that went well */
	if (cell->booted && cell->boot_detail && !report_boot_failed(cell))
		put_words(out, " (", cell->boot_detail, ")", NULL);
	fputs(cell->flaky ? " (flaky)\n" : "\n", out);
}

static bool same_known(const struct rec_finding *a, const struct rec_finding *b)
{
	return a->known && b->known && str_eq(a->known, b->known) && str_eq(a->check, b->check);
}

/* Known findings as one line for each check and section of docs/findings.md. */
static void print_known(const struct rec_cell *cell, FILE *out)
{
	for (size_t i = 0; i < cell->findings.len; i++) {
		const struct rec_finding *finding = &cell->findings.data[i];
		size_t before = 0, count = 0;

		for (size_t k = 0; k < cell->findings.len; k++) {
			bool same = same_known(finding, &cell->findings.data[k]);

			before += same && k < i;
			count += same;
		}
		if (!finding->known || before)
			continue;
		put_words(out, "  known: ", finding->check, ": ", finding->image, " ",
			  finding->variable, NULL);
		if (count > 1)
			fprintf(out, " and %zu more", count - 1);
		put_words(out, ": docs/findings.md#", finding->known, "\n", NULL);
	}
}

static void print_new(const struct rec_run *run, const struct rec_cell *cell, FILE *out)
{
	size_t shown = 0, nr_new = report_count_new(run, cell), old = 0;

	vec_for_each(finding, &cell->findings) {
		old += !finding->known && !report_is_new(run, finding);
		if (!report_is_new(run, finding) || shown++ >= FINDINGS_SHOWN)
			continue;
		put_words(out, "  ", finding->check, ": ", finding->image, " ", finding->variable,
			  ": ", finding->witness, " says ", finding->expected, ", BTF says ",
			  finding->actual, "\n", NULL);
	}
	if (nr_new > FINDINGS_SHOWN)
		fprintf(out, "  ... and %zu more", nr_new - FINDINGS_SHOWN);
	if (nr_new > FINDINGS_SHOWN)
		put_words(out, ", in ", run->dir, "/cells\n", NULL);
	if (old)
		fprintf(out, "  %zu finding%s", old, old == 1 ? "" : "s");
	if (old)
		put_words(out, " that ", run->baseline, " has too\n", NULL);
}

static void print_attempts(const struct rec_cell *cell, FILE *out)
{
	vec_for_each(attempt, &cell->attempts) {
		put_words(out, "  before: ", attempt->verdict, ": ", attempt->reason ?: "no reason",
			  "\n", NULL);
	}
}

static void print_findings(const struct rec_run *run, const struct rec_cell *cell, FILE *out)
{
	bool well = str_eq(cell->verdict, "pass") || str_eq(cell->verdict, "skipped");

	if (well && !cell->flaky)
		return;
	put_words(out, "\n", cell->name, ": ", cell->verdict, cell->reason ? ": " : "",
		  cell->reason ?: "", "\n", NULL);
	if (cell->flaky)
		fputs("  flaky: an earlier try, or another run of the same files, had another "
		      "verdict "
		      "(btfmatrix history)\n",
		      out);
	print_attempts(cell, out);
	print_new(run, cell, out);
	print_known(cell, out);
	if (!well && !str_eq(cell->verdict, "known"))
		put_words(out, "  again: ", cell->reproduce ?: "", "\n", NULL);
}

static double cpu_seconds(const struct rec_cell *cell)
{
	return cell->build_cpu_s + cell->boot_cpu_s + cell->verify_cpu_s;
}

/* What the modes of a family cost together, by the first of them, which compiled the kernel. */
static void print_family(const struct rec_cell *first, size_t count, FILE *out)
{
	double total = 0, alone = cpu_seconds(first);

	for (size_t i = 0; i < count; i++) {
		if (!first[i].verified)
			return;
		total += cpu_seconds(&first[i]);
	}
	if (count < 2 || alone <= 0)
		return;
	put_line(out, first->family);
	fprintf(out, ": %zu cells took %.0f CPU s, %.2f x the first of them alone (%.0f CPU s)%s\n",
		count, total, total / alone, alone, first->cached ? "; builds as recorded" : "");
}

static void print_cost(const struct rec_run *run, FILE *out)
{
	for (size_t i = 0, count; i < run->cells.len; i += count) {
		const struct rec_cell *first = &run->cells.data[i];

		for (count = 1;
		     i + count < run->cells.len && str_eq(first[count].family, first->family);
		     count++)
			;
		print_family(first, count, out);
	}
}

/* Of the modules of mode m, what they have beside what they are for. */
static void print_extra_kinds(const struct rec_run *run, FILE *out)
{
	vec_for_each(cell, &run->cells) {
		if (!cell->extra_kinds)
			continue;
		put_words(out, "", cell->name,
			  ": kinds in the module beside var and datasec: ", cell->extra_kinds, "\n",
			  NULL);
	}
}

void report_print_text(FILE *out, const struct report *report)
{
	const struct rec_run *run = report->run;
	_cleanup_free_ char *totals = report_totals(run);
	int width = name_width(run);

	fprintf(out, "\n%-*s  %7s  %7s  %7s  %7s  %8s  %5s  %s\n", width, "cell", "build", "boot",
		"per-CPU", "global", "findings", "known", "verdict");
	vec_for_each(cell, &run->cells)
		print_row(run, cell, width, out);
	vec_for_each(cell, &run->cells)
		print_findings(run, cell, out);
	fputc('\n', out);
	print_extra_kinds(run, out);
	print_cost(run, out);
	fprintf(out, "%zu cell%s: %s; %.0f s", run->cells.len, run->cells.len == 1 ? "" : "s",
		totals, run->wall_s);
	put_words(out, "; results in ", run->dir, "\n", NULL);
	if (!run->ended_at)
		fputs("it has not ended: it still runs, or was killed\n", out);
	if (run->baseline)
		put_words(out, "held against ", run->baseline, "\n", NULL);
}
