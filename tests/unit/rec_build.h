/* SPDX-License-Identifier: GPL-2.0-only */
/* A run for the tests of the record and of reports. */
#ifndef BTFMATRIX_TESTS_REC_BUILD_H
#define BTFMATRIX_TESTS_REC_BUILD_H

#include "record/model.h"

/**
 * Two cells, s390x/gcc/6.12/n and m, both with @verdict, every field set, a new finding about "runqueues"
 * and a known one, and one layout for both. The first had an attempt that failed.
 */
void rec_build_run(struct rec_run *run, const char *name, int64_t began_at, const char *verdict);

#endif
