// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix report: a run of the record, for people and for programs. */
#include <argp.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/record_args.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "record/record.h"
#include "report/baseline.h"
#include "report/ci.h"
#include "report/report.h"

enum {
	OPT_FORMAT = 0x100,
	OPT_BASELINE,
};

struct arguments {
	struct record_args record;
	const char *run, *output, *baseline;
	const struct report_format *format;
};

static const struct argp_option options[] = {
	{ "format", OPT_FORMAT, "text|json|junit|ktap|markdown|arches|cells|html", 0,
	  "how to print it (default: text)", 0 },
	{ "baseline", OPT_BASELINE, "RUN", 0,
	  "findings that this run has too are not new, and do not count for the exit status", 0 },
	{ "output", 'o', "FILE", 0, "write there, whole or not at all, instead of standard output",
	  0 },
	{ 0 },
};

static void parse_format(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	arguments->format = report_format_by_name(arg);
	if (!arguments->format)
		argp_error(state,
			   "--format: '%s' is none of text, json, junit, ktap, markdown, arches, "
			   "cells, html",
			   arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->record;
		return 0;
	case OPT_FORMAT:
		parse_format(arguments, arg, state);
		return 0;
	case OPT_BASELINE:
		arguments->baseline = arg;
		return 0;
	case 'o':
		arguments->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->run)
			argp_error(state, "one RUN at a time, not '%s' too", arg);
		arguments->run = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* From a page in the folder links need nothing, from one elsewhere the folder's whole path. */
static char *links_to(const char *folder, const char *output)
{
	_cleanup_free_ char *copy = output ? xstrdup(output) : NULL;
	_cleanup_free_ char *from = copy ? realpath(dirname(copy), NULL) : NULL;
	_cleanup_free_ char *to = realpath(folder, NULL);

	if (!to || (from && str_eq(from, to)))
		return NULL;
	return xasprintf("file://%s/", to);
}

static struct error *print(const struct arguments *arguments, const struct report *report)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *out = arguments->output ? open_memstream(&text, &len) : stdout;

	if (!out)
		return error_new(ERROR_SYSTEM, "no memory for the report");
	arguments->format->print(out, report);
	if (!arguments->output)
		return NULL;
	if (fclose(out))
		return error_new(ERROR_SYSTEM, "no memory for the report");
	return file_write_output(arguments->output, text, len, 0644);
}

static struct error *hold_against(struct db *db, const char *name, struct rec_run *run)
{
	_cleanup_(rec_run_release) struct rec_run baseline = { 0 };
	int64_t id;
	struct error *err = record_find_run(db, name, &id);

	if (!err)
		err = record_load_run(db, id, RECORD_WHOLE, &baseline);
	if (!err)
		baseline_mark(run, &baseline);
	return err;
}

/* Loads what the format needs and prints it. */
static struct error *make_report(struct db *db, const struct arguments *arguments,
				 struct rec_run *run, struct rec_history *history)
{
	_cleanup_free_ char *links = links_to(arguments->record.folder, arguments->output);
	const struct report report = {
		.run = run,
		.history = history,
		.folder = arguments->record.folder,
		.links = links,
	};
	int64_t id;
	struct error *err = record_find_run(db, arguments->run, &id);

	if (!err)
		err = record_load_run(db, id, RECORD_WHOLE, run);
	if (!err && arguments->baseline)
		err = hold_against(db, arguments->baseline, run);
	if (!err && arguments->format->history)
		err = record_history(db, NULL, REPORT_HISTORY_RUNS, history);
	if (!err)
		err = print(arguments, &report);
	return err ?: ci_tell(&report);
}

int cmd_report(int argc, char **argv)
{
	static const struct argp_child children[] = { { &record_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "[RUN]",
		.children = children,
		.doc = "Prints a run of the record: the newest, or RUN, which is its folder's "
		       "name, "
		       "the beginning of that, or latest~N.\v"
		       "Exit status: 0 all cells pass or are known, 1 findings, 2 a cell or the "
		       "report could not be done.",
	};
	struct arguments arguments = { .format = report_format_by_name("text") };
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_(rec_run_release) struct rec_run run = { 0 };
	_cleanup_(rec_history_release) struct rec_history history = { 0 };
	_cleanup_free_ char *folder = NULL;
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = record_args_open(&arguments.record, &folder, &db);
	arguments.record.folder = folder;
	if (!err)
		err = make_report(db, &arguments, &run, &history);
	return err ? command_fail(err) : report_status(&run);
}
