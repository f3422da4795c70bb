/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line's comma-separated selection from one list of the matrix. */
#ifndef BTFMATRIX_PLAN_SELECT_H
#define BTFMATRIX_PLAN_SELECT_H

#include "config/strv.h"
#include "core/error.h"

/**
 * Picks the entries of @all that @wanted names ("a,b"; NULL: all), in the order of @all. The caller
 * frees the list. ERROR_INPUT for a name @all does not have (the message lists what it has) and for
 * an empty one; @option ("--arch") and @where (the matrix's path) are for messages.
 */
must_check struct error *plan_select(const char *option, const char *wanted, const char *const *all,
				     const char *where, strv *ret);

#endif
