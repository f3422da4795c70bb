/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share. A target is a file fuzz_NAME.c with LLVMFuzzerTestOneInput(); its seeds are in
 * corpus/NAME/. Whatever the bytes are, it must come back soon, with bounded memory and no sanitizer's
 * complaint; what a target asserts beyond that is stated in it.
 */
#ifndef BTFMATRIX_TESTS_FUZZ_FUZZ_H
#define BTFMATRIX_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* What is left of an input. */
struct fuzz_input {
	const uint8_t *data;
	size_t len;
};

/** The next byte; 0 at the end. */
uint8_t fuzz_byte(struct fuzz_input *in);

/** The next part: four bytes of length (little-endian, cut to what is left), and as many bytes. */
struct fuzz_input fuzz_part(struct fuzz_input *in);

/** Drops an error that is an answer. */
void fuzz_ignore(struct error *err);

/** Ends the program with the message, as libFuzzer wants it, unless @holds. */
void fuzz_demand(int holds, const char *what);

/* A file in memory whose contents change with each input. */
struct fuzz_file {
	int fd;
	/* under /proc/self/fd */
	char path[64];
};

/** Sets the contents; makes the file when first used (all zeros before). Ends the program on failure. */
void fuzz_file_set(struct fuzz_file *file, const void *data, size_t len);

#endif
