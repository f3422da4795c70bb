// SPDX-License-Identifier: GPL-2.0-only
#include "cli/record_args.h"

#include <stdlib.h>
#include <unistd.h>

#include "config/project.h"
#include "core/mem.h"

enum {
	OPT_RESULTS = 0x6000
};

static const struct argp_option options[] = {
	{ "results", OPT_RESULTS, "DIR", 0,
	  "the folder with the record (default: that of `btfmatrix run`)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct record_args *args = state->input;

	if (key != OPT_RESULTS)
		return ARGP_ERR_UNKNOWN;
	args->folder = arg;
	return 0;
}

const struct argp record_argp = { .options = options, .parser = parse_option };

struct error *default_results(char **ret)
{
	struct error *err = project_path(ret, "results");

	if (err)
		return err;
	if (access(*ret, W_OK)) {
		free(*ret);
		*ret = xstrdup("btfmatrix-results");
	}
	return NULL;
}

struct error *record_args_open(const struct record_args *args, char **folder_ret, struct db **ret)
{
	struct error *err = NULL;

	if (args->folder)
		*folder_ret = xstrdup(args->folder);
	else
		err = default_results(folder_ret);
	return err ?: record_open(*folder_ret, DB_READ, ret);
}
