// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix diff: what differs between the variables of two images, or of the cells of two runs. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/diff_side.h"
#include "cli/format_args.h"
#include "cli/number_arg.h"
#include "core/cleanup.h"
#include "layout/diff_why.h"
#include "layout/image_diff.h"
#include "layout/image_vars.h"
#include "layout/run_diff.h"

enum {
	OPT_MODULE_A = 0x6000,
	OPT_MODULE_B,
	OPT_LIMIT,
	OPT_WHY,
	/* variables shown of each kind unless --limit says otherwise */
	DEFAULT_LIMIT = 20,
	MAX_LIMIT = 1000000,
};

struct arguments {
	const char *files[2], *modules[2];
	size_t limit;
	bool why;
	enum output_format format;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->format;
		return 0;
	case OPT_MODULE_A:
		arguments->modules[0] = arg;
		return 0;
	case OPT_MODULE_B:
		arguments->modules[1] = arg;
		return 0;
	case OPT_LIMIT:
		arguments->limit = number_arg(state, "--limit", arg, 0, MAX_LIMIT);
		return 0;
	case OPT_WHY:
		arguments->why = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= 2)
			argp_error(state, "'%s': two things are compared, not more", arg);
		else
			arguments->files[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "two files, runs or cells of runs are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "module-a", OPT_MODULE_A, "FILE", 0, "vmlinux_btf_extra.ko of A", 0 },
	{ "module-b", OPT_MODULE_B, "FILE", 0, "vmlinux_btf_extra.ko of B", 0 },
	{ "why", OPT_WHY, NULL, 0,
	  "say of each variable that one has and the other lacks why it lacks it, by its symbols "
	  "and DWARF",
	  0 },
	{ "limit", OPT_LIMIT, "N", 0, "print at most N variables of each kind (20; 0: all)", 0 },
	{ 0 },
};

static void print(const struct arguments *arguments, const struct image_diff *diff)
{
	json_t *root;

	if (arguments->format == FORMAT_TEXT) {
		image_diff_print_text(stdout, diff, arguments->limit);
		return;
	}
	root = image_diff_to_json(diff);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static struct error *side_files(const struct arguments *arguments, const struct diff_side *side,
				size_t i, const char **vmlinux_ret, const char **module_ret)
{
	struct error *err = diff_side_images(side, vmlinux_ret, module_ret);

	if (arguments->modules[i])
		*module_ret = arguments->modules[i];
	return err;
}

/* What is in A alone is explained by B's image, and the other way round. */
static struct error *explain(const struct arguments *arguments, const struct diff_side *sides,
			     struct image_diff *diff)
{
	static const enum diff_kind lacked[] = { DIFF_ADDED, DIFF_REMOVED };
	struct error *err = NULL;

	for (size_t i = 0; i < 2 && !err; i++) {
		struct diff_list *list = &diff->kinds[lacked[i]];
		const char *vmlinux, *module;

		err = side_files(arguments, &sides[i], i, &vmlinux, &module);
		if (!err && list->list.len)
			err = diff_why(vmlinux, module, list);
	}
	return err;
}

static struct error *open_images(const struct arguments *arguments, const struct diff_side *side,
				 size_t i, struct image_vars **ret)
{
	const char *vmlinux, *module;
	struct error *err = side_files(arguments, side, i, &vmlinux, &module);

	if (!err)
		err = image_vars_open(vmlinux, module, ret);
	if (!err)
		image_vars_warn(*ret);
	return err;
}

static struct error *diff_images(const struct arguments *arguments, const struct diff_side *sides,
				 int *status_ret)
{
	_cleanup_(image_diff_release) struct image_diff diff = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *a = NULL;
	_cleanup_(image_vars_cleanup) struct image_vars *b = NULL;
	struct error *err = open_images(arguments, &sides[0], 0, &a);

	if (!err)
		err = open_images(arguments, &sides[1], 1, &b);
	if (err)
		return err;
	image_diff_make(a, b, &diff);
	if (arguments->why)
		err = explain(arguments, sides, &diff);
	if (err)
		return err;
	print(arguments, &diff);
	*status_ret = image_diff_is_empty(&diff) ? STATUS_OK : STATUS_FINDINGS;
	return NULL;
}

/* What the visitor of two runs' cells knows. */
struct visit {
	const struct arguments *arguments;
	/* for JSON; else NULL */
	json_t *cells;
	size_t nr_cells;
	int status;
};

static void visit_cell(void *user, const struct cell_diff *diff)
{
	struct visit *visit = user;

	visit->nr_cells++;
	if (visit->cells)
		json_array_append_new(visit->cells, cell_diff_to_json(diff));
	else
		cell_diff_print_text(stdout, diff, visit->arguments->limit);
	if (diff->problem)
		visit->status = STATUS_ERROR;
	else if (!cell_diff_is_empty(diff) && visit->status == STATUS_OK)
		visit->status = STATUS_FINDINGS;
}

static struct error *diff_runs(const struct arguments *arguments, const struct diff_side *sides,
			       int *status_ret)
{
	const char *cell = sides[0].cell ? sides[0].cell : sides[1].cell;
	struct visit visit = {
		.arguments = arguments,
		.cells = arguments->format == FORMAT_JSON ? json_array() : NULL,
		.status = STATUS_OK,
	};

	run_diff_make(&sides[0].run, &sides[1].run, cell, visit_cell, &visit);
	if (visit.cells) {
		json_t *root = json_pack("{s:o}", "cells", visit.cells);

		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(root);
	}
	if (!visit.nr_cells)
		return error_new(ERROR_INPUT, "no cell%s%s in %s or %s", cell ? " " : "",
				 cell ? cell : "", sides[0].run.path, sides[1].run.path);
	*status_ret = visit.status;
	return NULL;
}

/* All cells of both, or one cell by the same name: verdicts and findings are compared too. */
static bool are_runs(const struct diff_side *sides)
{
	if (sides[0].file || sides[1].file)
		return false;
	return !sides[0].cell || !sides[1].cell || str_eq(sides[0].cell, sides[1].cell);
}

int cmd_diff(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &format_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "A B",
		.children = children,
		.doc = "Says which variables were added, removed, moved, resized or retyped from A "
		       "to B, by what their BTF says. Each is a vmlinux, the results folder of a "
		       "run, or RUN:CELL, one cell of a run. Of two runs the verdicts and findings "
		       "of the cells are compared too.\v"
		       "Exit status: 0 no difference, 1 differences, 2 could not be done.",
	};
	struct arguments arguments = { .limit = DEFAULT_LIMIT };
	struct diff_side sides[2] = { 0 };
	int status = STATUS_ERROR;
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = diff_side_open(arguments.files[0], &sides[0]);
	if (!err)
		err = diff_side_open(arguments.files[1], &sides[1]);
	if (!err && are_runs(sides))
		err = diff_runs(&arguments, sides, &status);
	else if (!err)
		err = diff_images(&arguments, sides, &status);
	diff_side_release(&sides[0]);
	diff_side_release(&sides[1]);
	return err ? command_fail(err) : status;
}
