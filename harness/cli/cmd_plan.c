// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix plan: which cells a run would have, and why any is left out. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/select_args.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "plan/plan.h"

static struct error *print_text(struct plan *plan)
{
	size_t nr_families = 0;

	vec_for_each(cell, &plan->cells) {
		bool first = cell == plan->cells.data;

		/* a family is in one piece, so a change of the name is a new one */
		if (first || !str_eq(cell[-1].family, cell->family))
			nr_families++;
		printf("%s\n", cell->name);
	}
	vec_for_each(omitted, &plan->omitted)
		printf("left out: %s: %s\n", omitted->name, omitted->reason);
	printf("%zu cell%s in %zu famil%s, %zu left out (%s)\n", plan->cells.len,
	       plan->cells.len == 1 ? "" : "s", nr_families, nr_families == 1 ? "y" : "ies",
	       plan->omitted.len, plan->matrix_path);
	return NULL;
}

static struct error *print_json(struct plan *plan)
{
	json_t *cells = json_array();
	json_t *omitted = json_array();

	vec_for_each(cell, &plan->cells)
		json_array_append_new(
			cells, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name", cell->name,
					 "family", cell->family, "arch", cell->arch->name,
					 "toolchain", cell->toolchain->name, "kernel", cell->kernel,
					 "mode", btf_mode_name(cell->mode)));
	vec_for_each(out, &plan->omitted)
		json_array_append_new(omitted, json_pack("{s:s, s:s}", "name", out->name, "reason",
							 out->reason));

	json_t *root = json_pack("{s:s, s:o, s:o}", "matrix", plan->matrix_path, "cells", cells,
				 "omitted", omitted);
	/* The path is the only string here that a user gives. */
	if (!root)
		return error_new(ERROR_INPUT, "the matrix's path is no UTF-8, as JSON needs");
	json_dumpf(root, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(root);
	return NULL;
}

static const struct {
	const char *name;
	struct error *(*print)(struct plan *plan);
} formats[] = {
	{ "text", print_text },
	{ "json", print_json },
};

struct arguments {
	struct plan_request request;
	struct error *(*print)(struct plan *plan);
};

enum {
	OPT_FORMAT = 0x5000
};

static void parse_format(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (str_eq(formats[i].name, arg)) {
			arguments->print = formats[i].print;
			return;
		}
	}
	argp_error(state, "--format: '%s' is neither text nor json", arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->request;
		return 0;
	case OPT_FORMAT:
		parse_format(arguments, arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_plan(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "format", OPT_FORMAT, "text|json", 0, "how to print it (default: text)", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = {
		{ &select_argp, 0, SELECT_ARGS_TITLE, 1 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.children = children,
		.doc = "Prints the cells of a matrix in the order in which they run, and why any "
		       "is "
		       "left out.",
	};
	struct arguments arguments = { .print = print_text };
	_cleanup_(plan_cleanup) struct plan *plan = NULL;

	argp_err_exit_status = STATUS_ERROR;
	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;

	struct error *err = plan_make(&arguments.request, &plan);
	if (!err)
		err = arguments.print(plan);
	return err ? command_fail(err) : STATUS_OK;
}
