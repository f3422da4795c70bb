/* SPDX-License-Identifier: GPL-2.0-only */
/* What `btfmatrix pahole` was asked to do, and the doing where that is to make BTF. */
#ifndef BTFMATRIX_CLI_PAHOLE_ENCODE_H
#define BTFMATRIX_CLI_PAHOLE_ENCODE_H

#include <stdbool.h>

#include "cli/pahole_args.h"
#include "core/error.h"

struct pahole_request {
	/* the pahole to run; where the report goes (NULL: not said) */
	const char *real, *report;
	bool stock;
	/* the variables are ours to encode and not pahole's */
	bool encode;
	/* NULL-terminated, without program name */
	char **pahole_argv;
	struct pahole_args args;
};

/**
 * Makes BTF and puts it where the arguments say, then writes the report. @status_ret is pahole's exit
 * status where that failed, or objcopy's; then nothing was put anywhere.
 */
must_check struct error *pahole_encode(const struct pahole_request *request, int *status_ret);

/** The same by pahole alone, with an empty report. */
must_check struct error *pahole_encode_unrepaired(const struct pahole_request *request,
						  int *status_ret);

#endif
