/* SPDX-License-Identifier: GPL-2.0-only */
/* How many CPUs there are for work. */
#ifndef BTFMATRIX_SCHED_CPUS_H
#define BTFMATRIX_SCHED_CPUS_H

/** Those that this process may run on; 1 where nothing tells. */
unsigned int cpus_available(void);

#endif
