/* SPDX-License-Identifier: GPL-2.0-only */
/* A first look at the files named on a command line, for errors that say what to give instead. */
#ifndef BTFMATRIX_VERIFY_INPUT_FILES_H
#define BTFMATRIX_VERIFY_INPUT_FILES_H

#include "core/error.h"
#include "verify/verify.h"

/**
 * Checks that each file of @input can be what its option says: there, readable, not empty, an ELF file of
 * the right type or BTF, whole, and named once. ERROR_INPUT names option, file and mend. What is wrong
 * further inside is the verifier's to find.
 */
must_check struct error *input_files_check(const struct verify_input *input);

#endif
