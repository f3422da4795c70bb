/* SPDX-License-Identifier: GPL-2.0-only */
/* What takes room in the cache: builds that are kept, object trees and tool roots. */
#ifndef BTFMATRIX_CACHE_ENTRIES_H
#define BTFMATRIX_CACHE_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"

enum cache_kind {
	/* a kept build, with its boots */
	CACHE_BUILD,
	CACHE_OBJECTS,
	/* a tool root (toolroot/toolroot.h); one that is half-made or of a descriptor as it was once */
	CACHE_ROOT,
	CACHE_OLD_ROOT,
};

struct cache_entry {
	/* absolute; the same below the cache; the verdict of the outcome kept for it, NULL: none. Owned. */
	char *path, *name, *verdict;
	/* bytes on the disk */
	uint64_t size;
	/* when it was last used */
	time_t used_at;
	enum cache_kind kind;
};

struct cache_entries {
	/* the one that was used last comes first */
	VEC(struct cache_entry) list;
	uint64_t size;
};

/** Lists all kept builds and, with @all, object trees and tool roots: their size takes a look at each of their files. */
must_check struct error *cache_entries_list(bool all, struct cache_entries *ret);
void cache_entries_release(struct cache_entries *entries);

/* What cache_bound() has done. */
struct cache_bounded {
	size_t nr_removed;
	uint64_t freed, left;
};

/**
 * Removes what has not been used for longest until at most @max bytes are left, tool roots first that nothing can use
 * any more. What was used in the last hour or from @since on (0: of no account) stays, since a run may be at it, and
 * so do an object tree that is locked and a tool root that a process has opened.
 */
must_check struct error *cache_bound(uint64_t max, time_t since, struct cache_bounded *ret);

/** The bound where none is given: $BTFMATRIX_CACHE_MAX ("20G"), else 60 GiB. ERROR_INPUT where that is no size. */
must_check struct error *cache_default_max(uint64_t *ret);
/** "20G" and the like: K, M, G, T are powers of 1024. False where it is none. */
bool cache_parse_size(const char *text, uint64_t *ret);

/**
 * Reads every kept file and row again, and moves aside what is not as it was kept, with a word each. The counts are of
 * entries.
 */
must_check struct error *cache_verify(size_t *nr_whole_ret, size_t *nr_damaged_ret);

#endif
