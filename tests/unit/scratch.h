/* SPDX-License-Identifier: GPL-2.0-only */
/* A folder of a test's own, and files in it. */
#ifndef BTFMATRIX_TESTS_SCRATCH_H
#define BTFMATRIX_TESTS_SCRATCH_H

#include "core/error.h"

/** A new folder below $TMPDIR; the test fails if there is none. Free with scratch_remove(). */
char *scratch_make(void);
/** Removes the folder with all in it. */
void scratch_remove(char *dir);

/** Writes DIR/NAME, with its folders; returns its path, the caller's to free. */
char *scratch_file(const char *dir, const char *name, const char *text);

/** As scratch_file() with @len bytes, which may have NULs. */
char *scratch_bytes(const char *dir, const char *name, const void *data, size_t len);

/** Checks that @err is an error whose message contains each of the strings (NULL ends them); frees it. */
void expect_error(struct error *err, ...) __attribute__((sentinel));

/** Checks that there is no error, and prints it if there is. */
void expect_ok(struct error *err);

#endif
