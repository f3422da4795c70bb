/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping folders within a number of bytes by removing the oldest of what can be made again. */
#ifndef BTFMATRIX_NIGHTLY_DISK_BUDGET_H
#define BTFMATRIX_NIGHTLY_DISK_BUDGET_H

#include <stdint.h>

#include "core/error.h"
#include "core/mem.h"

struct disk_budget {
	uint64_t max_bytes;
	/* folders whose whole size counts; borrowed */
	VEC(const char *) counted;
	/* what may go, in it; owned */
	VEC(char *) expendable;
};

/** Bytes that @path and all below take on disk; 0 where it is not there. */
uint64_t disk_usage(const char *path);

/** Adds every entry of the folder @dir that fnmatch() takes for @pattern but @keep (a name, or NULL). */
void disk_budget_add(struct disk_budget *budget, const char *dir, const char *pattern,
		     const char *keep);

/**
 * Removes the expendable, the oldest first, until the budget is kept; all of it where it cannot be. *over_ret is what
 * is then left beyond the budget.
 */
must_check struct error *disk_budget_keep(struct disk_budget *budget, uint64_t *over_ret);
void disk_budget_release(struct disk_budget *budget);

#endif
