// SPDX-License-Identifier: GPL-2.0-only
#include "report/compare.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "report/baseline.h"

static int by_name(const void *a, const void *b)
{
	const struct rec_variable *x = *(const struct rec_variable *const *)a;
	const struct rec_variable *y = *(const struct rec_variable *const *)b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static const struct rec_variable **sorted(const struct rec_layout *layout)
{
	size_t nr = layout->variables.len;
	const struct rec_variable **list = xcalloc(nr + 1, sizeof(const struct rec_variable *));

	for (size_t i = 0; i < nr; i++)
		list[i] = &layout->variables.data[i];
	qsort(list, nr, sizeof(*list), by_name);
	return list;
}

static void note(struct layout_changes *changes, enum layout_change kind, const char *name)
{
	vec_push(&changes->kinds[kind].names, name);
}

static void compare_variable(const struct rec_variable *a, const struct rec_variable *b,
			     struct layout_changes *ret)
{
	if (a->offset != b->offset)
		note(ret, LAYOUT_MOVED, b->name);
	if (a->size != b->size)
		note(ret, LAYOUT_RESIZED, b->name);
	if (!str_eq(a->type ?: "", b->type ?: ""))
		note(ret, LAYOUT_RETYPED, b->name);
}

void layout_changes_make(const struct rec_layout *a, const struct rec_layout *b,
			 struct layout_changes *ret)
{
	const struct rec_variable **x = sorted(a), **y = sorted(b);
	size_t i = 0, k = 0;

	*ret = (struct layout_changes){ 0 };
	while (i < a->variables.len || k < b->variables.len) {
		int order = i == a->variables.len   ? 1
			    : k == b->variables.len ? -1
						    : strcmp(x[i]->name, y[k]->name);

		if (order < 0)
			note(ret, LAYOUT_REMOVED, x[i]->name);
		else if (order > 0)
			note(ret, LAYOUT_ADDED, y[k]->name);
		else
			compare_variable(x[i], y[k], ret);
		i += order <= 0;
		k += order >= 0;
	}
	free(x);
	free(y);
}

void layout_changes_release(struct layout_changes *changes)
{
	for (size_t i = 0; i < LAYOUT_CHANGES; i++)
		vec_free(&changes->kinds[i].names);
}

static bool is_well(const struct rec_cell *cell)
{
	return str_eq(cell->verdict, "pass") || str_eq(cell->verdict, "known");
}

/* What was never tried neither broke nor was mended. */
static bool is_broken(const struct rec_cell *cell)
{
	return str_eq(cell->verdict, "fail") || str_eq(cell->verdict, "error");
}

static enum cell_change judge(const struct cell_compare *cell)
{
	if (!cell->a)
		return CELL_ADDED;
	if (!cell->b)
		return CELL_REMOVED;
	if (is_well(cell->a) && is_broken(cell->b))
		return CELL_BROKE;
	if (is_broken(cell->a) && is_well(cell->b))
		return CELL_MENDED;
	if (cell->came.len || cell->went.len || !str_eq(cell->a->verdict, cell->b->verdict))
		return CELL_CHANGED;
	return CELL_SAME;
}

static void compare_cells(const struct rec_cell *a, const struct rec_cell *b,
			  struct run_compare *ret)
{
	struct cell_compare cell = { .a = a, .b = b };

	/* a cell that was not verified says nothing of findings */
	if (a && b && a->verified && b->verified) {
		vec_for_each(finding, &b->findings)
			if (!finding->in_baseline)
				vec_push(&cell.came, finding);
		vec_for_each(finding, &a->findings)
			if (!finding->in_baseline)
				vec_push(&cell.went, finding);
	}
	if (a && b && a->layout && b->layout && !str_eq(a->layout->digest, b->layout->digest)) {
		cell.layout_differs = true;
		layout_changes_make(a->layout, b->layout, &cell.layout);
	}
	cell.change = judge(&cell);
	vec_push(&ret->cells, cell);
}

void run_compare_make(struct rec_run *a, struct rec_run *b, struct run_compare *ret)
{
	*ret = (struct run_compare){ .a = a, .b = b };
	baseline_mark(b, a);
	baseline_mark(a, b);
	vec_for_each(cell, &b->cells)
		compare_cells(rec_find_cell(a, cell->name), cell, ret);
	vec_for_each(cell, &a->cells)
		if (!rec_find_cell(b, cell->name))
			compare_cells(cell, NULL, ret);
}

void run_compare_release(struct run_compare *compare)
{
	vec_for_each(cell, &compare->cells) {
		vec_free(&cell->came);
		vec_free(&cell->went);
		layout_changes_release(&cell->layout);
	}
	vec_free(&compare->cells);
}

bool run_compare_is_worse(const struct run_compare *compare)
{
	vec_for_each(cell, &compare->cells) {
		if (cell->change == CELL_BROKE)
			return true;
		vec_for_each(finding, &cell->came)
			if (!(*finding)->known)
				return true;
		if (cell->change == CELL_ADDED && is_broken(cell->b))
			return true;
	}
	return false;
}
