/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plan in N parts of about the same cost, for N machines. A family is never split: its cells share what
 * the first of them compiles. The same plan, costs and N give the same parts on every machine.
 */
#ifndef BTFMATRIX_PLAN_SHARD_H
#define BTFMATRIX_PLAN_SHARD_H

#include "core/error.h"

enum {
	SHARDS_MAX = 1024
};

/* The Ith of N; both from 1 on. Zeroed: no shard, which is all. */
struct shard {
	unsigned int index, count;
};

/** "2/3". ERROR_INPUT for anything else. */
must_check struct error *shard_parse(const char *text, struct shard *ret);

#endif
