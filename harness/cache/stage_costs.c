// SPDX-License-Identifier: GPL-2.0-only
#include "cache/stage_costs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache/state.h"

/* How the table calls them; a compile and a relink are both builds, one of them cold. */
static const struct {
	const char *stage;
	int64_t cold;
} columns[NR_COST_STAGES] = {
	[COST_COMPILE] = { "build", 1 },
	[COST_RELINK] = { "build", 0 },
	[COST_CHECK] = { "check", 0 },
};

void stage_costs_note(const char *cell, enum cost_stage stage, const struct stage_cost *cost)
{
	_cleanup_stmt_ sqlite3_stmt *insert = NULL;
	struct db *db = state_db();
	struct error *err;

	if (!db)
		return;
	err = db_prepare(db, "INSERT OR REPLACE INTO stage VALUES (?, ?, ?, ?, ?, ?, ?)", &insert);
	if (!err)
		err = db_bind(db, insert, "ttirrii", cell, columns[stage].stage,
			      columns[stage].cold, cost->wall_s, cost->cpu_s,
			      (int64_t)cost->max_rss, (int64_t)time(NULL));
	state_note(err ?: db_run(db, insert));
}

static void add_row(sqlite3_stmt *row, void *arg)
{
	struct stage_costs *costs = arg;
	_cleanup_free_ char *stage = db_text(row, 1);
	int64_t max_rss = sqlite3_column_int64(row, 5);
	struct known_stage known = {
		.cost = { sqlite3_column_double(row, 3), sqlite3_column_double(row, 4),
			  max_rss > 0 ? (uint64_t)max_rss : 0 },
	};

	/* also false for what is no number */
	if (!stage || !(known.cost.wall_s >= 0) || !(known.cost.cpu_s > 0))
		return;
	for (int i = 0; i < NR_COST_STAGES; i++) {
		if (!str_eq(stage, columns[i].stage) ||
		    sqlite3_column_int64(row, 2) != columns[i].cold)
			continue;
		known.stage = (enum cost_stage)i;
		known.cell = db_text(row, 0);
		if (known.cell)
			vec_push(&costs->list, known);
		return;
	}
}

static int by_cell(const void *a, const void *b)
{
	const struct known_stage *x = a, *y = b;
	int order = strcmp(x->cell, y->cell);

	return order ? order : (int)x->stage - (int)y->stage;
}

void stage_costs_load(struct stage_costs *ret)
{
	struct db *db = state_db();

	*ret = (struct stage_costs){ 0 };
	if (!db)
		return;
	state_note(db_each_row(db,
			       "SELECT cell, stage, cold, wall_s, cpu_s, max_rss FROM stage "
			       "WHERE ?1 = ?1",
			       0, add_row, ret));
	if (ret->list.len)
		qsort(ret->list.data, ret->list.len, sizeof(*ret->list.data), by_cell);
}

const struct stage_cost *stage_costs_find(const struct stage_costs *costs, const char *cell,
					  enum cost_stage stage)
{
	const struct known_stage key = { .cell = (char *)(uintptr_t)cell, .stage = stage };
	const struct known_stage *found = costs->list.len
						  ? bsearch(&key, costs->list.data, costs->list.len,
							    sizeof(*costs->list.data), by_cell)
						  : NULL;

	return found ? &found->cost : NULL;
}

void stage_costs_release(struct stage_costs *costs)
{
	vec_for_each(known, &costs->list)
		free(known->cell);
	vec_free(&costs->list);
}
