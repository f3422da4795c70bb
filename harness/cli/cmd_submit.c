// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix submit: a run by a cluster. */
#include <argp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/number_arg.h"
#include "cli/record_args.h"
#include "cli/select_args.h"
#include "config/own_command.h"
#include "config/strv.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "record/record.h"
#include "report/ci.h"
#include "report/report.h"
#include "submit/follow.h"
#include "submit/lost.h"
#include "submit/needs.h"
#include "submit/task.h"

enum {
	OPT_ENGINE = 0x100,
	OPT_PARTITION,
	OPT_CPUS,
	OPT_MEM,
	OPT_TIME,
	OPT_RESULTS,
	OPT_RETRIES,
	OPT_FORCE,
	OPT_DRY_RUN,
	OPT_PROGRAM,
	OPT_TASK,
	MAX_CPUS = 4096,
	MAX_MEM_MB = 1 << 24,
	MAX_MINUTES = 60 * 24 * 30,
};

struct arguments {
	struct plan_request select;
	const struct engine_ops *engine;
	const char *results, *task, *retries, *program;
	bool dry_run, force;
	struct submission sub;
};

static const struct argp_option options[] = {
	{ "engine", OPT_ENGINE, "NAME", 0,
	  "what runs it: 'local' (default), this machine, or 'slurm', as job arrays", 0 },
	{ "partition", OPT_PARTITION, "P", 0, "Slurm's partition (default: the cluster's)", 0 },
	{ "cpus", OPT_CPUS, "N", 0, "CPUs of a task (default: what a node has, at most 8)", 0 },
	{ "mem", OPT_MEM, "MB", 0, "memory of a task (default: by what it took before)", 0 },
	{ "time", OPT_TIME, "MINUTES", 0,
	  "time of a task (default: three times what it took before, and ten minutes)", 0 },
	{ "results", OPT_RESULTS, "DIR", 0,
	  "folder with the record, which all nodes share (default: results/ of the project)", 0 },
	{ "retries", OPT_RETRIES, "N", 0, "how often a boot that fails is tried again (default: 1)",
	  0 },
	{ "force", OPT_FORCE, NULL, 0, "do also what was done before and has not changed", 0 },
	{ "program", OPT_PROGRAM, "PATH", 0,
	  "btfmatrix as the nodes have it (default: this one, by the same path)", 0 },
	{ "dry-run", OPT_DRY_RUN, NULL, 0, "write the tasks, say what they need, submit nothing",
	  0 },
	{ "task", OPT_TASK, "PATH", OPTION_HIDDEN, "what a job runs: do the task PATH.sh", 0 },
	{ "verbose", 'v', NULL, 0, "say every command that is run", 0 },
	{ "quiet", 'q', NULL, 0, "say nothing until the table, but for errors", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;
	struct task_needs *given = &args->sub.given;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->select;
		return 0;
	case OPT_ENGINE:
		args->engine = engine_find(arg);
		if (!args->engine)
			argp_error(state, "--engine: '%s' is none of local, slurm", arg);
		return 0;
	case OPT_PARTITION:
		args->sub.partition = arg;
		return 0;
	case OPT_CPUS:
		given->cpus = (unsigned int)number_arg(state, "--cpus", arg, 1, MAX_CPUS);
		return 0;
	case OPT_MEM:
		given->memory_mb = (unsigned int)number_arg(state, "--mem", arg, 1, MAX_MEM_MB);
		return 0;
	case OPT_TIME:
		given->minutes = (unsigned int)number_arg(state, "--time", arg, 1, MAX_MINUTES);
		return 0;
	case OPT_RESULTS:
		args->results = arg;
		return 0;
	case OPT_RETRIES:
		number_arg(state, "--retries", arg, 0, 100);
		args->retries = arg;
		return 0;
	case OPT_FORCE:
		args->force = true;
		return 0;
	case OPT_DRY_RUN:
		args->dry_run = true;
		return 0;
	case OPT_PROGRAM:
		args->program = arg;
		return 0;
	case OPT_TASK:
		args->task = arg;
		return 0;
	case 'v':
		log_set_level(LOG_VERBOSE);
		return 0;
	case 'q':
		log_set_level(LOG_QUIET);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is no option; cells are chosen by --arch, --mode ...", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Nodes have other current folders. */
static char *absolute(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : xstrdup(path);
}

/* Of the options that make the plan, those that the cells' names do not have in them. */
static char *describe_selection(const struct plan_request *select)
{
	const struct {
		const char *option, *value;
		/* else a file only if it has a slash */
		bool path;
	} words[] = {
		{ "--matrix", select->matrix, false },
		{ "--arch-file", select->arch_file, true },
		{ "--kernel-dir", select->kernel_dir, true },
		{ "--feature", select->feature, false },
		{ "--config", select->config, true },
	};
	struct strbuf line = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		_cleanup_free_ char *value = NULL;

		if (!words[i].value)
			continue;
		value = words[i].path || strchr(words[i].value, '/') ? absolute(words[i].value)
								     : xstrdup(words[i].value);
		strbuf_addf(&line, " %s ", words[i].option);
		strbuf_add_shell_word(&line, value);
	}
	if (select->series) {
		bool on_top = *select->series == '+';
		_cleanup_free_ char *path = absolute(select->series + on_top);
		_cleanup_free_ char *value = xasprintf("%s%s", on_top ? "+" : "", path);

		strbuf_adds(&line, " --series ");
		strbuf_add_shell_word(&line, value);
	}
	strbuf_adds(&line, "");
	return strbuf_detach(&line);
}

static void print_needs(const struct submission *sub)
{
	for (int stage = 0; stage < NR_STAGES; stage++) {
		const struct task_needs *needs = &sub->needs[stage];
		size_t nr_tasks = 0;

		vec_for_each(tree, &sub->trees)
			nr_tasks += tree->tasks[stage].nr_cells != 0;
		if (nr_tasks)
			printf("%-8s %zu task%s, each %u CPUs, %u MB, %u minutes\n",
			       submit_stage_names[stage], nr_tasks, nr_tasks == 1 ? "" : "s",
			       needs->cpus, needs->memory_mb, needs->minutes);
	}
	printf("in %s\n", sub->dir);
}

/* What another engine may still run is not to run twice. */
static struct error *check_engine(const struct submission *sub, const struct engine_ops *engine)
{
	if (str_eq(sub->engine, engine->name))
		return NULL;
	return error_new(ERROR_INPUT,
			 "%s was submitted by --engine %s, and may still run: the same with "
			 "--engine %s follows it, and Ctrl-C then cancels it",
			 sub->dir, sub->engine, sub->engine);
}

/* Of what was done by an engine that has ended with its btfmatrix nothing is there to follow. */
static void forget_ended(struct submission *sub, bool *found)
{
	const struct engine_ops *engine = engine_find(sub->engine);

	if (!engine || engine->goes_on)
		return;
	*found = false;
	for (int stage = 0; stage < NR_STAGES; stage++) {
		free(sub->jobs[stage]);
		sub->jobs[stage] = NULL;
	}
}

/* Follows what an earlier call left, or submits. */
static struct error *take_up(struct arguments *args, const char *results, const char *selection,
			     bool *found)
{
	struct submission *sub = &args->sub;
	_cleanup_free_ char *program = NULL;
	_cleanup_free_ char *retries =
		args->retries ? xasprintf(" --retries %s", args->retries) : xstrdup("");
	_cleanup_free_ char *boot = xasprintf("%s%s", retries, args->force ? " --force=boot" : "");
	const char *const options_of[NR_STAGES] = {
		[STAGE_COMPILE] = args->force ? " --force" : "",
		[STAGE_MODES] = args->force ? " --force" : "",
		[STAGE_BOOT] = boot,
	};
	struct slurm_nodes node = { 0 };
	struct error *err = submission_load(sub, found);

	if (!err && *found && !str_eq(sub->engine, args->engine->name))
		forget_ended(sub, found);
	if (!err && *found)
		err = check_engine(sub, args->engine);
	if (!err)
		err = args->engine->open(sub, &node);
	if (err || *found)
		return err;
	needs_find(sub, results, &node);
	if (args->program)
		program = absolute(args->program);
	else
		err = own_program(&program);
	if (!err)
		err = tree_remove(sub->dir);
	if (!err)
		err = dir_make(sub->dir);
	return err ?: submission_write(sub, program, selection, options_of);
}

/* Whether there is a run in the record that a boot task was to leave. */
static bool has_record(const char *part)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	int64_t id;
	struct error *err = path_is_dir(part) ? record_open(part, DB_READ, &db)
					      : error_new(ERROR_INPUT, "no results");

	if (!err)
		err = record_find_run(db, NULL, &id);
	error_free(err);
	return !err;
}

/* One that could not even begin its run. */
static void lose_recordless(const struct submission *sub, size_t index)
{
	struct submit_task *task = &sub->trees.data[index].tasks[STAGE_BOOT];

	if (task->state != TASK_DONE)
		return;
	task->state = TASK_LOST;
	free(task->reason);
	task->reason =
		xasprintf("it ended with status %d and recorded nothing; %s/log/boot-%zu.log "
			  "says why",
			  task->status, sub->dir, index);
}

/* Merges what the boot tasks left, and what is known of those that were lost. */
static struct error *gather(const struct submission *sub, const char *results)
{
	const char *const start[] = { "btfmatrix merge", "--output", results, "--into",
				      sub->run_name };
	_cleanup_strv_ strv argv = NULL;
	size_t nr_fixed = ARRAY_SIZE(start);

	for (size_t i = 0; i < nr_fixed; i++)
		strv_append(&argv, xstrdup(start[i]));
	for (size_t i = 0; i < sub->trees.len; i++) {
		_cleanup_free_ char *part = xasprintf("%s/parts/%zu", sub->dir, i);
		char *lost;
		bool recorded = has_record(part);
		struct error *err;

		if (!recorded)
			lose_recordless(sub, i);
		err = lost_record(sub, i, &lost);
		if (err)
			return err;
		if (recorded)
			strv_append(&argv, return_ptr(part));
		if (lost)
			strv_append(&argv, lost);
	}
	if (strv_len(STRV_CONST(argv)) == nr_fixed)
		return error_new(ERROR_CHILD, "no task left results; see %s/log", sub->dir);
	if (cmd_merge((int)strv_len(STRV_CONST(argv)), argv) != STATUS_OK)
		return error_new(ERROR_CHILD, "not all results could be merged; they are in %s",
				 sub->dir);
	return NULL;
}

static int report(const char *results, const char *run_name)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run run = { 0 };
	const struct report report = { .run = &run, .folder = results };
	int64_t id;
	struct error *err = record_open(results, DB_READ, &db);

	if (!err)
		err = record_find_run(db, run_name, &id);
	if (!err)
		err = record_load_run(db, id, RECORD_WHOLE, &run);
	if (err)
		return command_fail(err);
	report_print_text(stdout, &report);
	err = ci_tell(&report);
	return err ? command_fail(err) : report_status(&run);
}

/* All is in the record: of a good run nothing else is kept. */
static void clear(const struct submission *sub)
{
	struct error *err = NULL;

	submission_forget(sub);
	if (!follow_count_lost(sub))
		err = tree_remove(sub->dir);
	else
		log_info("what the tasks said is in %s/log", sub->dir);
	if (err)
		log_warning("%s", err->message);
	error_free(err);
}

static struct error *follow(struct arguments *args, const char *results, const char *selection)
{
	struct submission *sub = &args->sub;
	_cleanup_free_ char *lock = xasprintf("%s/.submit-%s.lock", results, sub->key);
	_cleanup_close_ int fd = -1;
	bool found = false;
	struct error *err =
		file_lock(lock, "another submit follows this plan; waiting for it", &fd);

	if (!err)
		err = take_up(args, results, selection, &found);
	if (err || (args->dry_run && !found)) {
		if (!err)
			print_needs(sub);
		return err;
	}
	if (found)
		log_info("following what was submitted before: %s", sub->dir);
	err = follow_submit(sub, args->engine);
	if (err) {
		/* of a plan that is not whole nothing is to run */
		error_free(args->engine->cancel(sub));
		submission_forget(sub);
		return err;
	}
	err = follow_tasks(sub, args->engine);
	if (err)
		return err;
	err = needs_note(sub, results);
	if (!err)
		err = gather(sub, results);
	/* all has ended, so there is nothing to follow */
	if (err)
		submission_forget(sub);
	return err;
}

static int submit(struct arguments *args, const struct plan *plan)
{
	_cleanup_free_ char *results = NULL, *given = NULL, *selection = NULL;
	struct error *err = NULL;
	int status;

	if (args->results)
		given = xstrdup(args->results);
	else
		err = default_results(&given);
	if (!err)
		err = dir_make(given);
	if (err)
		return command_fail(err);
	results = absolute(given);
	selection = describe_selection(&args->select);
	submission_init(&args->sub, plan, selection, results);
	err = follow(args, results, selection);
	if (err)
		return command_fail(err);
	if (args->dry_run)
		return STATUS_OK;
	status = report(results, args->sub.run_name);
	clear(&args->sub);
	return status;
}

static int do_task(const char *path)
{
	int status = STATUS_ERROR;
	struct error *err = task_do(path, &status);

	if (err)
		return command_fail(err);
	/* findings are in the results, and what waits for the task shall go on */
	log_info("status %d", status);
	return STATUS_OK;
}

int cmd_submit(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &select_argp, 0, SELECT_ARGS_TITLE, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.children = children,
		.doc = "Has a cluster build, boot and verify the cells of a matrix, and puts the "
		       "results into one run of the record.\v"
		       "Of each object tree there is a task that compiles, one that makes the "
		       "other "
		       "modes, and one that boots and verifies. The same command again follows "
		       "what it submitted before; Ctrl-C cancels it. docs/slurm.md says what the "
		       "nodes need. Exit status: as that of run.",
	};
	struct arguments args = { .engine = &engine_local };
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	struct error *err;
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &args))
		return STATUS_ERROR;
	if (args.task)
		return do_task(args.task);
	err = plan_make(&args.select, &plan);
	if (err)
		return command_fail(err);
	vec_for_each(omitted, &plan->omitted)
		log_warning("%s is left out: %s", omitted->name, omitted->reason);
	if (!plan->cells.len)
		return command_fail(error_new(ERROR_INPUT, "%s has no cell that can be done",
					      plan->matrix_path));
	status = submit(&args, plan);
	submission_release(&args.sub);
	return status;
}
