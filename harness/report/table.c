// SPDX-License-Identifier: GPL-2.0-only
#include "report/table.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "report/cell_json.h"
#include "verify/print.h"

/* Findings of one cell that are printed; all are in its JSON. */
enum {
	FINDINGS_SHOWN = 10
};

static int name_width(const struct run *run)
{
	size_t width = strlen("cell");

	vec_for_each(outcome, &run->outcomes)
		if (strlen(outcome->cell->name) > width)
			width = strlen(outcome->cell->name);
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

static void print_row(const struct outcome *outcome, int width, FILE *out)
{
	size_t nr_findings = outcome->verify.findings.len;
	size_t nr_known = nr_findings - verify_count_new(&outcome->verify);

	fprintf(out, "%-*s", width, outcome->cell->name);
	print_seconds(out, outcome->built, outcome->build.wall_s, outcome->build.cached);
	print_seconds(out, outcome->booted, outcome->boot.wall_s, false);
	if (outcome->verified)
		fprintf(out, "  %7zu  %7zu  %8zu  %5zu", outcome->verify.nr_percpu,
			outcome->verify.nr_global, nr_findings - nr_known, nr_known);
	else
		fprintf(out, "  %7s  %7s  %8s  %5s", "-", "-", "-", "-");
	fprintf(out, "  %s\n", verdict_name(outcome->verdict));
}

/* Known findings as one line for each check and section of docs/findings.md. */
static void print_known(const struct outcome *outcome, FILE *out)
{
	const struct verify_result *result = &outcome->verify;

	for (size_t i = 0; i < result->findings.len; i++) {
		const struct finding *finding = &result->findings.data[i];
		size_t before = 0, count = 0;

		if (!finding->known)
			continue;
		for (size_t k = 0; k < result->findings.len; k++) {
			const struct finding *other = &result->findings.data[k];

			if (!other->known || !str_eq(other->check, finding->check) ||
			    !str_eq(other->known, finding->known))
				continue;
			before += k < i;
			count++;
		}
		if (before)
			continue;
		fprintf(out, "  known: %s: %s %s", finding->check, finding->image,
			finding->variable);
		if (count > 1)
			fprintf(out, " and %zu more", count - 1);
		fprintf(out, ": docs/findings.md#%s\n", finding->known);
	}
}

static void print_new(const struct run *run, const struct outcome *outcome, FILE *out)
{
	size_t shown = 0, left = verify_count_new(&outcome->verify);

	vec_for_each(finding, &outcome->verify.findings) {
		if (finding->known || shown++ >= FINDINGS_SHOWN)
			continue;
		fprintf(out, "  %s: %s %s: %s says %s, BTF says %s\n", finding->check,
			finding->image, finding->variable, finding->witness, finding->expected,
			finding->actual);
	}
	if (left > FINDINGS_SHOWN)
		fprintf(out, "  ... and %zu more, in %s/cells\n", left - FINDINGS_SHOWN,
			run->request->dir);
}

static void print_findings(const struct run *run, const struct outcome *outcome, FILE *out)
{
	_cleanup_free_ char *reproducer = cell_reproducer(run, outcome->cell);

	if (outcome->verdict == VERDICT_PASS || outcome->verdict == VERDICT_SKIPPED)
		return;
	fprintf(out, "\n%s: %s%s%s\n", outcome->cell->name, verdict_name(outcome->verdict),
		outcome->reason ? ": " : "", outcome->reason ?: "");
	print_new(run, outcome, out);
	print_known(outcome, out);
	if (outcome->verdict != VERDICT_KNOWN)
		fprintf(out, "  again: %s\n", reproducer);
}

static double cpu_seconds(const struct outcome *outcome)
{
	return outcome->build.cpu_s + outcome->boot.cpu_s + outcome->verify_cpu_s;
}

/* What the modes of a family cost together, by the first of them, which compiled the kernel. */
static void print_family(const struct outcome *first, size_t count, FILE *out)
{
	double total = 0, alone = cpu_seconds(first);

	for (size_t i = 0; i < count; i++) {
		if (!first[i].verified)
			return;
		total += cpu_seconds(&first[i]);
	}
	if (count < 2 || alone <= 0)
		return;
	fprintf(out,
		"%s: %zu cells took %.0f CPU s, %.2f x the first of them alone (%.0f CPU s)%s\n",
		first->cell->family, count, total, total / alone, alone,
		first->build.cached ? "; builds as recorded" : "");
}

static void print_cost(const struct run *run, FILE *out)
{
	for (size_t i = 0, count; i < run->outcomes.len; i += count) {
		const struct outcome *first = &run->outcomes.data[i];

		for (count = 1; i + count < run->outcomes.len &&
				str_eq(first[count].cell->family, first->cell->family);
		     count++)
			;
		print_family(first, count, out);
	}
}

static void print_totals(const struct run *run, FILE *out)
{
	size_t counts[VERDICT_COUNT] = { 0 };
	const char *separator = "";

	vec_for_each(outcome, &run->outcomes)
		counts[outcome->verdict]++;
	fprintf(out, "%zu cell%s: ", run->outcomes.len, run->outcomes.len == 1 ? "" : "s");
	for (int i = 0; i < VERDICT_COUNT; i++) {
		if (!counts[i])
			continue;
		fprintf(out, "%s%zu %s", separator, counts[i], verdict_name((enum verdict)i));
		separator = ", ";
	}
	fprintf(out, "; %.0f s; results in %s\n", run->wall_s, run->request->dir);
}

void table_print(const struct run *run, FILE *out)
{
	int width = name_width(run);

	fprintf(out, "\n%-*s  %7s  %7s  %7s  %7s  %8s  %5s  %s\n", width, "cell", "build", "boot",
		"per-CPU", "global", "findings", "known", "verdict");
	vec_for_each(outcome, &run->outcomes)
		print_row(outcome, width, out);
	vec_for_each(outcome, &run->outcomes)
		print_findings(run, outcome, out);
	fputc('\n', out);
	print_cost(run, out);
	print_totals(run, out);
}
