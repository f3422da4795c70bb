// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix run */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cache/entries.h"
#include "cli/board_args.h"
#include "cli/command.h"
#include "cli/number_arg.h"
#include "cli/record_args.h"
#include "cli/select_args.h"
#include "cli/shard_args.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "record/recorder.h"
#include "report/baseline.h"
#include "report/ci.h"
#include "report/report.h"
#include "run/run.h"
#include "sched/cpus.h"

enum {
	OPT_RESULTS = 0x100,
	OPT_RETRIES,
	OPT_BASELINE,
	OPT_TARGET,
	OPT_FORCE,
	OPT_NO_CCACHE,
};

struct arguments {
	struct plan_request select;
	struct shard_args shard;
	const char *results, *baseline, *target;
	struct board board;
	struct chosen_target chosen;
	unsigned int jobs, retries;
	bool no_ccache;
	enum run_force force;
};

static const struct argp_option options[] = {
	{ "jobs", 'j', "N", 0, "Processes of one build (default: the number of CPUs)", 0 },
	{ "results", OPT_RESULTS, "DIR", 0,
	  "Folder that gets a folder for this run (default: results/ of the project)", 0 },
	{ "retries", OPT_RETRIES, "N", 0, "How often a boot that fails is tried again (default: 1)",
	  0 },
	{ "baseline", OPT_BASELINE, "RUN", 0,
	  "Findings that this run of the record has too do not count for the exit status", 0 },
	{ "target", OPT_TARGET, "TARGET", 0,
	  "Where kernels are booted: 'qemu' (default), 'console:DEVICE' for a board on a serial "
	  "line, a name that `btfmatrix target` knows, or 'none': they are not booted, and what "
	  "takes a running kernel is not checked",
	  0 },
	{ "force", OPT_FORCE, "boot", OPTION_ARG_OPTIONAL,
	  "Build, boot and verify also what was done before and has not changed; =boot: boot and "
	  "verify alone",
	  0 },
	{ "no-ccache", OPT_NO_CCACHE, NULL, 0, "Compile without ccache, also where there is one",
	  0 },
	{ "verbose", 'v', NULL, 0, "Say every command that is run", 0 },
	{ "quiet", 'q', NULL, 0, "Say nothing until the table, but for errors", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;
	char *end;
	long jobs;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->select;
		state->child_inputs[1] = &args->shard;
		state->child_inputs[2] = &args->board;
		return 0;
	case OPT_RESULTS:
		args->results = arg;
		return 0;
	case 'j':
		errno = 0;
		jobs = strtol(arg, &end, 10);
		if (errno || *end || end == arg || jobs < 1 || jobs > 4096)
			argp_error(state, "--jobs is a number from 1 to 4096, not '%s'", arg);
		args->jobs = (unsigned int)jobs;
		return 0;
	case OPT_RETRIES:
		args->retries = (unsigned int)number_arg(state, "--retries", arg, 0, 100);
		return 0;
	case OPT_TARGET:
		args->target = arg;
		return 0;
	case OPT_BASELINE:
		args->baseline = arg;
		return 0;
	case OPT_FORCE:
		if (arg && !str_eq(arg, "boot"))
			argp_error(state, "--force=boot is all that --force takes, not '%s'", arg);
		args->force = arg ? FORCE_BOOT : FORCE_ALL;
		return 0;
	case OPT_NO_CCACHE:
		args->no_ccache = true;
		return 0;
	case 'v':
		log_set_level(LOG_VERBOSE);
		return 0;
	case 'q':
		log_set_level(LOG_QUIET);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is no option; cells are chosen by --arch, --mode ...", arg);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &select_argp, 0, SELECT_ARGS_TITLE, 0 },
	{ &shard_argp, 0, SHARD_ARGS_TITLE, 0 },
	{ &board_argp, 0, BOARD_ARGS_TITLE, 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Build, boot and verify the cells of a matrix.\v"
	       "Builds are kept in the cache: a second run with nothing changed rebuilds nothing. "
	       "Exit status: 0 all cells pass or are known, 1 findings, 2 a cell could not be "
	       "done, 130 interrupted.",
	.children = children,
};

static bool boots(const struct arguments *args)
{
	return !args->target || !str_eq(args->target, "none");
}

/* What boots here is a kernel of the plan: a machine that runs is for `verify`. A board is of one architecture. */
static struct error *choose_board(struct arguments *args)
{
	struct chosen_target *chosen = &args->chosen;
	struct error *err = choose_target(boots(args) ? args->target : NULL, &args->board, chosen);

	if (err || !chosen->target || str_eq(chosen->target, "qemu"))
		return err;
	if (!chosen->board.device)
		return error_new(ERROR_INPUT,
				 "--target %s is a machine that runs: `btfmatrix verify` looks at "
				 "those; kernels are booted by qemu and on console:DEVICE",
				 args->target);
	if (!chosen->board.power_cmd)
		return error_new(ERROR_INPUT,
				 "--target %s needs --power-cmd, the command that "
				 "turns the board off and on",
				 args->target);
	if (chosen->arch && args->select.arches && !str_eq(chosen->arch, args->select.arches))
		return error_new(ERROR_INPUT, "--arch: %s is %s, not %s", args->target,
				 chosen->arch, args->select.arches);
	if (!chosen->arch && !args->select.arches)
		return error_new(ERROR_INPUT, "--target %s: --arch says which it is", args->target);
	if (chosen->arch)
		args->select.arches = chosen->arch;
	return NULL;
}

/* RESULTS/20261123-221500: a second run in the same second gets "-2". */
static struct error *make_run_dir(const char *results, char **ret)
{
	_cleanup_free_ char *base = NULL, *latest = NULL;
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];
	struct error *err;

	if (results)
		base = xstrdup(results);
	else {
		err = default_results(&base);
		if (err)
			return err;
	}
	err = dir_make(base);
	if (err)
		return err;
	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	for (unsigned int i = 1;; i++) {
		_cleanup_free_ char *name = i == 1 ? xstrdup(stamp) : xasprintf("%s-%u", stamp, i);
		_cleanup_free_ char *dir = xasprintf("%s/%s", base, name);

		if (!mkdir(dir, 0777)) {
			latest = xasprintf("%s/latest", base);
			unlink(latest);
			/* A convenience; not having it is no error. */
			if (symlink(name, latest))
				log_debug("cannot make %s: %s", latest, strerror(errno));
			*ret = return_ptr(dir);
			return NULL;
		}
		if (errno != EEXIST || i > 1000)
			return error_errno(errno, "cannot make the folder %s", dir);
	}
}

static char *describe_options(const struct arguments *args)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	if (args->select.arch_file) {
		strbuf_adds(&sb, " --arch-file ");
		strbuf_add_shell_word(&sb, args->select.arch_file);
	}
	if (args->select.kernel_dir) {
		strbuf_adds(&sb, " --kernel-dir ");
		strbuf_add_shell_word(&sb, args->select.kernel_dir);
	}
	if (args->select.feature) {
		strbuf_adds(&sb, " --feature ");
		strbuf_add_shell_word(&sb, args->select.feature);
	}
	if (args->select.config) {
		strbuf_adds(&sb, " --config ");
		strbuf_add_shell_word(&sb, args->select.config);
	}
	if (args->select.series) {
		strbuf_adds(&sb, " --series ");
		strbuf_add_shell_word(&sb, args->select.series);
	}
	if (args->target) {
		strbuf_adds(&sb, " --target ");
		strbuf_add_shell_word(&sb, args->target);
	}
	return strbuf_detach(&sb);
}

/* The run that --baseline names, before this one is in the record: "latest" is the one before. */
static struct error *load_baseline(const char *name, struct recorder *recorder, struct rec_run *ret)
{
	struct db *db = recorder_db(recorder);
	int64_t id;
	struct error *err;

	if (!db)
		return error_new(ERROR_SYSTEM, "without a record there is no baseline %s", name);
	err = record_find_run(db, name, &id);
	return err ?: record_load_run(db, id, RECORD_WHOLE, ret);
}

/* The table, what the CI is told, and the exit status. */
static int conclude(const struct recorder *recorder, const struct report *report)
{
	struct error *err;

	report_print_text(stdout, report);
	err = ci_tell(report);
	if (err)
		return command_fail(err);
	return recorder_is_whole(recorder) ? report_status(report->run) : STATUS_ERROR;
}

int cmd_run(int argc, char **argv)
{
	struct arguments args = { .jobs = cpus_available(), .retries = 1 };
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	_cleanup_free_ char *dir = NULL, *described = NULL, *folder = NULL;
	_cleanup_(run_release) struct run run = { 0 };
	_cleanup_(recorder_cleanup) struct recorder *recorder = NULL;
	_cleanup_(rec_run_release) struct rec_run baseline = { 0 };
	char shard[32] = "";
	uint64_t cache_max;
	struct error *err;
	int status = STATUS_ERROR;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	err = cache_default_max(&cache_max);
	if (!err)
		err = choose_board(&args);
	if (!err)
		err = plan_make(&args.select, &plan);
	if (!err)
		err = shard_args_apply(&args.shard, plan);
	if (!err)
		err = make_run_dir(args.results, &dir);
	if (err)
		return command_fail(err);

	vec_for_each(omitted, &plan->omitted)
		log_warning("%s is left out: %s", omitted->name, omitted->reason);
	if (!plan->cells.len)
		return command_fail(error_new(ERROR_INPUT, "%s has no cell that can be done",
					      plan->matrix_path));
	if (args.shard.shard.count)
		snprintf(shard, sizeof(shard), "%u/%u", args.shard.shard.index,
			 args.shard.shard.count);
	described = describe_options(&args);
	folder = xstrndup(dir, (size_t)(strrchr(dir, '/') - dir));
	recorder = recorder_open(folder);
	err = args.baseline ? load_baseline(args.baseline, recorder, &baseline) : NULL;
	if (err) {
		rmdir(dir);
		return command_fail(err);
	}
	const struct run_request request = {
		.plan = plan,
		.kernel_dir = args.select.kernel_dir,
		.series = args.select.series,
		.jobs = args.jobs,
		.force = args.force,
		.cache_max = cache_max,
		.no_ccache = args.no_ccache,
		.dir = dir,
		.options = described,
		.shard = *shard ? shard : NULL,
		.recorder = recorder,
		.retries = args.retries,
		.board = args.chosen.board.device ? &args.chosen.board : NULL,
		.no_boot = !boots(&args),
	};

	err = run_plan(&request, &run);
	if (args.baseline)
		baseline_mark(recorder_run(recorder), &baseline);
	if (run.wall_s > 0)
		status = conclude(recorder, &(struct report){ .run = recorder_run(recorder),
							      .folder = folder });
	chosen_target_release(&args.chosen);
	return err ? command_fail(err) : status;
}
