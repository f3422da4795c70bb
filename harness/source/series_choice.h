/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of our series a kernel gets: patches/linux/NAME/series.ini has the range of each. */
#ifndef BTFMATRIX_SOURCE_SERIES_CHOICE_H
#define BTFMATRIX_SOURCE_SERIES_CHOICE_H

#include "core/cleanup.h"
#include "core/error.h"

/* All strings are owned. */
struct series_choice {
	/* folder of the series, and its name in patches/linux; NULL: none is for this kernel */
	char *dir, *name;
	/* the series whose range is nearest, for messages: "6.12 (6.10..6.19)"; NULL: there are none at all */
	char *nearest;
	/* every series with its range: "6.1 (6.1..6.9), 6.12 (6.10..6.19)" */
	char *all;
};

/**
 * Chooses for kernel @version, e.g. "6.12" (sublevels play no part): of the series whose range has it, the one
 * whose range begins last. ERROR_INPUT where a series.ini is malformed.
 */
must_check struct error *series_choose(const char *version, struct series_choice *ret);
void series_choice_release(struct series_choice *choice);

#endif
