/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables' values, read through BTF alone, on two roads. */
#ifndef BTFMATRIX_PROBE_VALUES_H
#define BTFMATRIX_PROBE_VALUES_H

#include <stdbool.h>

/**
 * Reads what the list in the file @list asks for (docs/protocol.md), and sends it. By BPF only where
 * @bpf says that bpf_run_open() found a way.
 */
void values_send(const char *list, bool bpf);

#endif
