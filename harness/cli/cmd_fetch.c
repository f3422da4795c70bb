// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix fetch: what a run would make in the cache first, for scripts and for looking at it. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "build/pahole_tool.h"
#include "cli/command.h"
#include "core/mem.h"
#include "source/kernel_source.h"

struct arguments {
	const char *what, *kernel_dir;
};

static const struct argp_option options[] = {
	{ "kernel-dir", 'k', "DIR", 0, "Copy this kernel tree instead of Debian's source", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'k':
		args->kernel_dir = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (args->what)
			argp_error(state, "one thing at a time, not '%s' too", arg);
		args->what = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->what)
			argp_error(state, "say what: 'pahole', or a kernel line such as '6.12'");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "pahole|KERNEL",
	.doc = "Get pahole, or the patched source of a kernel line, into the cache and print its "
	       "path.",
};

static int fetch_pahole(void)
{
	_cleanup_(pahole_tool_release) struct pahole_tool tool = { 0 };
	struct error *err = pahole_tool_find(&tool);

	if (err)
		return command_fail(err);
	puts(tool.path);
	return STATUS_OK;
}

static int fetch_source(const char *kernel, const char *kernel_dir)
{
	_cleanup_(kernel_source_release) struct kernel_source source = { 0 };
	struct error *err = kernel_source_prepare(kernel, kernel_dir, &source);

	if (err)
		return command_fail(err);
	puts(source.dir);
	return STATUS_OK;
}

int cmd_fetch(int argc, char **argv)
{
	struct arguments args = { 0 };

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	if (str_eq(args.what, "pahole"))
		return fetch_pahole();
	return fetch_source(args.what, args.kernel_dir);
}
