// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix test: one kernel tree, with the exit status that `git bisect run` wants. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bisect/tester.h"
#include "cli/command.h"
#include "cli/number_arg.h"
#include "cli/predicate_args.h"
#include "core/cleanup.h"
#include "core/escape.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "sched/cpus.h"

/* What git bisect run takes them for. */
enum test_status {
	TEST_GOOD = 0,
	TEST_BAD = 1,
	TEST_SKIP = 125,
	/* nothing can be tested: git bisect run ends */
	TEST_ABORT = 128,
};

enum {
	OPT_CELL = 0x100,
	OPT_KERNEL_DIR,
	OPT_SERIES,
	OPT_FEATURE,
	OPT_RETRIES,
	DEFAULT_RETRIES = 5,
};

struct arguments {
	struct predicate predicate;
	const char *cells, *kernel_dir, *series, *feature;
	unsigned int jobs, retries;
};

static const struct argp_option options[] = {
	{ "kernel-dir", OPT_KERNEL_DIR, "TREE", 0,
	  "the kernel tree; it is only read (default: the current folder)", 1 },
	{ "cell", OPT_CELL, "CELL,...", 0,
	  "ARCH/TOOLCHAIN/MODE, e.g. x86_64/gcc/m; of several, one that is bad makes the tree bad",
	  2 },
	{ "series", OPT_SERIES, "PATH", 0, SERIES_HELP, 2 },
	{ "feature", OPT_FEATURE, "NAME|FILE", 0, "as of btfmatrix run", 2 },
	{ "jobs", 'j', "N", 0, "Processes of one build (default: the number of CPUs)", 4 },
	{ "retries", OPT_RETRIES, "N", 0,
	  "How often a boot that fails is tried again before it counts (default: 5)", 4 },
	{ "quiet", 'q', NULL, 0, "Say nothing but errors", 4 },
	{ 0 },
};

static const struct argp_child children[] = {
	{ &predicate_argp, 0, PREDICATE_ARGS_TITLE, 3 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->predicate;
		return 0;
	case OPT_CELL:
		args->cells = arg;
		return 0;
	case OPT_KERNEL_DIR:
		args->kernel_dir = arg;
		return 0;
	case OPT_SERIES:
		args->series = arg;
		return 0;
	case OPT_FEATURE:
		args->feature = arg;
		return 0;
	case OPT_RETRIES:
		args->retries = (unsigned int)number_arg(state, "--retries", arg, 0, 100);
		return 0;
	case 'j':
		args->jobs = (unsigned int)number_arg(state, "--jobs", arg, 1, 4096);
		return 0;
	case 'q':
		log_set_level(LOG_QUIET);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is no option", arg);
		return 0;
	case ARGP_KEY_END:
		if (!args->cells)
			argp_error(state, "--cell is missing: which cell is to be tested?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Test a cell of a kernel tree, for `git bisect run btfmatrix test --cell CELL`.\v"
	       "Exit status: 0 good, 1 bad, 125 it cannot be tested (it does not build, the series "
	       "does not apply, a check lacks a witness), 128 nothing can be tested: a tool is "
	       "missing, no space, interrupted, a wrong command line.",
	.children = children,
};

static int status_of(const struct trial_result *result)
{
	if (result->infrastructure)
		return TEST_ABORT;
	return result->mark == MARK_BAD    ? TEST_BAD
	       : result->mark == MARK_GOOD ? TEST_GOOD
					   : TEST_SKIP;
}

/* How much a status says of the whole tree: the worst of several counts. */
static int rank(int status)
{
	static const int by_rank[] = { TEST_GOOD, TEST_SKIP, TEST_BAD, TEST_ABORT };

	for (int i = 0; i < (int)ARRAY_SIZE(by_rank); i++)
		if (by_rank[i] == status)
			return i;
	return 0;
}

static void print(const char *name, const struct trial_result *result)
{
	static const char *const words[] = {
		[MARK_NONE] = "skip", [MARK_GOOD] = "good", [MARK_BAD] = "bad", [MARK_SKIP] = "skip"
	};

	printf("%s: %s%s", name, words[result->mark], result->reason ? ": " : "");
	put_line(stdout, result->reason ?: "");
	putchar('\n');
}

/* The cells of the first one's family, and then those of the next. */
static struct error *test_family(const struct tester *tester, size_t first, int *status)
{
	const struct cell_specs *specs = tester->cells;
	const char *family = specs->list.data[first].family;
	size_t *cells = xcalloc(specs->list.len, sizeof(*cells)), nr = 0;
	struct trial_result *results = xcalloc(specs->list.len, sizeof(*results));
	struct error *err;

	for (size_t i = first; i < specs->list.len; i++)
		if (str_eq(specs->list.data[i].family, family))
			cells[nr++] = i;
	err = tester_run(tester, tester->tree, "test", cells, nr, NULL, results);
	for (size_t i = 0; !err && i < nr; i++) {
		int this = status_of(&results[i]);

		print(specs->list.data[cells[i]].name, &results[i]);
		if (rank(this) > rank(*status))
			*status = this;
	}
	for (size_t i = 0; i < nr; i++)
		trial_result_release(&results[i]);
	free(results);
	free(cells);
	return err;
}

static bool is_first_of_family(const struct cell_specs *specs, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq(specs->list.data[i].family, specs->list.data[at].family))
			return false;
	return true;
}

static struct error *test(const struct arguments *args, int *status)
{
	_cleanup_(cell_specs_release) struct cell_specs specs = { 0 };
	char runs[] = "/tmp/btfmatrix-test-XXXXXX";
	struct tester tester = {
		.predicate = &args->predicate,
		.cells = &specs,
		.tree = args->kernel_dir,
		.series = args->series,
		.feature = args->feature,
		.jobs = args->jobs,
		.retries = args->retries,
		.runs = runs,
	};
	struct error *err = cell_specs_parse(args->cells, &specs), *remove_err;

	if (err)
		return err;
	if (args->predicate.kind == PREDICATE_LAYOUT)
		return error_new(
			ERROR_INPUT,
			"--layout-of needs a good end to hold it against: btfmatrix bisect");
	if (!mkdtemp(runs))
		return error_new(ERROR_SYSTEM, "cannot make a folder in /tmp");
	for (size_t i = 0; !err && i < specs.list.len; i++)
		if (is_first_of_family(&specs, i))
			err = test_family(&tester, i, status);
	remove_err = tree_remove(runs);
	if (!err)
		return remove_err;
	error_free(remove_err);
	return err;
}

int cmd_test(int argc, char **argv)
{
	struct arguments args = { .kernel_dir = ".",
				  .retries = DEFAULT_RETRIES,
				  .jobs = cpus_available() };
	int status = TEST_GOOD;
	struct error *err;

	/* A status of 2 would make the commit bad. */
	argp_err_exit_status = TEST_ABORT;
	argp_parse(&argp, argc, argv, 0, NULL, &args);
	err = test(&args, &status);
	predicate_release(&args.predicate);
	if (err) {
		command_fail(err);
		return TEST_ABORT;
	}
	return status;
}
