// SPDX-License-Identifier: GPL-2.0-only
#include "cli/format_args.h"

#include <errno.h>

#include "core/mem.h"

enum {
	OPT_FORMAT = 0x5000
};

static const struct argp_option options[] = {
	{ "format", OPT_FORMAT, "text|json", 0, "how to print it (default: text)", 0 },
	{ 0 },
};

static const char *const names[] = {
	[FORMAT_TEXT] = "text",
	[FORMAT_JSON] = "json",
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != OPT_FORMAT)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (str_eq(names[i], arg)) {
			*(enum output_format *)state->input = (enum output_format)i;
			return 0;
		}
	}
	argp_error(state, "--format: '%s' is neither text nor json", arg);
	return EINVAL;
}

const struct argp format_argp = { .options = options, .parser = parse_option };
