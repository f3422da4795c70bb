// SPDX-License-Identifier: GPL-2.0-only
#include "submit/lost.h"

#include "core/fileio.h"
#include "core/json_text.h"
#include "record/recorder.h"
#include "report/cell_json.h"
#include "run/run.h"

static char *reason_of(const struct submit_tree *tree)
{
	for (int stage = 0; stage < NR_STAGES; stage++)
		if (tree->tasks[stage].state == TASK_LOST)
			return xasprintf("its task was lost: %s: %s", submit_stage_names[stage],
					 tree->tasks[stage].reason);
	return NULL;
}

/* As a run leaves it: the record says that it is there. */
static struct error *write_cell(const struct run *run, const struct outcome *outcome)
{
	_cleanup_free_ char *name = xstrdup(outcome->cell->name);
	_cleanup_free_ char *path = NULL;

	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '-';
	path = xasprintf("%s/cells/%s.json", run->request->dir, name);
	return json_write(cell_json(run, outcome), path);
}

static struct error *record(const struct run_request *request, const char *folder,
			    const char *reason)
{
	_cleanup_(recorder_cleanup) struct recorder *recorder = recorder_open(folder);
	struct run run = { .request = request };
	struct error *err = NULL;

	/* nobody looked for a pahole */
	vec_for_each(spec, &request->plan->paholes) {
		struct run_pahole pahole = {
			.spec = *spec,
			.err = error_new(ERROR_CHILD, "%s", reason),
		};

		vec_push(&run.paholes, pahole);
	}
	vec_for_each(cell, &request->plan->cells) {
		struct outcome outcome = {
			.cell = cell,
			.verdict = VERDICT_ERROR,
			.reason = xstrdup(reason),
		};

		vec_push(&run.outcomes, outcome);
	}
	recorder_begin(recorder, &run);
	vec_for_each(outcome, &run.outcomes) {
		if (!err)
			err = write_cell(&run, outcome);
		recorder_cell(recorder, &run, outcome, NULL);
	}
	recorder_end(recorder, &run);
	if (!err && !recorder_is_whole(recorder))
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
	_cleanup_free_ char *cells = xasprintf("%s/cells", dir);
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
		err = dir_make(cells);
	if (!err)
		err = record(&request, folder, reason);
	if (!err)
		*path_ret = return_ptr(folder);
	return err;
}
