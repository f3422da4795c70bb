// SPDX-License-Identifier: GPL-2.0-only
/* This machine: the tasks are children, one after another. */
#include "core/log.h"
#include "core/proc.h"
#include "sched/cpus.h"
#include "submit/engine.h"

static struct error *local_open(const struct submission *sub, struct slurm_nodes *node_ret)
{
	(void)sub;
	node_ret->cpus = cpus_available();
	return NULL;
}

/* Nothing of it outlives us. */
static struct error *local_find(const struct submission *sub, enum submit_stage stage,
				char **job_ret)
{
	(void)sub;
	(void)stage;
	*job_ret = NULL;
	return NULL;
}

static struct error *local_submit(const struct submission *sub, enum submit_stage stage,
				  const char *after, char **job_ret)
{
	(void)sub;
	(void)after;
	*job_ret = xstrdup(submit_stage_names[stage]);
	return NULL;
}

static struct error *run_task(struct submission *sub, enum submit_stage stage, size_t index)
{
	struct submit_task *task = &sub->trees.data[index].tasks[stage];
	_cleanup_free_ char *script = xasprintf("%s/task.sh", sub->dir);
	_cleanup_free_ char *log = submission_path(sub, "log", stage, index, ".log");
	_cleanup_free_ char *number = xasprintf("%zu", index);
	const char *const argv[] = { "sh", script, submit_stage_names[stage], number, NULL };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	proc.argv = argv;
	proc.log_path = log;
	err = proc_run(&proc);
	if (!err)
		err = submission_read_status(sub, stage, index);
	if (err || task->state == TASK_DONE)
		return err;
	task->state = TASK_LOST;
	task->reason = xasprintf("it ended with status %d and left no report; see %s",
				 proc.exit_code, log);
	return NULL;
}

/* The next task that is not done. */
static struct error *local_poll(struct submission *sub)
{
	for (int stage = 0; stage < NR_STAGES; stage++)
		for (size_t i = 0; i < sub->trees.len; i++)
			if (sub->trees.data[i].tasks[stage].state == TASK_WAITING) {
				log_status("%s of %s", submit_stage_names[stage],
					   sub->trees.data[i].name);
				return run_task(sub, (enum submit_stage)stage, i);
			}
	return NULL;
}

static struct error *local_cancel(const struct submission *sub)
{
	(void)sub;
	return NULL;
}

const struct engine_ops engine_local = {
	.name = "local",
	.help = "this machine, one task after another",
	.open = local_open,
	.find = local_find,
	.submit = local_submit,
	.poll = local_poll,
	.cancel = local_cancel,
};
