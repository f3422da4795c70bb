/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading files whose size is not known before (procfs, sysfs). */
#ifndef BTFMATRIX_PROBE_IO_H
#define BTFMATRIX_PROBE_IO_H

#include <stddef.h>

/**
 * Reads the whole of @path into memory, followed by a NUL; the caller frees it. NULL with errno set
 * on failure (EFBIG beyond 256 MiB). @len_ret may be NULL.
 */
char *read_file(const char *path, size_t *len_ret);

/**
 * Cuts the first line off *@text: returns it NUL-terminated and moves *@text behind it. NULL at the
 * end.
 */
char *next_line(char **text);

#endif
