/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's memory, through /proc/kcore. */
#ifndef BTFMATRIX_PROBE_KCORE_H
#define BTFMATRIX_PROBE_KCORE_H

/** Sends __per_cpu_offset[cpu] of each possible CPU, or why it could not be read. */
void kcore_send_percpu_offsets(void);

#endif
