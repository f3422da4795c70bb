// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "core/cleanup.h"
#include "core/escape.h"
#include "core/json_text.h"
#include "report/compare.h"
#include "report/report.h"

enum {
	/* findings of a cell, and names of variables of a kind, that are printed; JSON has all */
	FINDINGS_SHOWN = 10,
	NAMES_SHOWN = 4,
};

static const char *const layout_names[] = {
	[LAYOUT_ADDED] = "added",     [LAYOUT_REMOVED] = "removed", [LAYOUT_MOVED] = "moved",
	[LAYOUT_RESIZED] = "resized", [LAYOUT_RETYPED] = "retyped",
};

static const struct {
	enum cell_change change;
	const char *name, *title;
} changes[] = {
	{ CELL_BROKE, "broke", "broke" },
	{ CELL_MENDED, "mended", "was mended" },
	{ CELL_CHANGED, "changed", "other findings or another verdict" },
	{ CELL_ADDED, "added", "only in the second" },
	{ CELL_REMOVED, "removed", "only in the first" },
};

static void print_finding(FILE *out, const char *sign, const struct rec_finding *finding)
{
	fprintf(out, "    %s ", sign);
	put_line(out, finding->check);
	fputs(": ", out);
	put_line(out, finding->image);
	fputc(' ', out);
	put_line(out, finding->variable);
	fputs(": ", out);
	put_line(out, finding->witness);
	fputs(" says ", out);
	put_line(out, finding->expected);
	fputs(", BTF says ", out);
	put_line(out, finding->actual);
	fputs(finding->known ? " (known)\n" : "\n", out);
}

static void print_cell(FILE *out, const struct cell_compare *cell)
{
	size_t shown = 0, all = cell->came.len + cell->went.len;

	fputs("  ", out);
	put_line(out, (cell->b ?: cell->a)->name);
	fputs(": ", out);
	if (cell->a)
		put_line(out, cell->a->verdict);
	if (cell->a && cell->b)
		fputs(" -> ", out);
	if (cell->b)
		put_line(out, cell->b->verdict);
	if (cell->b && cell->b->flaky)
		fputs(" (flaky)", out);
	if (cell->b && cell->b->reason) {
		fputs(": ", out);
		put_line(out, cell->b->reason);
	}
	fputc('\n', out);
	vec_for_each(finding, &cell->came)
		if (shown++ < FINDINGS_SHOWN)
			print_finding(out, "+", *finding);
	vec_for_each(finding, &cell->went)
		if (shown++ < FINDINGS_SHOWN)
			print_finding(out, "-", *finding);
	if (all > FINDINGS_SHOWN)
		fprintf(out, "    ... and %zu more\n", all - FINDINGS_SHOWN);
}

static void print_group(FILE *out, const struct run_compare *compare, size_t which)
{
	size_t n = 0;

	vec_for_each(cell, &compare->cells)
		n += cell->change == changes[which].change;
	if (!n)
		return;
	fprintf(out, "%s: %zu cell%s\n", changes[which].title, n, n == 1 ? "" : "s");
	vec_for_each(cell, &compare->cells)
		if (cell->change == changes[which].change)
			print_cell(out, cell);
	fputc('\n', out);
}

static void print_layout(FILE *out, const struct cell_compare *cell)
{
	bool first = true;

	fputs("  ", out);
	put_line(out, cell->b->name);
	fprintf(out, ": %" PRId64 " -> %" PRId64 " bytes", cell->a->layout->size,
		cell->b->layout->size);
	for (size_t i = 0; i < LAYOUT_CHANGES; i++) {
		size_t nr = cell->layout.kinds[i].names.len;

		if (!nr)
			continue;
		fprintf(out, "%s %zu %s (", first ? ";" : ",", nr, layout_names[i]);
		for (size_t k = 0; k < nr && k < NAMES_SHOWN; k++) {
			fputs(k ? ", " : "", out);
			put_line(out, cell->layout.kinds[i].names.data[k]);
		}
		fputs(nr > NAMES_SHOWN ? ", ...)" : ")", out);
		first = false;
	}
	/* sizes and offsets alike, and yet another digest */
	fputs(first ? "; alignment or source files alone\n" : "\n", out);
}

static void print_layouts(FILE *out, const struct run_compare *compare)
{
	size_t n = 0;

	vec_for_each(cell, &compare->cells)
		n += cell->layout_differs;
	if (!n)
		return;
	fprintf(out, "the per-CPU layout differs: %zu cell%s\n", n, n == 1 ? "" : "s");
	vec_for_each(cell, &compare->cells)
		if (cell->layout_differs)
			print_layout(out, cell);
	fputc('\n', out);
}

void run_compare_print_text(FILE *out, const struct run_compare *compare)
{
	_cleanup_free_ char *a = report_totals(compare->a), *b = report_totals(compare->b);
	size_t same = 0;

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		print_group(out, compare, i);
	print_layouts(out, compare);
	vec_for_each(cell, &compare->cells)
		same += cell->change == CELL_SAME;
	fprintf(out, "%zu cell%s as before\n", same, same == 1 ? "" : "s");
	put_line(out, compare->a->name);
	fprintf(out, ": %s\n", a);
	put_line(out, compare->b->name);
	fprintf(out, ": %s\n", b);
}

static json_t *findings_json(const struct rec_finding *const *list, size_t nr)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
						       "check", json_text(list[i]->check), "image",
						       json_text(list[i]->image), "variable",
						       json_text(list[i]->variable), "witness",
						       json_text(list[i]->witness), "expected",
						       json_text(list[i]->expected), "actual",
						       json_text(list[i]->actual), "known",
						       json_text(list[i]->known)));
	return array;
}

static json_t *layout_json(const struct cell_compare *cell)
{
	json_t *object;

	if (!cell->layout_differs)
		return json_null();
	object = json_object();
	for (size_t i = 0; i < LAYOUT_CHANGES; i++) {
		json_t *names = json_array();

		vec_for_each(name, &cell->layout.kinds[i].names)
			json_array_append_new(names, json_text(*name));
		json_object_set_new(object, layout_names[i], names);
	}
	json_object_set_new(object, "size_a", json_integer(cell->a->layout->size));
	json_object_set_new(object, "size_b", json_integer(cell->b->layout->size));
	return object;
}

static const char *change_name(enum cell_change change)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		if (changes[i].change == change)
			return changes[i].name;
	return "same";
}

json_t *run_compare_to_json(const struct run_compare *compare)
{
	json_t *cells = json_array();

	vec_for_each(cell, &compare->cells)
		json_array_append_new(
			cells, json_pack("{s:o, s:s, s:o, s:o, s:b, s:o, s:o, s:o}", "cell",
					 json_text((cell->b ?: cell->a)->name), "change",
					 change_name(cell->change), "verdict_a",
					 json_text(cell->a ? cell->a->verdict : NULL), "verdict_b",
					 json_text(cell->b ? cell->b->verdict : NULL), "flaky",
					 cell->b && cell->b->flaky, "came",
					 findings_json(cell->came.data, cell->came.len), "went",
					 findings_json(cell->went.data, cell->went.len), "layout",
					 layout_json(cell)));
	return json_pack("{s:s, s:o, s:o, s:b, s:o}", "schema", "btfmatrix-compare-1", "a",
			 json_text(compare->a->name), "b", json_text(compare->b->name), "worse",
			 run_compare_is_worse(compare), "cells", cells);
}
