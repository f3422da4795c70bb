/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading files whose size is not known before (procfs, sysfs); waiting. */
#ifndef BTFMATRIX_PROBE_IO_H
#define BTFMATRIX_PROBE_IO_H

#include <stddef.h>

/**
 * Reads the whole of @path into memory, followed by a NUL; the caller frees it. NULL with errno set
 * on failure (EFBIG beyond 256 MiB). @len_ret may be NULL.
 */
char *read_file(const char *path, size_t *len_ret);

/**
 * Waits. By poll(2), as a 32-bit C library may sleep by system calls with times of 32 bits, which a kernel
 * without CONFIG_COMPAT_32BIT_TIME has not.
 */
void pause_ms(int ms);

/**
 * Cuts the first line off *@text: returns it NUL-terminated and moves *@text behind it. NULL at the
 * end.
 */
char *next_line(char **text);

#endif
