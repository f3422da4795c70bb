// SPDX-License-Identifier: GPL-2.0-only
/* GitHub's Markdown: a grid of the matrix, then the cells that need a look. */
#include <string.h>

#include "core/cleanup.h"
#include "core/escape.h"
#include "report/report.h"

enum {
	/* GitHub cuts a step's summary at 1 MiB and a comment at 64 KiB */
	FINDINGS_SHOWN = 20,
	CELLS_SHOWN = 50,
};

static const struct {
	const char *verdict, *sign;
} signs[] = {
	{ "pass", "✅ pass" },        { "known", "☑️ known" }, { "fail", "❌ fail" },
	{ "error", "⚠️ error" }, { "skipped", "➖ skipped" },
};

static const char *sign_of(const struct rec_cell *cell)
{
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (str_eq(signs[i].verdict, cell->verdict))
			return signs[i].sign;
	return "?";
}

static void put_cell(FILE *out, const struct rec_run *run, const struct rec_cell *cell)
{
	size_t nr_new = cell ? report_count_new(run, cell) : 0;

	fputs(" | ", out);
	if (!cell)
		return;
	fputs(sign_of(cell), out);
	if (nr_new)
		fprintf(out, " (%zu)", nr_new);
	if (cell->flaky)
		fputs(" flaky", out);
}

static void put_grid(FILE *out, const struct rec_run *run)
{
	static const char *const modes[] = { "n", "m", "y" };

	fputs("| family | n | m | y | per-CPU | global | BTF |\n"
	      "|---|---|---|---|--:|--:|--:|\n",
	      out);
	vec_for_each(cell, &run->cells) {
		int64_t percpu = 0, global = 0, bytes = 0;

		if (!report_is_first_of_family(run, cell))
			continue;
		fputs("| ", out);
		put_markdown_code(out, cell->family);
		for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
			const struct rec_cell *of_mode =
				report_find_mode(run, cell->family, modes[i]);

			put_cell(out, run, of_mode);
			if (!of_mode)
				continue;
			percpu = of_mode->nr_percpu > percpu ? of_mode->nr_percpu : percpu;
			global = of_mode->nr_global > global ? of_mode->nr_global : global;
			if (of_mode->btf_bytes > bytes)
				bytes = of_mode->btf_bytes;
		}
		_cleanup_free_ char *size = report_bytes(bytes);

		fprintf(out, " | %ld | %ld | %s |\n", (long)percpu, (long)global, size);
	}
}

static void put_finding(FILE *out, const struct rec_finding *finding)
{
	fputs("| ", out);
	put_markdown_code(out, finding->check);
	fputs(" | ", out);
	put_markdown_code(out, finding->variable);
	fputs(" (", out);
	put_markdown(out, finding->image);
	fputs(") | ", out);
	put_markdown(out, finding->witness);
	fputs(": ", out);
	put_markdown(out, finding->expected);
	fputs(" | ", out);
	put_markdown(out, finding->actual);
	fputs(" |\n", out);
}

static void put_findings(FILE *out, const struct rec_run *run, const struct rec_cell *cell)
{
	size_t shown = 0, nr_new = report_count_new(run, cell);

	if (!nr_new)
		return;
	fputs("\n| check | variable | witness says | BTF says |\n|---|---|---|---|\n", out);
	vec_for_each(finding, &cell->findings)
		if (report_is_new(run, finding) && shown++ < FINDINGS_SHOWN)
			put_finding(out, finding);
	if (nr_new > FINDINGS_SHOWN)
		fprintf(out, "\n%zu more are in the record.\n", nr_new - FINDINGS_SHOWN);
}

static bool needs_a_look(const struct rec_cell *cell)
{
	return cell->flaky || (!str_eq(cell->verdict, "pass") && !str_eq(cell->verdict, "known") &&
			       !str_eq(cell->verdict, "skipped"));
}

static void put_details(FILE *out, const struct rec_run *run, const struct rec_cell *cell)
{
	fprintf(out, "\n### %s ", sign_of(cell));
	put_markdown_code(out, cell->name);
	fputs("\n", out);
	if (cell->reason) {
		fputs("\n", out);
		put_markdown(out, cell->reason);
		fputs("\n", out);
	}
	if (cell->flaky)
		fputs("\nThe same files have had another verdict: flaky.\n", out);
	put_findings(out, run, cell);
	fputs("\nAgain: ", out);
	put_markdown_code(out, cell->reproduce);
	fputs("\n", out);
}

void report_print_markdown(FILE *out, const struct report *report)
{
	const struct rec_run *run = report->run;
	_cleanup_free_ char *totals = report_totals(run), *when = report_time(run->began_at);
	size_t shown = 0, looks = 0;

	fputs("## btfmatrix ", out);
	put_markdown(out, run->name);
	fprintf(out, "\n\n%zu cells: **%s**; %.0f s, begun %s UTC", run->cells.len, totals,
		run->wall_s, when);
	if (run->baseline) {
		fputs(", held against ", out);
		put_markdown(out, run->baseline);
	}
	fputs(".\n\n", out);
	put_grid(out, run);
	vec_for_each(cell, &run->cells) {
		looks += needs_a_look(cell);
		if (needs_a_look(cell) && shown < CELLS_SHOWN) {
			put_details(out, run, cell);
			shown++;
		}
	}
	if (looks > shown)
		fprintf(out, "\n%zu more cells that need a look are in the record.\n",
			looks - shown);
}
