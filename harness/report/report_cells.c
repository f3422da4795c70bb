// SPDX-License-Identifier: GPL-2.0-only
/* Markdown: a row for each cell, with what there is in its BTF and what was found, by the reason. */
#include <string.h>

#include "core/cleanup.h"
#include "core/escape.h"
#include "report/report.h"

/* Findings of one section of docs/findings.md, or those of one check that are new. */
struct sum {
	const char *known, *check;
	size_t n;
};

struct sums {
	VEC(struct sum) list;
};

static void count(struct sums *sums, const struct rec_finding *finding)
{
	vec_for_each(sum, &sums->list)
		if (finding->known ? sum->known && str_eq(sum->known, finding->known)
				   : sum->check && str_eq(sum->check, finding->check)) {
			sum->n++;
			return;
		}
	vec_push(&sums->list,
		 (struct sum){ finding->known, finding->known ? NULL : finding->check, 1 });
}

static void put_found(FILE *out, const struct rec_cell *cell)
{
	struct sums sums = { 0 };
	const char *before = "";

	vec_for_each(finding, &cell->findings)
		count(&sums, finding);
	if (!sums.list.len && cell->reason)
		put_markdown(out, cell->reason);
	vec_for_each(sum, &sums.list) {
		fprintf(out, "%s%zu ", before, sum->n);
		if (sum->known) {
			fputs("[", out);
			put_markdown(out, sum->known);
			fputs("](findings.md#", out);
			put_markdown(out, sum->known);
			fputs(")", out);
		} else {
			put_markdown_code(out, sum->check);
		}
		before = ", ";
	}
	vec_free(&sums.list);
}

static void put_number(FILE *out, int64_t number)
{
	fputs(" | ", out);
	if (number)
		fprintf(out, "%lld", (long long)number);
}

static const char *state_of(const struct rec_cell *cell, const char *id)
{
	vec_for_each(check, &cell->checks)
		if (str_eq(check->id, id))
			return check->state;
	return "";
}

void report_print_cells(FILE *out, const struct report *report)
{
	fputs("| cell | verdict | per-CPU | global | BTF of vmlinux | of the module | its kinds "
	      "but VAR and DATASEC | bpftool | found |\n"
	      "|---|---|--:|--:|--:|--:|---|---|---|\n",
	      out);
	vec_for_each(cell, &report->run->cells) {
		fputs("| ", out);
		put_markdown(out, cell->name);
		fprintf(out, " | %s", cell->verdict);
		put_number(out, cell->nr_percpu);
		put_number(out, cell->nr_global);
		put_number(out, cell->btf_bytes);
		put_number(out, cell->extra_btf_bytes);
		fputs(" | ", out);
		put_markdown(out, cell->extra_kinds ?: "");
		fprintf(out, " | %s | ", state_of(cell, "tools.bpftool"));
		put_found(out, cell);
		fputs(" |\n", out);
	}
}
