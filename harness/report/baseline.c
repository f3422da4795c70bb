// SPDX-License-Identifier: GPL-2.0-only
#include "report/baseline.h"

#include <stdlib.h>
#include <string.h>

bool finding_is_same(const struct rec_finding *a, const struct rec_finding *b)
{
	return str_eq(a->variable, b->variable) && str_eq(a->check, b->check) &&
	       str_eq(a->image, b->image);
}

static int by_identity(const void *a, const void *b)
{
	const struct rec_finding *x = *(const struct rec_finding *const *)a;
	const struct rec_finding *y = *(const struct rec_finding *const *)b;
	int order = strcmp(x->variable, y->variable);

	if (!order)
		order = strcmp(x->check, y->check);
	return order ? order : strcmp(x->image, y->image);
}

/* The findings of a cell in the order of their identity. */
static struct rec_finding **sorted(const struct rec_cell *cell)
{
	struct rec_finding **list = xcalloc(cell->findings.len + 1, sizeof(struct rec_finding *));

	for (size_t i = 0; i < cell->findings.len; i++)
		list[i] = &cell->findings.data[i];
	qsort(list, cell->findings.len, sizeof(*list), by_identity);
	return list;
}

static void mark_cell(struct rec_cell *cell, const struct rec_cell *before)
{
	struct rec_finding **now = sorted(cell), **then = sorted(before);
	size_t i = 0, k = 0;

	while (i < cell->findings.len && k < before->findings.len) {
		int order = by_identity(&now[i], &then[k]);

		if (!order)
			now[i]->in_baseline = true;
		i += order <= 0;
		k += order >= 0;
	}
	free(now);
	free(then);
	cell->boot_in_baseline = cell->booted && before->booted && cell->boot_verdict &&
				 before->boot_verdict &&
				 str_eq(cell->boot_verdict, before->boot_verdict);
}

void baseline_mark(struct rec_run *run, const struct rec_run *baseline)
{
	free(run->baseline);
	run->baseline = xstrdup(baseline->name);
	vec_for_each(cell, &run->cells) {
		const struct rec_cell *before = rec_find_cell(baseline, cell->name);

		if (before)
			mark_cell(cell, before);
	}
}
