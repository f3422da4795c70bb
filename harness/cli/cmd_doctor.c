// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix doctor: which tools a run would use, and what is missing. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/diagnosis.h"
#include "cli/format_args.h"
#include "cli/select_args.h"
#include "core/cleanup.h"
#include "core/json_text.h"
#include "core/mem.h"
#include "plan/plan.h"

static size_t count_missing(struct diagnoses *found)
{
	size_t missing = 0;

	vec_for_each(d, &found->list)
		missing += !d->ok;
	return missing;
}

static void print_text(struct diagnoses *found)
{
	size_t missing = count_missing(found);

	vec_for_each(d, &found->list) {
		printf("%-8s %-24s %s\n", d->ok ? "ok" : "missing", d->what, d->detail);
		if (!d->ok)
			printf("%-8s %-24s %s\n", "", "", d->mend);
	}
	if (missing)
		printf("%zu of %zu missing\n", missing, found->list.len);
	else
		printf("all there\n");
}

static void print_json(struct diagnoses *found)
{
	json_t *root = json_array();

	vec_for_each(d, &found->list)
		json_array_append_new(root,
				      json_pack("{s:o, s:s, s:o, s:o}", "what", json_text(d->what),
						"state", d->ok ? "ok" : "missing", "detail",
						json_text(d->detail), "mend", json_text(d->mend)));
	json_dumpf(root, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(root);
}

struct arguments {
	struct plan_request request;
	enum output_format format;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &arguments->format;
	state->child_inputs[1] = &arguments->request;
	return 0;
}

int cmd_doctor(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &format_argp, 0, NULL, 0 },
		{ &select_argp, 0, SELECT_ARGS_TITLE, 1 },
		{ 0 },
	};
	static const struct argp argp = {
		.parser = parse_option,
		.children = children,
		.doc = "Says which tools a run of these cells would use and what is missing, with "
		       "what to do about it. Changes nothing. Exit status 2 if anything is "
		       "missing.",
	};
	static void (*const print[])(struct diagnoses * found) = {
		[FORMAT_TEXT] = print_text,
		[FORMAT_JSON] = print_json,
	};
	struct arguments arguments = { 0 };
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	_cleanup_(diagnoses_release) struct diagnoses found = { 0 };

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;

	struct error *err = plan_make(&arguments.request, &plan);
	if (!err)
		err = diagnose(plan, &found);
	if (err)
		return command_fail(err);
	print[arguments.format](&found);
	return count_missing(&found) ? STATUS_ERROR : STATUS_OK;
}
