/* SPDX-License-Identifier: GPL-2.0-only */
/* Compressed files, as distributions have their modules: by gzip, xz, zstd, bzip2 or lz4. */
#ifndef BTFMATRIX_CORE_UNPACK_H
#define BTFMATRIX_CORE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/** Whether a file that begins with these bytes is compressed. */
bool unpack_is_packed(const void *head, size_t len);

/** Reads up to @cap bytes from the beginning of what @path is when unpacked. ERROR_INPUT if damaged. */
must_check struct error *unpack_head(const char *path, void *buffer, size_t cap, size_t *len_ret);

/**
 * Unpacks @path into memory; @fd_ret gets a descriptor, the caller's to close, which /proc/self/fd has as a
 * file. ERROR_INPUT if damaged, or if it would have more than 4 GiB.
 */
must_check struct error *unpack_file(const char *path, int *fd_ret);

#endif
