/* SPDX-License-Identifier: GPL-2.0-only */
/* What there is, held against the rules of configs/expect.ini. */
#ifndef BTFMATRIX_VERIFY_EXPECTED_H
#define BTFMATRIX_VERIFY_EXPECTED_H

#include "verify/checks.h"

/** Reports @blob's DATASECs of @scope where they are not as the rule for @what says; notes the rule where they are. */
void expected_datasecs(struct check_run *run, const struct blob *blob, enum expect_what what,
		       enum scope scope);

/** The same of the extra module itself. */
void expected_module(struct check_run *run);

#endif
