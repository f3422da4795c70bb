/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory there is for work. */
#ifndef BTFMATRIX_SCHED_MEMORY_H
#define BTFMATRIX_SCHED_MEMORY_H

#include <stdint.h>

/**
 * Bytes that may be used: what the machine has available (/proc/meminfo, MemAvailable) or what the cgroup this process
 * is in, or one above it, leaves (memory.max less memory.current of cgroup v2; memory.limit_in_bytes less
 * memory.usage_in_bytes of v1), whichever is less. UINT64_MAX where nothing tells. Page cache that is counted as the
 * cgroup's use and could go is given back to it (memory.stat, inactive_file).
 */
uint64_t memory_available(void);

/** As memory_available(), with the files below @root in place of /: for tests. */
uint64_t memory_available_in(const char *root);

#endif
