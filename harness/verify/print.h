/* SPDX-License-Identifier: GPL-2.0-only */
/* A verification's result for people and for programs. */
#ifndef BTFMATRIX_VERIFY_PRINT_H
#define BTFMATRIX_VERIFY_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "verify/verify.h"

/** Findings that no entry of known.ini lists. */
size_t verify_count_new(const struct verify_result *result);

/**
 * Checks with what they looked at, absences by rule, findings by check: at most @limit of each check
 * (0: all).
 */
void verify_print_text(FILE *out, const struct verify_result *result, size_t limit);

/**
 * The whole result as an object: counts, checks, findings, absences by rule. Bytes that are no UTF-8 are
 * replaced. A new reference.
 */
json_t *verify_to_json(const struct verify_result *result);

#endif
