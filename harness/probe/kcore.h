/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's memory, through /proc/kcore; through /dev/mem where a kernel has none (arm). */
#ifndef BTFMATRIX_PROBE_KCORE_H
#define BTFMATRIX_PROBE_KCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Reads @len bytes at a kernel's address; false with the reason in @why. */
bool kcore_read(uint64_t address, void *data, size_t len, char *why, size_t why_size);

/** __per_cpu_offset[cpu]: from an area's address for no CPU to @cpu's; false where it was not read. */
bool kcore_percpu_offset(unsigned int cpu, uint64_t *offset_ret);

/** Sends __per_cpu_offset[cpu] of each possible CPU, or why it could not be read. */
void kcore_send_percpu_offsets(void);

#endif
