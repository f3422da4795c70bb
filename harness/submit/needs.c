// SPDX-License-Identifier: GPL-2.0-only
#include "submit/needs.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "record/record.h"

#define COSTS_FILE "submit-costs.json"

enum {
	/* nodes differ, and so do days */
	TIMES = 3,
	SPARE_MIN = 10,
	/* a compiler beside the largest process, for each CPU */
	COMPILER_MB = 400,
	/* QEMU needs two where it has two */
	BOOT_CPUS = 2,
	COMPILE_CPUS = 8,
	DEFAULT_CPUS = 2,
	/* runs of the record that are looked at */
	RUNS = 20,
};

/* Where nothing is known. */
static const struct task_needs defaults[NR_STAGES] = {
	[STAGE_COMPILE] = { COMPILE_CPUS, 4096, 240 },
	[STAGE_MODES] = { COMPILE_CPUS, 4096, 120 },
	[STAGE_BOOT] = { BOOT_CPUS, 3072, 120 },
};

struct known_cost {
	double wall_s;
	double max_rss;
};

static char *key_of(enum submit_stage stage, const char *tree)
{
	return xasprintf("%s %s", submit_stage_names[stage], tree);
}

static json_t *load_costs(const char *results)
{
	_cleanup_free_ char *path = xasprintf("%s/" COSTS_FILE, results);
	json_t *costs = path_exists(path) ? json_load_file(path, 0, NULL) : NULL;

	if (json_is_object(costs))
		return costs;
	json_decref(costs);
	return json_object();
}

/* The record's times of the cells from @first on, @n of them: builds, or boots. */
static double recorded_wall(const struct rec_history *history, const struct submission *sub,
			    size_t first, size_t n, enum submit_stage stage)
{
	double sum = 0;

	for (size_t i = first; i < first + n; i++) {
		double most = 0;

		vec_for_each(point, &history->points) {
			double wall =
				stage == STAGE_BOOT ? point->boot_wall_s : point->build_wall_s;

			if (str_eq(point->cell, sub->plan->cells.data[i].name) && wall > most)
				most = wall;
		}
		/* one that is not known makes the sum useless */
		if (most <= 0)
			return 0;
		sum += most;
	}
	return sum;
}

static struct known_cost cost_of(json_t *costs, const struct rec_history *history,
				 const struct submission *sub, const struct submit_tree *tree,
				 enum submit_stage stage)
{
	_cleanup_free_ char *key = key_of(stage, tree->name);
	const json_t *entry = json_object_get(costs, key);
	struct known_cost cost = {
		json_number_value(json_object_get(entry, "wall_s")),
		json_number_value(json_object_get(entry, "max_rss")),
	};
	size_t modes = stage == STAGE_MODES;
	double recorded = recorded_wall(history, sub, tree->first_cell + modes,
					stage == STAGE_COMPILE ? 1 : tree->nr_cells - modes, stage);

	/* a task whose builds were in the cache took no time, and the next may not find them there */
	if (recorded > cost.wall_s)
		cost.wall_s = recorded;
	return cost;
}

static unsigned int at_most(unsigned int value, unsigned int limit)
{
	return limit && value > limit ? limit : value;
}

static void find_stage(struct submission *sub, enum submit_stage stage, json_t *costs,
		       const struct rec_history *history, const struct slurm_nodes *node)
{
	struct task_needs *needs = &sub->needs[stage];
	double wall = 0, rss = 0;
	bool all_walls = true, all_sizes = true;

	vec_for_each(tree, &sub->trees) {
		struct known_cost cost = cost_of(costs, history, sub, tree, stage);

		if (!tree->tasks[stage].nr_cells)
			continue;
		all_walls &= cost.wall_s > 0;
		all_sizes &= cost.max_rss > 0;
		wall = cost.wall_s > wall ? cost.wall_s : wall;
		rss = cost.max_rss > rss ? cost.max_rss : rss;
	}
	*needs = defaults[stage];
	needs->cpus = at_most(needs->cpus, node->cpus ? node->cpus : DEFAULT_CPUS);
	if (sub->given.cpus)
		needs->cpus = sub->given.cpus;
	if (all_walls)
		needs->minutes = (unsigned int)(TIMES * wall / 60) + SPARE_MIN;
	if (all_sizes)
		needs->memory_mb =
			(unsigned int)(rss / (1 << 20) * 5 / 4) + COMPILER_MB * needs->cpus;
	needs->memory_mb = at_most(needs->memory_mb, node->memory_mb);
	needs->minutes = at_most(needs->minutes, node->minutes);
	if (sub->given.minutes)
		needs->minutes = sub->given.minutes;
	if (sub->given.memory_mb)
		needs->memory_mb = sub->given.memory_mb;
}

void needs_find(struct submission *sub, const char *results, const struct slurm_nodes *node)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_free_ char *record = xasprintf("%s/" RECORD_FILE, results);
	struct rec_history history = { 0 };
	json_t *costs = load_costs(results);
	struct error *err = NULL;

	if (path_exists(record))
		err = record_open(results, DB_READ, &db);
	if (!err && db)
		err = record_history(db, NULL, RUNS, &history);
	if (err)
		log_debug("no recorded costs: %s", err->message);
	error_free(err);
	for (int stage = 0; stage < NR_STAGES; stage++)
		find_stage(sub, (enum submit_stage)stage, costs, &history, node);
	rec_history_release(&history);
	json_decref(costs);
}

static double more(double a, double b)
{
	return a > b ? a : b;
}

struct error *needs_note(const struct submission *sub, const char *results)
{
	_cleanup_free_ char *path = xasprintf("%s/" COSTS_FILE, results);
	json_t *costs = load_costs(results);

	vec_for_each(tree, &sub->trees)
		for (int stage = 0; stage < NR_STAGES; stage++) {
			const struct submit_task *task = &tree->tasks[stage];
			_cleanup_free_ char *key = key_of((enum submit_stage)stage, tree->name);
			const json_t *old = json_object_get(costs, key);

			if (task->state != TASK_DONE || !task->nr_cells)
				continue;
			json_object_set_new(
				costs, key,
				json_pack(
					"{s:f, s:f}", "wall_s",
					more(task->wall_s,
					     json_number_value(json_object_get(old, "wall_s"))),
					"max_rss",
					more((double)task->max_rss,
					     json_number_value(json_object_get(old, "max_rss")))));
		}
	return json_write(costs, path);
}
