// SPDX-License-Identifier: GPL-2.0-only
#include "cli/number_arg.h"

#include <errno.h>
#include <stdlib.h>

unsigned long number_arg(const struct argp_state *state, const char *option, const char *arg,
			 unsigned long min, unsigned long max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(arg, &end, 10);
	/* strtoul() also takes spaces and signs */
	if (*arg < '0' || *arg > '9' || *end || errno || value < min || value > max) {
		argp_error(state, "%s: '%s' is no number from %lu to %lu", option, arg, min, max);
		return min;
	}
	return value;
}
