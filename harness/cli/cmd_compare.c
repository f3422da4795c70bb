// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix compare: what broke, what was mended, which layouts moved from one run to another. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/format_args.h"
#include "cli/record_args.h"
#include "core/cleanup.h"
#include "report/compare.h"

struct arguments {
	struct record_args record;
	enum output_format format;
	const char *runs[2];
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->format;
		state->child_inputs[1] = &arguments->record;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= ARRAY_SIZE(arguments->runs))
			argp_error(state, "two runs are compared, and '%s' is one more", arg);
		arguments->runs[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num == 1)
			argp_error(state,
				   "two runs are compared, or none is named: the two newest");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct error *load(struct db *db, const char *name, struct rec_run *run)
{
	int64_t id;
	struct error *err = record_find_run(db, name, &id);

	return err ?: record_load_run(db, id, RECORD_WHOLE, run);
}

static void print(const struct run_compare *compare, enum output_format format)
{
	json_t *json;

	if (format == FORMAT_TEXT) {
		run_compare_print_text(stdout, compare);
		return;
	}
	json = run_compare_to_json(compare);
	json_dumpf(json, stdout, JSON_INDENT(2));
	fputc('\n', stdout);
	json_decref(json);
}

int cmd_compare(int argc, char **argv)
{
	static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 },
						      { &record_argp, 0, NULL, 0 },
						      { 0 } };
	static const struct argp argp = {
		.parser = parse_option,
		.args_doc = "[RUN RUN]",
		.children = children,
		.doc = "Says what changed from the first run to the second: cells that broke or "
		       "were "
		       "mended, findings that came or went, per-CPU layouts that moved. Without "
		       "names these are the two newest.\v"
		       "Exit status: 0 nothing is worse, 1 something broke or has a finding that "
		       "is "
		       "neither known nor in the first run, 2 they could not be compared.",
	};
	struct arguments arguments = { 0 };
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run a = { 0 }, b = { 0 };
	_cleanup_(run_compare_release) struct run_compare compare = { 0 };
	_cleanup_free_ char *folder = NULL;
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = record_args_open(&arguments.record, &folder, &db);
	if (!err)
		err = load(db, arguments.runs[0] ?: "latest~1", &a);
	if (!err)
		err = load(db, arguments.runs[1] ?: "latest", &b);
	if (err)
		return command_fail(err);
	run_compare_make(&a, &b, &compare);
	print(&compare, arguments.format);
	return run_compare_is_worse(&compare) ? STATUS_FINDINGS : STATUS_OK;
}
