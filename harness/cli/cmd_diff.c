// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix diff: what differs between the variables of two images. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/format_args.h"
#include "cli/number_arg.h"
#include "core/cleanup.h"
#include "layout/image_diff.h"
#include "layout/image_vars.h"

enum {
	OPT_MODULE_A = 0x6000,
	OPT_MODULE_B,
	OPT_LIMIT,
	/* variables shown of each kind unless --limit says otherwise */
	DEFAULT_LIMIT = 20,
	MAX_LIMIT = 1000000,
};

struct arguments {
	const char *files[2], *modules[2];
	size_t limit;
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
	case ARGP_KEY_ARG:
		if (state->arg_num >= 2)
			argp_error(state, "'%s': two files are compared, not more", arg);
		else
			arguments->files[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "two files are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "module-a", OPT_MODULE_A, "FILE", 0, "vmlinux_btf_extra.ko of A", 0 },
	{ "module-b", OPT_MODULE_B, "FILE", 0, "vmlinux_btf_extra.ko of B", 0 },
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

static struct error *open_side(const struct arguments *arguments, size_t side,
			       struct image_vars **ret)
{
	struct error *err = image_vars_open(arguments->files[side], arguments->modules[side], ret);

	if (!err)
		image_vars_warn(*ret);
	return err;
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
		.doc = "Says which variables were added, removed, moved, resized or retyped from "
		       "vmlinux A to vmlinux B, by what their BTF says.\v"
		       "Exit status: 0 no difference, 1 differences, 2 could not be done.",
	};
	struct arguments arguments = { .limit = DEFAULT_LIMIT };
	_cleanup_(image_diff_release) struct image_diff diff = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *a = NULL;
	_cleanup_(image_vars_cleanup) struct image_vars *b = NULL;
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = open_side(&arguments, 0, &a);
	if (!err)
		err = open_side(&arguments, 1, &b);
	if (err)
		return command_fail(err);
	image_diff_make(a, b, &diff);
	print(&arguments, &diff);
	return image_diff_is_empty(&diff) ? STATUS_OK : STATUS_FINDINGS;
}
