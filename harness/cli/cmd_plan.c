// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix plan: which cells a run would have, and why any is left out. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/format_args.h"
#include "cli/select_args.h"
#include "core/cleanup.h"
#include "core/json_text.h"
#include "core/mem.h"
#include "plan/plan.h"

static void print_text(struct plan *plan)
{
	size_t nr_families = 0, nr_trees = 0;

	vec_for_each(cell, &plan->cells) {
		bool first = cell == plan->cells.data;

		/* families and trees are in one piece, so a change of the name is a new one */
		if (first || !str_eq(cell[-1].family, cell->family))
			nr_families++;
		if (first || !str_eq(cell[-1].tree, cell->tree))
			nr_trees++;
		printf("%s\n", cell->name);
	}
	vec_for_each(omitted, &plan->omitted)
		printf("left out: %s: %s\n", omitted->name, omitted->reason);
	printf("%zu cell%s in %zu famil%s on %zu object tree%s, %zu left out (%s)\n",
	       plan->cells.len, plan->cells.len == 1 ? "" : "s", nr_families,
	       nr_families == 1 ? "y" : "ies", nr_trees, nr_trees == 1 ? "" : "s",
	       plan->omitted.len, plan->matrix_path);
}

static void print_json(struct plan *plan)
{
	json_t *cells = json_array();
	json_t *omitted = json_array();

	vec_for_each(cell, &plan->cells)
		json_array_append_new(
			cells, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s}", "name",
					 cell->name, "family", cell->family, "tree", cell->tree,
					 "profile", json_text(cell->profile->name), "pahole",
					 json_text(cell->pahole->text), "arch", cell->arch->name,
					 "toolchain", cell->toolchain->name, "kernel", cell->kernel,
					 "mode", btf_mode_name(cell->mode)));
	vec_for_each(out, &plan->omitted)
		json_array_append_new(omitted, json_pack("{s:o, s:o}", "name", json_text(out->name),
							 "reason", json_text(out->reason)));

	json_t *root = json_pack("{s:o, s:o, s:o}", "matrix", json_text(plan->matrix_path), "cells",
				 cells, "omitted", omitted);

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

int cmd_plan(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &format_argp, 0, NULL, 0 },
		{ &select_argp, 0, SELECT_ARGS_TITLE, 1 },
		{ 0 },
	};
	static const struct argp argp = {
		.parser = parse_option,
		.children = children,
		.doc = "Prints the cells of a matrix in the order in which they run, and why any "
		       "other is left out.",
	};
	static void (*const print[])(struct plan * plan) = {
		[FORMAT_TEXT] = print_text,
		[FORMAT_JSON] = print_json,
	};
	struct arguments arguments = { 0 };
	_cleanup_(plan_cleanup) struct plan *plan = NULL;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;

	struct error *err = plan_make(&arguments.request, &plan);
	if (err)
		return command_fail(err);
	print[arguments.format](plan);
	return STATUS_OK;
}
