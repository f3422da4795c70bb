/* SPDX-License-Identifier: GPL-2.0-only */
/* A verification's result for people and for programs. */
#ifndef BTFMATRIX_VERIFY_PRINT_H
#define BTFMATRIX_VERIFY_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "verify/verify.h"

/** The catalogue: each check with what it asserts, against what, and why; then the rules for absences. */
void checks_print_text(FILE *out);

/** The same as the manual page has it, in mdoc(7): a test compares the two. */
void checks_print_mdoc(FILE *out);

/** Findings that no entry of known.ini lists. */
size_t verify_count_new(const struct verify_result *result);

/**
 * Checks with what they looked at, absences by rule, findings by check: at most @limit of each check
 * (0: all).
 */
void verify_print_text(FILE *out, const struct verify_result *result, size_t limit);

/** As JUnit XML: a test suite for each image, a test case for each check. */
void verify_print_junit(FILE *out, const struct verify_result *result);

/** As KTAP version 1, as the kernel's own tests have it: a test for each image, a subtest for each check. */
void verify_print_ktap(FILE *out, const struct verify_result *result);

/** A finding in one sentence, without the names of image and check; the caller frees it. */
char *verify_describe(const struct finding *finding);

/**
 * The whole result as an object: counts, checks, findings, absences by rule. Bytes that are no UTF-8 are
 * replaced. A new reference.
 */
json_t *verify_to_json(const struct verify_result *result);

#endif
