/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log: what it says about BTF and BPF. */
#ifndef BTFMATRIX_PROBE_KMSG_H
#define BTFMATRIX_PROBE_KMSG_H

#include <stddef.h>

/** Opens /dev/kmsg at its start; a failure is a trial record. */
void kmsg_open(void);

/**
 * Reads what the kernel logged since the last call: lines about BTF or BPF failures become
 * complaint records. @recent (may be NULL) gets the last of these lines, joined by newlines; "" if
 * there are none.
 */
void kmsg_drain(char *recent, size_t size);

#endif
