/* SPDX-License-Identifier: GPL-2.0-only */
/* Versions of numbers and dots, and ranges of them. */
#ifndef BTFMATRIX_CONFIG_VERSION_H
#define BTFMATRIX_CONFIG_VERSION_H

#include <stdbool.h>

/** Compares part by part; a part that is missing is 0. <0, 0 or >0. Both must be versions. */
int version_compare(const char *a, const char *b);

/**
 * Whether @version, e.g. "1.30" or "6.12.117", is in @range: "1.30", "1.28..1.32", "1.28.." or "..1.27",
 * both ends included. False where either is malformed.
 */
bool version_in_range(const char *version, const char *range);

/** For ini_field.check: such a range. */
const char *version_check_range(const char *value);

#endif
