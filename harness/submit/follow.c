// SPDX-License-Identifier: GPL-2.0-only
#include "submit/follow.h"

#include <signal.h>
#include <unistd.h>

#include "core/log.h"
#include "core/proc.h"
#include "core/strbuf.h"

struct error *follow_submit(struct submission *sub, const struct engine_ops *engine)
{
	const char *after = NULL;

	for (int stage = 0; stage < NR_STAGES; stage++) {
		struct error *err = NULL;

		if (!submission_has_stage(sub, (enum submit_stage)stage))
			continue;
		/* one that was submitted by somebody who died before it was noted */
		if (!sub->jobs[stage])
			err = engine->find(sub, (enum submit_stage)stage, &sub->jobs[stage]);
		if (!err && !sub->jobs[stage]) {
			err = engine->submit(sub, (enum submit_stage)stage, after,
					     &sub->jobs[stage]);
			if (!err)
				log_debug("%s: job %s", submit_stage_names[stage],
					  sub->jobs[stage]);
		}
		if (!err)
			err = submission_save(sub, engine->name);
		if (err)
			return err;
		after = sub->jobs[stage];
	}
	return NULL;
}

static void tell(const struct submit_tree *tree, enum submit_stage stage, struct submit_task *task)
{
	const char *name = submit_stage_names[stage];

	if (task->told || task->state < TASK_DONE || !task->nr_cells)
		return;
	task->told = true;
	log_status_clear();
	if (task->state == TASK_LOST)
		log_error("%s: %s: %s", tree->name, name, task->reason);
	else
		log_info("%s: %s done in %.0f s%s%s, status %d", tree->name, name, task->wall_s,
			 task->node ? " on " : "", task->node ? task->node : "", task->status);
}

/* "compile 3 of 3, modes 1 of 3 (1 runs), boot 0 of 3 (waits: Dependency)" */
static void show(const struct submission *sub, const char *engine)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;

	for (int stage = 0; stage < NR_STAGES; stage++) {
		size_t done = 0, running = 0, total = 0;
		const char *waits = NULL;

		vec_for_each(tree, &sub->trees) {
			const struct submit_task *task = &tree->tasks[stage];

			if (!task->nr_cells)
				continue;
			total++;
			done += task->state >= TASK_DONE;
			running += task->state == TASK_RUNNING;
			if (task->state == TASK_WAITING && task->reason)
				waits = task->reason;
		}
		if (!total)
			continue;
		strbuf_addf(&line, "%s%s %zu of %zu", line.len ? ", " : "",
			    submit_stage_names[stage], done, total);
		if (running)
			strbuf_addf(&line, " (%zu run%s)", running, running == 1 ? "s" : "");
		else if (waits)
			strbuf_addf(&line, " (waits: %s)", waits);
	}
	log_status("%s: %s", engine, strbuf_str(&line));
}

/* What waits for a task that is lost is lost with it, which was said once. */
static void lose_followers(struct submission *sub)
{
	vec_for_each(tree, &sub->trees)
		for (int stage = 1; stage < NR_STAGES; stage++) {
			struct submit_task *task = &tree->tasks[stage];

			if (tree->tasks[stage - 1].state != TASK_LOST ||
			    task->state != TASK_WAITING)
				continue;
			task->state = TASK_LOST;
			task->told = true;
			free(task->reason);
			task->reason = xasprintf("%s was lost", submit_stage_names[stage - 1]);
		}
}

static bool all_over(struct submission *sub)
{
	bool over = true;

	lose_followers(sub);
	vec_for_each(tree, &sub->trees)
		for (int stage = 0; stage < NR_STAGES; stage++) {
			tell(tree, (enum submit_stage)stage, &tree->tasks[stage]);
			if (sub->jobs[stage])
				over &= tree->tasks[stage].state >= TASK_DONE;
		}
	return over;
}

static struct error *stop(const struct submission *sub, const struct engine_ops *engine)
{
	struct error *err;

	log_status_clear();
	if (proc_interrupted() == SIGHUP && engine->goes_on) {
		log_info("what was submitted goes on; the same command follows it again");
		return error_new(ERROR_INTERRUPTED, "interrupted");
	}
	log_info("cancelling what was submitted");
	err = engine->cancel(sub);
	if (err)
		log_error("%s", err->message);
	else
		submission_forget(sub);
	error_free(err);
	return error_new(ERROR_INTERRUPTED, "interrupted");
}

struct error *follow_tasks(struct submission *sub, const struct engine_ops *engine)
{
	while (!all_over(sub)) {
		struct error *err = engine->poll(sub);

		if (proc_interrupted() || (err && err->kind == ERROR_INTERRUPTED)) {
			error_free(err);
			return stop(sub, engine);
		}
		if (err)
			return err;
		show(sub, engine->name);
	}
	log_status_clear();
	/* what was given up may still be in a queue */
	return follow_count_lost(sub) ? engine->cancel(sub) : NULL;
}

size_t follow_count_lost(const struct submission *sub)
{
	size_t nr = 0;

	vec_for_each(tree, &sub->trees)
		for (int stage = 0; stage < NR_STAGES; stage++)
			nr += tree->tasks[stage].state == TASK_LOST;
	return nr;
}
