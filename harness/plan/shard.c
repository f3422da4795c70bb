// SPDX-License-Identifier: GPL-2.0-only
#include "plan/shard.h"

#include <stdio.h>

#include "core/mem.h"

struct error *shard_parse(const char *text, struct shard *ret)
{
	unsigned int index, count;
	int end = -1;

	if (sscanf(text, "%4u/%4u%n", &index, &count, &end) == 2 && end >= 0 && !text[end] &&
	    text[0] >= '0' && text[0] <= '9' && index >= 1 && index <= count &&
	    count <= SHARDS_MAX) {
		*ret = (struct shard){ index, count };
		return NULL;
	}
	return error_new(ERROR_INPUT,
			 "'%s' is no shard: it is I/N, as 2/3, with I from 1 to N and N at most %d",
			 text, SHARDS_MAX);
}
