// SPDX-License-Identifier: GPL-2.0-only
#include "submit/lost.h"

#include "core/fileio.h"
#include "record/recorder.h"
#include "run/run.h"

static char *reason_of(const struct submit_tree *tree)
{
	for (int stage = 0; stage < NR_STAGES; stage++)
		if (tree->tasks[stage].state == TASK_LOST)
			return xasprintf("its task was lost: %s: %s", submit_stage_names[stage],
					 tree->tasks[stage].reason);
	return NULL;
}

static struct error *record(const struct run_request *request, const char *folder,
			    const char *reason)
{
	_cleanup_(recorder_cleanup) struct recorder *recorder = recorder_open(folder);
	struct run run = { .request = request };
	struct error *err = NULL;

	vec_for_each(cell, &request->plan->cells) {
		struct outcome outcome = {
			.cell = cell,
			.verdict = VERDICT_ERROR,
			.reason = xstrdup(reason),
		};

		vec_push(&run.outcomes, outcome);
	}
	recorder_begin(recorder, &run);
	vec_for_each(outcome, &run.outcomes)
		recorder_cell(recorder, &run, outcome, NULL);
	recorder_end(recorder, &run);
	if (!recorder_is_whole(recorder))
		err = error_new(ERROR_SYSTEM, "cannot record lost tasks in %s", folder);
	run_release(&run);
	return err;
}

struct error *lost_record(const struct submission *sub, size_t index, char **path_ret)
{
	const struct submit_tree *tree = &sub->trees.data[index];
	_cleanup_free_ char *reason = reason_of(tree);
	_cleanup_free_ char *folder = xasprintf("%s/parts/lost-%zu", sub->dir, index);
	_cleanup_free_ char *dir = xasprintf("%s/%s", folder, sub->run_name);
	/* the tree's cells alone; all that they point at is the plan's */
	struct plan plan = *sub->plan;
	const struct run_request request = { .plan = &plan, .dir = dir, .options = "" };
	struct error *err;

	*path_ret = NULL;
	if (!reason)
		return NULL;
	plan.cells.data += tree->first_cell;
	plan.cells.len = tree->nr_cells;
	err = tree_remove(folder);
	if (!err)
		err = dir_make(dir);
	if (!err)
		err = record(&request, folder, reason);
	if (!err)
		*path_ret = return_ptr(folder);
	return err;
}
