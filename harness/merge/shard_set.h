/* SPDX-License-Identifier: GPL-2.0-only */
/* Which shards of how many: "2/3" for one, "1,3/4" for some, as the record has it of a run. */
#ifndef BTFMATRIX_MERGE_SHARD_SET_H
#define BTFMATRIX_MERGE_SHARD_SET_H

#include <stdbool.h>

#include "core/error.h"
#include "plan/shard.h"

/* Zeroed it is empty, and of no number. */
struct shard_set {
	/* of how many; 0: not known yet */
	unsigned int count;
	bool has[SHARDS_MAX + 1];
};

/**
 * Adds the shards that @text names. ERROR_INPUT where it cannot be read, or is of another number than those
 * before; the set is then as it was.
 */
must_check struct error *shard_set_add(struct shard_set *set, const char *text);

/** "1,3/4", the caller's to free; NULL where the set is whole or of no number. */
char *shard_set_text(const struct shard_set *set);

/** "2, 4": those it lacks, the caller's to free; NULL for none. */
char *shard_set_missing(const struct shard_set *set);

#endif
