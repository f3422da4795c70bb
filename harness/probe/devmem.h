/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's memory through /dev/mem, on architectures without /proc/kcore (arm). */
#ifndef BTFMATRIX_PROBE_DEVMEM_H
#define BTFMATRIX_PROBE_DEVMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Reads @len bytes at a kernel's address in its linear map; false with the reason in @why. What the map adds
 * to a physical address is what kallsyms and /proc/iomem say of the kernel's own image.
 */
bool devmem_read(uint64_t address, void *data, size_t len, char *why, size_t why_size);

#endif
