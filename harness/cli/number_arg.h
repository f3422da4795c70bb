/* SPDX-License-Identifier: GPL-2.0-only */
/* An option's number. */
#ifndef BTFMATRIX_CLI_NUMBER_ARG_H
#define BTFMATRIX_CLI_NUMBER_ARG_H

#include <argp.h>

/**
 * @arg as a decimal number from @min to @max; else argp_error(), which names @option ("--limit") and does
 * not return unless the parser was told not to exit.
 */
unsigned long number_arg(const struct argp_state *state, const char *option, const char *arg,
			 unsigned long min, unsigned long max);

#endif
