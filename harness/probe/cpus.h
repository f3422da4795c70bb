/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPUs that the kernel has per-CPU areas for. */
#ifndef BTFMATRIX_PROBE_CPUS_H
#define BTFMATRIX_PROBE_CPUS_H

#include <stdbool.h>

enum {
	/* above any kernel's NR_CPUS (x86 with MAXSMP: 8192) */
	CPUS_MAX = 16384,
};

/** The highest possible CPU's number + 1; 0 where that cannot be told. */
unsigned int cpus_possible_end(void);

bool cpu_is_possible(unsigned int cpu);

#endif
