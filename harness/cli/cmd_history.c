// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix history: cells over the runs of the record. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/format_args.h"
#include "cli/number_arg.h"
#include "cli/record_args.h"
#include "core/cleanup.h"
#include "report/history.h"

enum {
	OPT_RUNS = 0x100,
	MAX_RUNS = 1000000,
};

struct arguments {
	struct record_args record;
	enum output_format format;
	const char *cell;
	/* 0: all */
	int64_t runs;
};

static const struct argp_option options[] = {
	{ "runs", OPT_RUNS, "N", 0, "of the newest N runs alone", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->format;
		state->child_inputs[1] = &arguments->record;
		return 0;
	case OPT_RUNS:
		arguments->runs = (int64_t)number_arg(state, "--runs", arg, 1, MAX_RUNS);
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->cell)
			argp_error(state, "one CELL at a time, not '%s' too", arg);
		arguments->cell = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* "s390x", "s390x/gcc" and "s390x/gcc/6.12/m" all have the last one. */
static bool is_wanted(const char *name, const char *wanted)
{
	size_t len = wanted ? strlen(wanted) : 0;

	return !wanted || (strncmp(name, wanted, len) == 0 && (!name[len] || name[len] == '/'));
}

/* Leaves the points that are wanted at the front, and returns how many. */
static size_t keep_wanted(struct rec_history *history, const char *wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->points.len; i++) {
		struct rec_point point = history->points.data[i];

		if (!is_wanted(point.cell, wanted))
			continue;
		history->points.data[i] = history->points.data[kept];
		history->points.data[kept++] = point;
	}
	return kept;
}

static void print(const struct rec_history *history, size_t nr, enum output_format format)
{
	const struct rec_point *points = history->points.data;
	json_t *json;

	if (format == FORMAT_JSON) {
		json = history_to_json(points, nr);
		json_dumpf(json, stdout, JSON_INDENT(2));
		fputc('\n', stdout);
		json_decref(json);
	} else if (nr && str_eq(points[0].cell, points[nr - 1].cell)) {
		history_print_cell(stdout, points, nr);
	} else {
		history_print_cells(stdout, points, nr);
	}
}

int cmd_history(int argc, char **argv)
{
	static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 },
						      { &record_argp, 0, NULL, 0 },
						      { 0 } };
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "[CELL]",
		.children = children,
		.doc = "Prints what each run of the record says of a cell: sizes, verdict, build "
		       "time. CELL may be the beginning of a name, up to a '/'; for several cells "
		       "it is a line for each.",
	};
	struct arguments arguments = { 0 };
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_history_release) struct rec_history history = { 0 };
	_cleanup_free_ char *folder = NULL;
	struct error *err;
	size_t nr = 0;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = record_args_open(&arguments.record, &folder, &db);
	if (!err)
		err = record_history(db, NULL, arguments.runs, &history);
	if (!err) {
		nr = keep_wanted(&history, arguments.cell);
		if (!nr)
			err = error_new(ERROR_INPUT,
					"%s has no cell '%s'; `btfmatrix history` lists them",
					db->path, arguments.cell ?: "");
	}
	if (err)
		return command_fail(err);
	print(&history, nr, arguments.format);
	return STATUS_OK;
}
