/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line's comma-separated selection, in place of one list of the matrix. */
#ifndef BTFMATRIX_PLAN_SELECT_H
#define BTFMATRIX_PLAN_SELECT_H

#include "config/strv.h"
#include "core/error.h"

/**
 * Splits @wanted ("a,b") into what is picked: those of @matrix first, in its order, then others of @known, as
 * they are named. NULL picks all of @matrix. The caller frees the list. ERROR_INPUT for a name that
 * neither has (the message lists what there is) and for an empty one; @option ("--arch") is for messages.
 */
must_check struct error *plan_select(const char *option, const char *wanted,
				     const char *const *matrix, const char *const *known,
				     strv *ret);

/** Splits at commas; empty words are kept. The caller frees the list. */
strv split_commas(const char *text);

#endif
