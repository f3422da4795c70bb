// SPDX-License-Identifier: GPL-2.0-only
#include "merge/shard_set.h"

#include <stdlib.h>

#include "core/mem.h"
#include "core/strbuf.h"

/* Digits from *@at on, which is moved behind them; 0: none, or beyond SHARDS_MAX. */
static unsigned int take_number(const char **at)
{
	unsigned int n = 0;

	for (; **at >= '0' && **at <= '9'; ++*at) {
		n = n * 10 + (unsigned int)(**at - '0');
		if (n > SHARDS_MAX)
			return 0;
	}
	return n;
}

static bool parse(const char *text, struct shard_set *ret)
{
	do {
		unsigned int index = take_number(&text);

		if (!index)
			return false;
		ret->has[index] = true;
	} while (*text++ == ',');
	if (text[-1] != '/')
		return false;
	ret->count = take_number(&text);
	for (unsigned int i = ret->count + 1; i <= SHARDS_MAX; i++)
		if (ret->has[i])
			return false;
	return ret->count && !*text;
}

struct error *shard_set_add(struct shard_set *set, const char *text)
{
	struct shard_set more = { 0 };

	if (!parse(text, &more))
		return error_new(ERROR_INPUT, "'%s' is no shard", text);
	if (set->count && set->count != more.count)
		return error_new(ERROR_INPUT, "it is shard %s, the others are of %u", text,
				 set->count);
	set->count = more.count;
	for (unsigned int i = 1; i <= more.count; i++)
		set->has[i] |= more.has[i];
	return NULL;
}

static char *list(const struct shard_set *set, bool has, const char *separator)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (unsigned int i = 1; i <= set->count; i++)
		if (set->has[i] == has)
			strbuf_addf(&sb, "%s%u", sb.len ? separator : "", i);
	return sb.len ? strbuf_detach(&sb) : NULL;
}

char *shard_set_missing(const struct shard_set *set)
{
	return list(set, false, ", ");
}

char *shard_set_text(const struct shard_set *set)
{
	_cleanup_free_ char *missing = shard_set_missing(set);
	_cleanup_free_ char *there = missing ? list(set, true, ",") : NULL;

	return there ? xasprintf("%s/%u", there, set->count) : NULL;
}
