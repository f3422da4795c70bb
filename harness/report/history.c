// SPDX-License-Identifier: GPL-2.0-only
#include "report/history.h"

#include <inttypes.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/escape.h"
#include "core/json_text.h"
#include "report/report.h"

/* Runs that a line of letters shows: the newest ones. */
enum {
	LETTERS = 40
};

static int width_of(const struct rec_point *points, size_t nr, bool cells)
{
	size_t width = 4;

	for (size_t i = 0; i < nr; i++) {
		size_t len = strlen(cells ? points[i].cell : points[i].run);

		width = len > width ? len : width;
	}
	return (int)width;
}

static void put_build(FILE *out, const struct rec_point *point)
{
	if (point->cached)
		fprintf(out, "  %7s", "cached");
	else if (point->built)
		fprintf(out, "  %5.1f s", point->build_wall_s);
	else
		fprintf(out, "  %7s", "-");
}

static void put_number(FILE *out, bool there, int64_t number, int width)
{
	if (there)
		fprintf(out, "  %*" PRId64, width, number);
	else
		fprintf(out, "  %*s", width, "-");
}

/* The point before it of the same cell that has a layout has another one. */
static bool layout_moved(const struct rec_point *first, const struct rec_point *point)
{
	for (const struct rec_point *before = point; before-- > first;)
		if (before->layout)
			return point->layout && !str_eq(before->layout, point->layout);
	return false;
}

void history_print_cell(FILE *out, const struct rec_point *points, size_t nr)
{
	int width = width_of(points, nr, false);

	fprintf(out, "%-*s  %9s  %9s  %7s  %5s  %5s  %7s  %s\n", width, "run", "BTF", "per-CPU",
		"layout", "new", "known", "build", "verdict");
	for (size_t i = 0; i < nr; i++) {
		const struct rec_point *point = &points[i];

		put_padded(out, point->run, width);
		put_number(out, point->verified, point->btf_bytes + point->extra_btf_bytes, 9);
		put_number(out, point->layout, point->percpu_bytes, 9);
		fprintf(out, "  %7s", layout_moved(points, point) ? "moved" : "");
		put_number(out, point->verified, point->nr_new, 5);
		put_number(out, point->verified, point->nr_known, 5);
		put_build(out, point);
		fputs("  ", out);
		put_line(out, point->verdict);
		fputs(point->flaky ? " (flaky)" : "", out);
		if (point->reason) {
			fputs(": ", out);
			put_line(out, point->reason);
		}
		fputc('\n', out);
	}
}

static const struct {
	const char *verdict;
	char letter;
} letters[] = {
	{ "pass", 'p' }, { "known", 'k' }, { "fail", 'F' }, { "error", 'E' }, { "skipped", '-' },
};

static char letter_of(const struct rec_point *point)
{
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (str_eq(letters[i].verdict, point->verdict))
			return letters[i].letter;
	return '?';
}

static const struct rec_point *last_verified(const struct rec_point *points, size_t nr)
{
	while (nr-- > 0)
		if (points[nr].verified)
			return &points[nr];
	return NULL;
}

static void put_line_of_cell(FILE *out, const struct rec_point *points, size_t nr, int width)
{
	const struct rec_point *last = last_verified(points, nr);
	size_t from = nr > LETTERS ? nr - LETTERS : 0, moves = 0;
	bool flaky = false;

	for (size_t i = 0; i < nr; i++) {
		moves += layout_moved(points, &points[i]);
		flaky |= points[i].flaky;
	}
	put_padded(out, points->cell, width);
	put_number(out, last, last ? last->btf_bytes + last->extra_btf_bytes : 0, 9);
	put_number(out, last && last->layout, last ? last->percpu_bytes : 0, 9);
	fprintf(out, "  %5zu  ", moves);
	for (size_t i = from; i < nr; i++)
		fputc(letter_of(&points[i]), out);
	fputs(flaky ? "  flaky\n" : "\n", out);
}

void history_print_cells(FILE *out, const struct rec_point *points, size_t nr)
{
	int width = width_of(points, nr, true);

	fprintf(out, "%-*s  %9s  %9s  %5s  %s\n", width, "cell", "BTF", "per-CPU", "moves",
		"runs, the newest last");
	for (size_t i = 0, count; i < nr; i += count) {
		for (count = 1; i + count < nr && str_eq(points[i].cell, points[i + count].cell);
		     count++)
			;
		put_line_of_cell(out, &points[i], count, width);
	}
	fputs("\np pass, k known, F fail, E error, - skipped; moves: runs in which the per-CPU "
	      "layout "
	      "was another\n",
	      out);
}

json_t *history_to_json(const struct rec_point *points, size_t nr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++) {
		const struct rec_point *point = &points[i];

		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:I, s:o, s:o, s:b, s:b, s:b, s:b, s:f, s:f, s:I, "
				  "s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
				  "cell", json_text(point->cell), "run", json_text(point->run),
				  "began_at", (json_int_t)point->began_at, "verdict",
				  json_text(point->verdict), "reason", json_text(point->reason),
				  "flaky", point->flaky, "built", point->built != 0, "cached",
				  point->cached != 0, "verified", point->verified != 0,
				  "build_wall_s", point->build_wall_s, "boot_wall_s",
				  point->boot_wall_s, "btf_bytes", (json_int_t)point->btf_bytes,
				  "extra_btf_bytes", (json_int_t)point->extra_btf_bytes,
				  "percpu_bytes", (json_int_t)point->percpu_bytes, "nr_percpu",
				  (json_int_t)point->nr_percpu, "nr_global",
				  (json_int_t)point->nr_global, "nr_new", (json_int_t)point->nr_new,
				  "nr_known", (json_int_t)point->nr_known, "layout",
				  json_text(point->layout), "commit", json_text(point->commit),
				  "source_commit", json_text(point->source_commit), "compiler",
				  json_text(point->compiler), "pahole", json_text(point->pahole)));
	}
	return json_pack("{s:s, s:o}", "schema", "btfmatrix-history-1", "points", list);
}
