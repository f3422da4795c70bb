// SPDX-License-Identifier: GPL-2.0-only
/* Markdown: a row for each family, with what an architecture is like and the verdicts of n, m and y. */
#include <string.h>

#include "core/escape.h"
#include "report/report.h"

static const char *const modes[] = { "n", "m", "y" };

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* "gcc 12.2.0": a cross prefix is said by the architecture. */
static const char *without_prefix(const char *compiler)
{
	const char *space = compiler ? strchr(compiler, ' ') : NULL, *name = compiler;

	for (const char *p = compiler; p && p < space; p++)
		if (*p == '-' && p[1] >= 'a' && p[1] <= 'z')
			name = p + 1;
	return name;
}

static void put_number(FILE *out, int64_t number)
{
	fputs(" | ", out);
	if (number)
		fprintf(out, "%lld", (long long)number);
}

/* "known (3.1 s)": a real boot took that long. */
static void put_verdict(FILE *out, const struct rec_cell *cell)
{
	fputs(" | ", out);
	if (!cell)
		return;
	fputs(cell->verdict, out);
	if (cell->booted)
		fprintf(out, " (%.1f s)", cell->boot_wall_s);
}

static void put_family(FILE *out, const struct rec_run *run, const struct rec_cell *first)
{
	int64_t bits = 0, types = 0, percpu = 0, global = 0;
	const char *byte_order = "", *compiler = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		const struct rec_cell *cell = report_find_mode(run, first->family, modes[i]);

		if (!cell)
			continue;
		bits = larger(bits, cell->bits);
		types = larger(types, cell->nr_types);
		percpu = larger(percpu, cell->nr_percpu);
		global = larger(global, cell->nr_global);
		byte_order = cell->byte_order ?: byte_order;
		compiler = cell->compiler ?: compiler;
	}
	fputs("| ", out);
	put_markdown(out, first->arch);
	fputs(" | ", out);
	put_markdown(out, without_prefix(compiler) ?: first->toolchain);
	fputs(" | ", out);
	put_markdown(out, first->release ?: first->kernel);
	put_number(out, bits);
	fprintf(out, " | %s", byte_order);
	put_number(out, types);
	put_number(out, percpu);
	put_number(out, global);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		put_verdict(out, report_find_mode(run, first->family, modes[i]));
	fputs(" |\n", out);
}

void report_print_arches(FILE *out, const struct report *report)
{
	const struct rec_run *run = report->run;

	fputs("| architecture | compiler | kernel | bits | order | BTF types | per-CPU | global "
	      "| n (boot) | m (boot) | y (boot) |\n"
	      "|---|---|---|--:|---|--:|--:|--:|---|---|---|\n",
	      out);
	vec_for_each(cell, &run->cells)
		if (report_is_first_of_family(run, cell))
			put_family(out, run, cell);
}
