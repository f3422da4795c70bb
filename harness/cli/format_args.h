/* SPDX-License-Identifier: GPL-2.0-only */
/* --format text|json. Use as select_argp (cli/select_args.h); its input is an enum output_format. */
#ifndef BTFMATRIX_CLI_FORMAT_ARGS_H
#define BTFMATRIX_CLI_FORMAT_ARGS_H

#include <argp.h>

enum output_format {
	/* what a zeroed struct has, so the default */
	FORMAT_TEXT,
	FORMAT_JSON,
};

extern const struct argp format_argp;

#endif
