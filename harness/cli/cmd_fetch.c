// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix fetch: what a run would make in the cache first, for scripts and for looking at it. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build/pahole_tool.h"
#include "cli/command.h"
#include "config/project.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "source/kernel_source.h"
#include "toolroot/toolroot.h"

struct arguments {
	const char *what, *kernel_dir, *series;
};

static const struct argp_option options[] = {
	{ "kernel-dir", 'k', "DIR", 0, "Copy this kernel tree instead of Debian's source", 0 },
	{ "series", 's', "PATH", 0, SERIES_HELP, 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'k':
		args->kernel_dir = arg;
		return 0;
	case 's':
		args->series = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (args->what)
			argp_error(state, "one thing at a time, not '%s' too", arg);
		args->what = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->what)
			argp_error(state, "say what: 'pahole', 'pahole-1.24', 'root:trixie', or a "
					  "kernel line such as '6.12'");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "pahole[-VERSION]|root:NAME|KERNEL",
	.doc = "Get pahole, a tool root, or the patched source of a kernel line, into the cache "
	       "and "
	       "print its path.",
};

/* @name as pahole_tool_named() has it */
static int fetch_pahole(const char *name)
{
	_cleanup_(pahole_tool_release) struct pahole_tool tool = { 0 };
	struct error *err = pahole_tool_named(name, &tool);

	if (err)
		return command_fail(err);
	puts(tool.path);
	return STATUS_OK;
}

static struct error *find_line(const struct arguments *args, struct kernel_line **ret)
{
	_cleanup_(tree_version_release) struct tree_version version = { 0 };
	_cleanup_free_ char *path = NULL;
	struct error *err;

	if (args->kernel_dir) {
		err = tree_version_read(args->kernel_dir, &version);
		if (!err)
			*ret = kernel_line_of_tree(version.line);
		return err;
	}
	if (strchr(args->what, '/'))
		return error_new(ERROR_INPUT,
				 "'%s' is no kernel line; a tree is given with "
				 "--kernel-dir",
				 args->what);
	err = project_path(&path, "configs/kernels/%s.ini", args->what);
	if (!err && !path_exists(path))
		err = error_new(ERROR_INPUT,
				"there is no kernel line '%s': %s is not there; `btfmatrix plan` "
				"names those there are",
				args->what, path);
	return err ?: kernel_line_load(path, ret);
}

static int fetch_source(const struct arguments *args)
{
	_cleanup_(kernel_source_release) struct kernel_source source = { 0 };
	_cleanup_(kernel_line_cleanup) struct kernel_line *line = NULL;
	struct error *err = find_line(args, &line);

	if (!err) {
		const struct source_request request = {
			.line = line,
			.user_dir = args->kernel_dir,
			.series = args->series,
		};

		err = kernel_source_prepare(&request, &source);
	}
	if (err)
		return command_fail(err);
	puts(source.dir);
	return STATUS_OK;
}

static int fetch_root(const char *name)
{
	_cleanup_(toolroot_release) struct toolroot root = { 0 };
	struct error *err = toolroot_open(name, NULL, &root);

	if (err)
		return command_fail(err);
	printf("%s/run/usr/bin\n", root.dir);
	return STATUS_OK;
}

int cmd_fetch(int argc, char **argv)
{
	struct arguments args = { 0 };

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	if (str_eq(args.what, "pahole"))
		return fetch_pahole(NULL);
	if (str_starts(args.what, "root:"))
		return fetch_root(args.what + strlen("root:"));
	if (str_starts(args.what, "pahole-"))
		return fetch_pahole(args.what + strlen("pahole-"));
	return fetch_source(&args);
}
