/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/kallsyms, kept in memory: to send the lines the host wants, and to look names up. */
#ifndef BTFMATRIX_PROBE_KALLSYMS_H
#define BTFMATRIX_PROBE_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

/** Reads the table (after the module is loaded, to see its symbols); a failure is a trial record. */
void kallsyms_read(void);

/** Address of vmlinux's only symbol called @name; false if there is none or more than one. */
bool kallsyms_find(const char *name, uint64_t *address_ret);

/** Whether vmlinux has a symbol called @name whose address is not 0; true where addresses are hidden. */
bool kallsyms_has_address(const char *name);

/**
 * Sends every line within the per-CPU section, those of a few landmarks, and those of every name in
 * the file @wanted (one per line; may be missing).
 */
void kallsyms_send(const char *wanted);

#endif
