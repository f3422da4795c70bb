/* SPDX-License-Identifier: GPL-2.0-only */
/* The tools that a cell's JSON names, as a line for people. */
#ifndef BTFMATRIX_BISECT_TOLD_TOOLS_H
#define BTFMATRIX_BISECT_TOLD_TOOLS_H

#include <jansson.h>

/**
 * "gcc 12.2.0, ld 2.40, pahole 1.30, qemu-system-s390x 7.2.22" of what is under "tools" in @cell, which may be from
 * anywhere. Left out is what it does not name: a kernel that was not booted had no QEMU. The caller frees it.
 */
char *told_tools(const json_t *cell);

#endif
