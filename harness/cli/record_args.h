/* SPDX-License-Identifier: GPL-2.0-only */
/* --results DIR: which record a command reads. Use as select_argp (cli/select_args.h). */
#ifndef BTFMATRIX_CLI_RECORD_ARGS_H
#define BTFMATRIX_CLI_RECORD_ARGS_H

#include <argp.h>

#include "record/record.h"

struct record_args {
	/* borrowed; NULL: where `btfmatrix run` puts it */
	const char *folder;
};

extern const struct argp record_argp;

/** The folder that `btfmatrix run` uses without --results. The caller frees it. */
must_check struct error *default_results(char **ret);

/** Opens it for reading; the caller frees the folder's name. */
must_check struct error *record_args_open(const struct record_args *args, char **folder_ret,
					  struct db **ret);

#endif
