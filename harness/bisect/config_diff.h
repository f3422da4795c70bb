/* SPDX-License-Identifier: GPL-2.0-only */
/* The differences between two files of Kconfig lines, and the file that has some of them. */
#ifndef BTFMATRIX_BISECT_CONFIG_DIFF_H
#define BTFMATRIX_BISECT_CONFIG_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/mem.h"
#include "core/strbuf.h"

/* A symbol and the lines that set it: "CONFIG_X=y", "# CONFIG_X is not set". NULL: that file does not. */
struct config_line_pair {
	char *symbol, *good, *bad;
};

struct config_diff {
	/* sorted by symbol */
	VEC(struct config_line_pair) pairs;
	/* of them, those whose lines differ */
	VEC(size_t) differences;
};

/** Reads the two. ERROR_INPUT where one cannot be read, or they do not differ. */
must_check struct error *config_diff_load(const char *good_path, const char *bad_path,
					  struct config_diff *ret);
void config_diff_release(struct config_diff *diff);

/** The good file with the differences for which @chosen (by their number) is true. */
void config_diff_write(const struct config_diff *diff, const bool *chosen, struct strbuf *sb);

#endif
