/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was found out about a file, remembered by its path, size, times, inode and device: as long as these are the
 * same, so is the file. A file that was changed in the last two seconds is not remembered: a further change might not
 * show. What is damaged with all of these kept (a failing disk) is found by `btfmatrix cache verify`.
 */
#ifndef BTFMATRIX_CACHE_MEMO_H
#define BTFMATRIX_CACHE_MEMO_H

#include "core/error.h"
#include "core/fileio.h"

/** As file_sha256(), of the file that @path leads to. */
must_check struct error *memo_sha256(const char *path, char hex_ret[static SHA256_HEX_SIZE]);

/** What is remembered of @path under the name @what; NULL: nothing, or of another file. The caller frees it. */
char *memo_get(const char *what, const char *path);
/** Remembers it. */
void memo_put(const char *what, const char *path, const char *value);

#endif
