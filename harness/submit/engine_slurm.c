// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slurm: a stage is a job array, whose tasks wait for those of the same number in the stage before. Jobs are
 * found again by their names, which have the submission's key; whether a task did its work, only the file it
 * leaves says, as Slurm forgets jobs that have ended (MinJobAge) and need not keep accounts.
 */
#include <string.h>
#include <unistd.h>

#include "config/strv.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "submit/engine.h"
#include "submit/slurm_text.h"

enum {
	/* the controller answers soon or not at all */
	COMMAND_S = 60,
	/* between two looks at the queue */
	POLL_MS = 2000,
	STEP_MS = 200,
	/* how long a file of another node's may take to be seen here, on shared storage */
	SHOWS_S = 20,
};

/* Runs a command of Slurm's; its standard output goes to @output. */
static struct error *slurm(const char *const *argv, bool cleanup, struct strbuf *output)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_free_ char *why = NULL;
	struct error *err;

	proc.argv = argv;
	proc.deadline_s = COMMAND_S;
	proc.capture = true;
	proc.cleanup = cleanup;
	err = proc_run(&proc);
	if (err && err->kind == ERROR_SYSTEM && !path_find_program(argv[0]))
		return error_wrap(err, "--engine slurm needs Debian's slurm-client");
	if (err)
		return err;
	if (proc.exit_code) {
		why = slurm_explain(strbuf_str(&proc.output));
		return error_new(ERROR_CHILD, "%s: %s", argv[0], why);
	}
	strbuf_add(output, strbuf_str(&proc.output), proc.output.len);
	return NULL;
}

static char *job_name(const struct submission *sub, int stage)
{
	return xasprintf("btfmatrix-%s-%s", sub->key, submit_stage_names[stage]);
}

/* What squeue says of our jobs, under --name: it takes no offence at those that are not there. */
static struct error *read_queue(const struct submission *sub, bool cleanup, struct strbuf *output)
{
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	_cleanup_free_ char *user = xasprintf("--user=%u", getuid());
	const char *argv[] = {
		"squeue", "--noheader", "--array", "--states=all", "--format=" SLURM_QUEUE_FORMAT,
		user,     NULL,         NULL
	};

	strbuf_adds(&names, "--name=");
	for (int stage = 0; stage < NR_STAGES; stage++) {
		_cleanup_free_ char *name = job_name(sub, stage);

		strbuf_addf(&names, "%s%s", stage ? "," : "", name);
	}
	argv[6] = strbuf_str(&names);
	return slurm(argv, cleanup, output);
}

static struct error *slurm_open(const struct submission *sub, struct slurm_nodes *node_ret)
{
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;
	_cleanup_free_ char *partition =
		sub->partition ? xasprintf("--partition=%s", sub->partition) : NULL;
	const char *const argv[] = { "sinfo",   "--noheader",
				     "--Node",  "--format=" SLURM_NODES_FORMAT,
				     partition, NULL };
	struct error *err = slurm(argv, false, &output);

	if (err)
		return err;
	slurm_parse_nodes(strbuf_str(&output), !sub->partition, node_ret);
	if (!node_ret->cpus)
		return error_new(ERROR_INPUT,
				 "sinfo knows no node of %s%s; `sinfo` lists the partitions",
				 sub->partition ? "partition " : "this cluster",
				 sub->partition ? sub->partition : "");
	return NULL;
}

/* Calls @fn for each of our tasks in the queue. */
static void for_each_task(char *text, void (*fn)(const struct slurm_task *task, void *arg),
			  void *arg)
{
	char *state = NULL;

	for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
		struct slurm_task task;

		if (slurm_parse_task(line, &task))
			fn(&task, arg);
	}
}

struct wanted_job {
	char *name, *job;
};

/* The newest of that name that is neither over nor about to be, such as one that was just cancelled. */
static void note_job(const struct slurm_task *task, void *arg)
{
	struct wanted_job *wanted = arg;

	if (!str_eq(task->name, wanted->name) || slurm_fate_of(task->state) > SLURM_RUNS ||
	    str_eq(task->state, "COMPLETING"))
		return;
	if (wanted->job && strtoul(wanted->job, NULL, 10) >= strtoul(task->job, NULL, 10))
		return;
	free(wanted->job);
	wanted->job = xstrdup(task->job);
}

static struct error *slurm_find(const struct submission *sub, enum submit_stage stage,
				char **job_ret)
{
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;
	struct wanted_job wanted = { .name = job_name(sub, stage) };
	struct error *err = read_queue(sub, false, &output);
	_cleanup_free_ char *text = strbuf_detach(&output);

	if (!err && text)
		for_each_task(text, note_job, &wanted);
	free(wanted.name);
	*job_ret = wanted.job;
	return err;
}

printf_like(2, 3) static void addf(strv *argv, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	strv_append(argv, xvasprintf(fmt, args));
	va_end(args);
}

static strv sbatch_command(const struct submission *sub, enum submit_stage stage, const char *after)
{
	const struct task_needs *needs = &sub->needs[stage];
	const char *name = submit_stage_names[stage];
	strv argv = NULL;

	addf(&argv, "sbatch");
	addf(&argv, "--parsable");
	addf(&argv, "--job-name=btfmatrix-%s-%s", sub->key, name);
	addf(&argv, "--comment=btfmatrix %s in %s", name, sub->dir);
	addf(&argv, "--array=0-%zu", sub->trees.len - 1);
	addf(&argv, "--chdir=%s", sub->dir);
	addf(&argv, "--output=%s/log/%s-%%a.log", sub->dir, name);
	addf(&argv, "--open-mode=append");
	/* its status file tells a task that was done from one that a node lost */
	addf(&argv, "--requeue");
	addf(&argv, "--nodes=1");
	addf(&argv, "--ntasks=1");
	addf(&argv, "--cpus-per-task=%u", needs->cpus);
	addf(&argv, "--mem=%uM", needs->memory_mb);
	addf(&argv, "--time=%u", needs->minutes);
	if (sub->partition)
		addf(&argv, "--partition=%s", sub->partition);
	if (after) {
		addf(&argv, "--dependency=aftercorr:%s", after);
		addf(&argv, "--kill-on-invalid-dep=yes");
	}
	addf(&argv, "%s/task.sh", sub->dir);
	addf(&argv, "%s", name);
	return argv;
}

static struct error *slurm_submit(const struct submission *sub, enum submit_stage stage,
				  const char *after, char **job_ret)
{
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;
	_cleanup_strv_ strv argv = sbatch_command(sub, stage, after);
	struct error *err = slurm(STRV_CONST(argv), false, &output);

	if (err)
		return error_wrap(err, "stage %s", submit_stage_names[stage]);
	if (!slurm_parse_job(strbuf_str(&output), job_ret))
		return error_new(ERROR_CHILD, "sbatch says no job's number but \"%.200s\"",
				 strbuf_str(&output));
	return NULL;
}

static void set_text(char **to, const char *text)
{
	free(*to);
	*to = *text ? xstrdup(text) : NULL;
}

static void lose(struct submit_task *task, const struct slurm_task *seen)
{
	const char *hopeless =
		slurm_fate_of(seen->state) == SLURM_WAITS ? slurm_hopeless(seen->reason) : NULL;
	const char *mend = hopeless ? hopeless : slurm_mend_of(seen->state);

	task->state = TASK_LOST;
	free(task->reason);
	task->reason = xasprintf("Slurm's job %s_%ld %s %s%s%s", seen->job, seen->index,
				 hopeless ? "would wait for ever:" : "ended as",
				 hopeless ? seen->reason : seen->state, mend ? ": " : "",
				 mend ? mend : "");
}

/* @seen in the queue, of a task that has left no status file. */
static void note_task(struct submit_task *task, const struct slurm_task *seen)
{
	set_text(&task->node, seen->node);
	switch (slurm_fate_of(seen->state)) {
	case SLURM_WAITS:
		task->state = TASK_WAITING;
		set_text(&task->reason, seen->reason);
		if (slurm_hopeless(seen->reason))
			lose(task, seen);
		break;
	case SLURM_RUNS:
		task->state = TASK_RUNNING;
		break;
	case SLURM_BROKEN:
		lose(task, seen);
		break;
	case SLURM_ENDED:
		break;
	}
	if (slurm_fate_of(seen->state) < SLURM_ENDED)
		task->ended_s = 0;
}

static void note_seen(const struct slurm_task *seen, void *arg)
{
	struct submission *sub = arg;

	for (int stage = 0; stage < NR_STAGES; stage++) {
		struct submit_task *task;

		if (!sub->jobs[stage] || !str_eq(sub->jobs[stage], seen->job) || seen->index < 0 ||
		    (size_t)seen->index >= sub->trees.len)
			continue;
		task = &sub->trees.data[seen->index].tasks[stage];
		if (task->state == TASK_DONE)
			return;
		note_task(task, seen);
		return;
	}
}

/* Those that the queue does not have, or has as ended, and whose file does not show up. */
static void give_up_on_silent(struct submission *sub)
{
	double now = clock_now_s();

	vec_for_each(tree, &sub->trees)
		for (int stage = 0; stage < NR_STAGES; stage++) {
			struct submit_task *task = &tree->tasks[stage];

			if (task->state == TASK_DONE || task->state == TASK_LOST ||
			    !sub->jobs[stage])
				continue;
			if (!task->ended_s || now - task->ended_s < SHOWS_S)
				continue;
			task->state = TASK_LOST;
			free(task->reason);
			task->reason =
				xasprintf("Slurm's job %s has ended, and no report is in %s; "
					  "do all nodes share that folder, and btfmatrix?",
					  sub->jobs[stage], sub->dir);
		}
}

/* Waiting and running tasks count as ended from now on, unless the queue says that they are not. */
static void doubt_all(struct submission *sub)
{
	vec_for_each(tree, &sub->trees)
		for (int stage = 0; stage < NR_STAGES; stage++)
			if (sub->jobs[stage] && !tree->tasks[stage].ended_s)
				tree->tasks[stage].ended_s = clock_now_s();
}

static void nap(void)
{
	for (int ms = 0; ms < POLL_MS && !proc_interrupted(); ms += STEP_MS)
		usleep(STEP_MS * 1000);
}

static struct error *slurm_poll(struct submission *sub)
{
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;
	_cleanup_free_ char *text = NULL;
	struct error *err = NULL;

	nap();
	for (int stage = 0; !err && stage < NR_STAGES; stage++)
		for (size_t i = 0; !err && i < sub->trees.len; i++)
			err = submission_read_status(sub, (enum submit_stage)stage, i);
	if (!err)
		err = read_queue(sub, false, &output);
	/* a controller that restarts is back soon: jobs go on without it */
	if (err && err->kind == ERROR_CHILD) {
		log_warning("%s; trying again", err->message);
		error_free(err);
		return NULL;
	}
	if (err)
		return err;
	doubt_all(sub);
	text = strbuf_detach(&output);
	if (text)
		for_each_task(text, note_seen, sub);
	give_up_on_silent(sub);
	return NULL;
}

static struct error *slurm_cancel(const struct submission *sub)
{
	_cleanup_strv_ strv argv = NULL;
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;

	addf(&argv, "scancel");
	addf(&argv, "--quiet");
	for (int stage = 0; stage < NR_STAGES; stage++)
		if (sub->jobs[stage])
			addf(&argv, "%s", sub->jobs[stage]);
	return strv_len(STRV_CONST(argv)) > 2 ? slurm(STRV_CONST(argv), true, &output) : NULL;
}

const struct engine_ops engine_slurm = {
	.name = "slurm",
	.help = "job arrays of Slurm",
	.goes_on = true,
	.open = slurm_open,
	.find = slurm_find,
	.submit = slurm_submit,
	.poll = slurm_poll,
	.cancel = slurm_cancel,
};
