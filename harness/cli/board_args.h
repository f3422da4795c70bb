/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that say how a board is booted, and targets by their names. */
#ifndef BTFMATRIX_CLI_BOARD_ARGS_H
#define BTFMATRIX_CLI_BOARD_ARGS_H

#include <argp.h>

#include "boot/board.h"
#include "target/named.h"

/** For argp's children; its input is a zeroed struct board, whose strings are the command line's. */
extern const struct argp board_argp;

#define BOARD_ARGS_TITLE "A board on a serial line:"

/** Whether any of the options was there. */
bool board_is_given(const struct board *board);

/* What --target means, with what targets.ini has of it. Strings are borrowed from there and from the options. */
struct chosen_target {
	struct named_targets *named;
	/* "ssh:HOST", ...; where NULL, no target was named */
	const char *target;
	/* NULL: nothing says it */
	const char *arch;
	/* given options first, then those of targets.ini */
	struct board board;
	/* 0: nothing says it */
	double deadline_s;
};

/**
 * @name as it is, or looked up. ERROR_INPUT for one that is neither a target nor a name, or where options for
 * a board go with no board. chosen_target_release() frees it, after a failure too.
 */
must_check struct error *choose_target(const char *name, const struct board *given,
				       struct chosen_target *ret);
void chosen_target_release(struct chosen_target *chosen);

#endif
