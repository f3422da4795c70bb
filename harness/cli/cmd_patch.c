// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix patch: whether a series applies to a kernel tree, and where it does not. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/format_args.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "source/series_check.h"
#include "source/tree_version.h"
#include "source/wanted_series.h"

struct arguments {
	const char *tree, *series;
	enum output_format format;
};

/* All that is known of a tree. */
struct answer {
	struct tree_version version;
	struct wanted_series wanted;
	struct series_report report;
};

static void answer_release(struct answer *answer)
{
	series_report_release(&answer->report);
	wanted_series_release(&answer->wanted);
	tree_version_release(&answer->version);
}

static void print_hunks(struct patch_report *patch)
{
	vec_for_each(hunk, &patch->hunks) {
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

		hunk_describe(hunk, &sb);
		printf("    %-10s %s\n", patch_state_name(hunk->state), strbuf_str(&sb));
	}
}

static void print_text(struct answer *answer)
{
	size_t count[PATCH_STATE_COUNT] = { 0 };

	printf("Linux %s: %s\n", answer->version.full, answer->wanted.name);
	vec_for_each(patch, &answer->report.patches) {
		printf("  %-13s %s\n", patch_state_name(patch->state),
		       path_base_name(patch->patch));
		print_hunks(patch);
		count[patch->state]++;
	}
	printf("%zu of %zu patches apply, %zu are there, %zu are half there, %zu conflict\n",
	       count[PATCH_APPLIES], answer->report.patches.len, count[PATCH_PRESENT],
	       count[PATCH_PARTLY], count[PATCH_CONFLICTS]);
}

static json_t *hunks_json(struct patch_report *patch)
{
	json_t *hunks = json_array();

	vec_for_each(hunk, &patch->hunks)
		json_array_append_new(hunks,
				      json_pack("{s:o, s:i, s:i, s:i, s:s, s:o}", "file",
						json_text(hunk->file), "number", (int)hunk->number,
						"of", (int)hunk->nr_hunks, "line", (int)hunk->line,
						"state", patch_state_name(hunk->state), "reason",
						json_text(hunk->reason)));
	return hunks;
}

static void print_json(struct answer *answer)
{
	json_t *patches = json_array();

	vec_for_each(patch, &answer->report.patches)
		json_array_append_new(patches, json_pack("{s:o, s:s, s:o}", "patch",
							 json_text(path_base_name(patch->patch)),
							 "state", patch_state_name(patch->state),
							 "hunks", hunks_json(patch)));

	json_t *root = json_pack("{s:s, s:o, s:o, s:o}", "schema", "btfmatrix-patch-1", "kernel",
				 json_text(answer->version.full), "series",
				 json_text(answer->wanted.name), "patches", patches);

	json_dumpf(root, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(root);
}

static struct error *find_answer(const struct arguments *args, struct answer *answer)
{
	struct error *err = tree_version_read(args->tree, &answer->version);

	if (!err)
		err = wanted_series_load(answer->version.line, args->series, &answer->wanted);
	if (!err)
		err = series_check(&answer->wanted.series, args->tree, &answer->report);
	return err;
}

enum {
	OPT_CHECK = 0x100,
	OPT_SERIES
};

static const struct argp_option options[] = {
	{ "check", OPT_CHECK, "TREE", 0, "the kernel tree, a repository or not; it is only read",
	  0 },
	{ "series", OPT_SERIES, "PATH", 0, SERIES_HELP, 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->format;
		return 0;
	case OPT_CHECK:
		args->tree = arg;
		return 0;
	case OPT_SERIES:
		args->series = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is no option; give the tree with --check", arg);
		return EINVAL;
	case ARGP_KEY_END:
		if (!args->tree)
			argp_error(state, "--check: the kernel tree must be given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_patch(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &format_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.children = children,
		.doc = "Says for each patch of the series for a kernel tree whether it applies, is "
		       "there already, is half there, or conflicts, and in which hunks. Exit "
		       "status: "
		       "0 all can be applied or are there, 1 not all, 2 it could not be told.",
	};
	static void (*const print[])(struct answer * answer) = {
		[FORMAT_TEXT] = print_text,
		[FORMAT_JSON] = print_json,
	};
	_cleanup_(answer_release) struct answer answer = { 0 };
	struct arguments args = { 0 };
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &args))
		return STATUS_ERROR;
	err = find_answer(&args, &answer);
	if (err)
		return command_fail(err);
	print[args.format](&answer);
	return series_report_find_bad(&answer.report) ? STATUS_FINDINGS : STATUS_OK;
}
