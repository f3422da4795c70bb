// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix bisect: which commit broke a cell. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bisect/session.h"
#include "cli/command.h"
#include "cli/number_arg.h"
#include "cli/predicate_args.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "sched/cpus.h"

enum {
	OPT_GOOD = 0x100,
	OPT_BAD,
	OPT_ONTO,
	OPT_KERNEL,
	OPT_PAHOLE_DIR,
	OPT_PAHOLE_BUILD,
	OPT_PAHOLE_PROGRAM,
	OPT_CONFIG_GOOD,
	OPT_CONFIG_BAD,
	OPT_CELL,
	OPT_KERNEL_DIR,
	OPT_SERIES,
	OPT_FEATURE,
	OPT_FIRST_PARENT,
	OPT_TERM_GOOD,
	OPT_TERM_BAD,
	OPT_RETRIES,
	OPT_AHEAD,
	OPT_RESTART,
	OPT_JSON,
	DEFAULT_RETRIES = 5,
	MAX_SLOTS = 64,
};

struct arguments {
	struct bisect_options options;
	const char *cells, *json;
	VEC(const char *) paths;
};

static const struct argp_option options[] = {
	{ "kernel-dir", OPT_KERNEL_DIR, "TREE", 0,
	  "the git repository; it is only read (default: the current folder)", 1 },
	{ "good", OPT_GOOD, "REV", 0, "a commit at which all was well", 1 },
	{ "bad", OPT_BAD, "REV", 0, "a later one at which it is not (default: HEAD)", 1 },
	{ "first-parent", OPT_FIRST_PARENT, NULL, 0, "follow merges to their first parents alone",
	  1 },
	{ "term-good", OPT_TERM_GOOD, "WORD", 0, "call the one side this (default: good)", 1 },
	{ "term-bad", OPT_TERM_BAD, "WORD", 0, "call the other this (default: bad)", 1 },
	{ "onto", OPT_ONTO, "REV", 0,
	  "without --good: bisect the patches of --series on top of this commit (default: HEAD)",
	  1 },
	{ "pahole-dir", OPT_PAHOLE_DIR, "DIR", 0,
	  "bisect paholes: the programs in DIR, by version; or, with --good, commits of pahole's "
	  "git tree DIR",
	  1 },
	{ "pahole-build", OPT_PAHOLE_BUILD, "COMMAND", 0,
	  "how such a commit is built, for the shell, at the top of the tree", 1 },
	{ "pahole-program", OPT_PAHOLE_PROGRAM, "PATH", 0,
	  "what that makes (default: build/pahole)", 1 },
	{ "config-good", OPT_CONFIG_GOOD, "FILE", 0,
	  "Kconfig lines with which all is well, as of run --config", 1 },
	{ "config-bad", OPT_CONFIG_BAD, "FILE", 0,
	  "lines with which it is not: find the smallest set of them that matters", 1 },
	{ "kernel", OPT_KERNEL, "LINE", 0,
	  "for paholes and configurations: Debian's source of this line in place of a tree", 1 },
	{ "cell", OPT_CELL, "CELL,...", 0,
	  "ARCH/TOOLCHAIN/MODE, e.g. x86_64/gcc/m: each gets its culprit", 2 },
	{ "series", OPT_SERIES, "PATH", 0, SERIES_HELP, 2 },
	{ "feature", OPT_FEATURE, "NAME|FILE", 0, "as of btfmatrix run", 2 },
	{ "jobs", 'j', "N", 0, "Processes of one build (default: the number of CPUs)", 4 },
	{ "retries", OPT_RETRIES, "N", 0,
	  "How often a boot that fails is tried again before it counts (default: 5)", 4 },
	{ "ahead", OPT_AHEAD, "N", 0,
	  "Commits tested side by side, each in a tree of its own (default: one for every 16 CPUs)",
	  4 },
	{ "restart", OPT_RESTART, NULL, 0, "Forget what this bisection came to before", 4 },
	{ "json", OPT_JSON, "FILE", 0, "Write the result there too", 4 },
	{ "verbose", 'v', NULL, 0, "Say every command that is run", 4 },
	{ "quiet", 'q', NULL, 0, "Say nothing until the result, but for errors", 4 },
	{ 0 },
};

static const struct argp_child children[] = {
	{ &predicate_argp, 0, PREDICATE_ARGS_TITLE, 3 },
	{ 0 },
};

/* What is bisected must be clear. */
static void check(const struct bisect_options *opt, struct argp_state *state)
{
	if (!opt->config_good != !opt->config_bad)
		argp_error(state, "--config-good and --config-bad go together");
	if (opt->config_good && (opt->good || opt->pahole_dir))
		argp_error(state, "--config-good is about one kernel and one pahole: not with "
				  "--good or --pahole-dir");
	if (opt->pahole_dir && opt->good && !opt->pahole_build)
		argp_error(state, "--pahole-build is missing: how is a commit of pahole built?");
	if (!opt->good && !opt->config_good && !opt->pahole_dir && !opt->series)
		argp_error(state, "--good is missing: at which commit was all well?");
	if (opt->kernel && !opt->pahole_dir && !opt->config_good)
		argp_error(state, "--kernel is for --pahole-dir and --config-good: commits have "
				  "kernels of their own");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;
	struct bisect_options *opt = &args->options;
	const struct {
		int key;
		const char **member;
	} texts[] = {
		{ OPT_KERNEL_DIR, &opt->kernel_dir },
		{ OPT_GOOD, &opt->good },
		{ OPT_BAD, &opt->bad },
		{ OPT_TERM_GOOD, &opt->term_good },
		{ OPT_TERM_BAD, &opt->term_bad },
		{ OPT_CELL, &args->cells },
		{ OPT_SERIES, &opt->series },
		{ OPT_FEATURE, &opt->feature },
		{ OPT_JSON, &args->json },
		{ OPT_ONTO, &opt->onto },
		{ OPT_KERNEL, &opt->kernel },
		{ OPT_PAHOLE_DIR, &opt->pahole_dir },
		{ OPT_PAHOLE_BUILD, &opt->pahole_build },
		{ OPT_PAHOLE_PROGRAM, &opt->pahole_program },
		{ OPT_CONFIG_GOOD, &opt->config_good },
		{ OPT_CONFIG_BAD, &opt->config_bad },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i].key == key) {
			*texts[i].member = arg;
			return 0;
		}
	}
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt->predicate;
		return 0;
	case OPT_FIRST_PARENT:
		opt->first_parent = true;
		return 0;
	case OPT_RETRIES:
		opt->retries = (unsigned int)number_arg(state, "--retries", arg, 0, 100);
		return 0;
	case OPT_AHEAD:
		opt->nr_slots = (unsigned int)number_arg(state, "--ahead", arg, 1, MAX_SLOTS);
		return 0;
	case 'j':
		opt->jobs = (unsigned int)number_arg(state, "--jobs", arg, 1, 4096);
		return 0;
	case OPT_RESTART:
		opt->restart = true;
		return 0;
	case 'v':
		log_set_level(LOG_VERBOSE);
		return 0;
	case 'q':
		log_set_level(LOG_QUIET);
		return 0;
	case ARGP_KEY_ARG:
		vec_push(&args->paths, arg);
		return 0;
	case ARGP_KEY_END:
		if (!args->cells)
			argp_error(state, "--cell is missing: which cell is broken?");
		check(opt, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[-- PATH...]",
	.doc = "Find the first commit at which something is wrong with a cell.\v"
	       "The ends are tested first. A commit that cannot be tested (it does not build, the "
	       "series does not apply, a tool fails) is skipped, never bad. What was tested is "
	       "kept: the same command goes on where it was ended. PATHs: only commits that touch "
	       "them. Exit status: 0 each cell has its culprit, 1 one of several commits it is, 2 "
	       "it could not be done, 130 interrupted. docs/bisect.md has more.",
	.children = children,
};

static struct error *finish(const struct arguments *args, const struct session *session)
{
	_cleanup_free_ char *path = NULL;
	struct error *err = NULL;

	if (!session->state)
		return NULL;
	path = xasprintf("%s/report.json", session->state);
	err = session_write_json(session, path);
	if (!err && args->json)
		err = session_write_json(session, args->json);
	return err;
}

static void release_options(struct bisect_options *opt)
{
	cell_specs_release(&opt->cells);
	predicate_release(&opt->predicate);
}

typedef struct error *(*bisect_fn)(const struct bisect_options *options, struct session *session);

static bisect_fn choose(const struct bisect_options *opt)
{
	if (opt->config_good)
		return session_bisect_config;
	return opt->pahole_dir && !opt->good ? session_bisect_paholes : session_bisect_git;
}

/* What is misspelt is told now, and not by the first trial. */
static struct error *check_words(const struct bisect_options *opt)
{
	const char *series = opt->series ? opt->series + (*opt->series == '+') : NULL;

	if (series && !path_exists(series))
		return error_errno(errno, "--series %s", series);
	return cell_specs_check(&opt->cells, opt->feature);
}

int cmd_bisect(int argc, char **argv)
{
	unsigned int cpus = cpus_available();
	struct arguments args = {
		.options = {
			.kernel_dir = ".",
			.term_good = "good",
			.term_bad = "bad",
			.jobs = cpus,
			.retries = DEFAULT_RETRIES,
			.nr_slots = cpus / 16 ?: 1,
			.pahole_program = "build/pahole",
		},
	};
	struct session session = SESSION_INIT;
	struct error *err, *finish_err;
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	vec_push(&args.paths, NULL);
	args.options.paths = args.paths.data;
	err = cell_specs_parse(args.cells, &args.options.cells);
	if (!err)
		err = check_words(&args.options);
	if (!err)
		err = choose(&args.options)(&args.options, &session);
	finish_err = finish(&args, &session);
	if (!err)
		err = finish_err;
	else
		error_free(finish_err);
	if (session.bisection.nr_cells)
		session_print(stdout, &session);
	status = err ? command_fail(err) : session_status(&session);
	session_release(&session);
	release_options(&args.options);
	vec_free(&args.paths);
	return status;
}
