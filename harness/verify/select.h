/* SPDX-License-Identifier: GPL-2.0-only */
/* Which checks to run: `--checks percpu.*,-percpu.linkage`. */
#ifndef BTFMATRIX_VERIFY_SELECT_H
#define BTFMATRIX_VERIFY_SELECT_H

#include <stdbool.h>

#include "core/error.h"

/**
 * Reads a list of ids and shell patterns of ids with commas between them, of which "+" adds and "-" takes
 * away, in their order; one without a sign adds too. Where the first has a sign the list begins with all
 * checks, else with none. ERROR_INPUT for what matches no check, with names that are near, and where
 * nothing is left to run.
 *
 * @selected_ret gets an array for verify_input.selected, the caller's to free.
 */
must_check struct error *select_checks(const char *list, bool **selected_ret);

#endif
