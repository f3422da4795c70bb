/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and folders: whole reads, atomic writes, copies, digests. */
#ifndef BTFMATRIX_CORE_FILEIO_H
#define BTFMATRIX_CORE_FILEIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"

/** Hex digits of a SHA-256 and the NUL. */
enum {
	SHA256_HEX_SIZE = 65
};

/**
 * Reads the whole of @path. The result is NUL-terminated beyond @len_ret, and the caller's to free.
 * Works for files whose size stat() does not know (/proc, /sys). @len_ret may be NULL.
 * Fails with ERROR_INPUT beyond @max bytes; 0 means no limit of the caller's.
 */
must_check struct error *file_read(const char *path, size_t max, char **data_ret, size_t *len_ret);

/** Writes a file so that @path has either its old contents or all of the new. */
must_check struct error *file_write_atomic(const char *path, const void *data, size_t len,
					   mode_t mode);

/**
 * As file_write_atomic(), to where a user said: "-" is standard output, a pipe or a device is written into, and a
 * link stays one.
 */
must_check struct error *file_write_output(const char *path, const void *data, size_t len,
					   mode_t mode);

/** As file_write_atomic(), but leaves a file alone (mtime too) that already has these contents. */
must_check struct error *file_write_if_changed(const char *path, const void *data, size_t len,
					       mode_t mode, bool *changed_ret);

/** Copies @from to @to atomically, sharing blocks where the file system can; mode is kept. */
must_check struct error *file_copy(const char *from, const char *to);

/**
 * Copies @from to @to, which is replaced, for copies by the thousand: not atomic and not flushed. An
 * interrupted one shows by its time, which is not @from's.
 */
must_check struct error *file_copy_plain(const char *from, const char *to);

/** Makes @path and its missing parents (mode 0777 less the umask). */
must_check struct error *dir_make(const char *path);

/**
 * Removes @path and everything below; a missing @path is success, as is one that others remove from at the same
 * time. Follows no symbolic link.
 */
must_check struct error *tree_remove(const char *path);

/** What comes behind the last slash of @path; all of it where there is none. */
const char *path_base_name(const char *path);

bool path_exists(const char *path);
bool path_is_dir(const char *path);
bool path_is_executable(const char *path);

/** Looks @name up in $PATH (or takes it as it is if it has a slash); NULL if it is not there. */
char *path_find_program(const char *name);

/** Digest of a file as lower-case hex. */
must_check struct error *file_sha256(const char *path, char hex_ret[static SHA256_HEX_SIZE]);

/** Digest of memory as lower-case hex. */
void sha256_hex(const void *data, size_t len, char hex_ret[static SHA256_HEX_SIZE]);

/** A file mapped read-only. data is NULL where len is 0. */
struct mapped_file {
	const uint8_t *data;
	size_t len;
};

must_check struct error *mapped_file_open(const char *path, struct mapped_file *ret);
void mapped_file_close(struct mapped_file *map);

/**
 * Takes an exclusive lock on @path (made if missing) and keeps it while the descriptor returned in
 * @fd_ret is open. Waits if another process has it; @wait_msg (may be NULL) is logged once first.
 */
must_check struct error *file_lock(const char *path, const char *wait_msg, int *fd_ret);

#endif
