// SPDX-License-Identifier: GPL-2.0-only
#include "core/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/fs.h>

#include "core/cleanup.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"

struct error *file_read(const char *path, size_t max, char **data_ret, size_t *len_ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char chunk[65536];

	if (fd < 0)
		return error_errno(errno, "cannot open %s", path);
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(errno, "cannot read %s", path);
		if (n == 0)
			break;
		strbuf_add(&sb, chunk, (size_t)n);
		if (max && sb.len > max)
			return error_new(ERROR_INPUT, "%s: larger than the %zu bytes allowed", path,
					 max);
	}
	if (len_ret)
		*len_ret = sb.len;
	*data_ret = strbuf_detach(&sb);
	return NULL;
}

static struct error *write_all(int fd, const char *path, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(errno, "cannot write %s", path);
		p += n;
		len -= (size_t)n;
	}
	return NULL;
}

/* A new file beside @path, so that rename() can put it in place. The caller owns both results. */
static struct error *temp_beside(const char *path, mode_t mode, int *fd_ret, char **temp_ret)
{
	mode_t mask = umask(0);
	umask(mask);

	char *temp = xasprintf("%s.tmp-XXXXXX", path);
	int fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0) {
		struct error *err = error_errno(errno, "cannot create a file beside %s", path);

		free(temp);
		return err;
	}
	fchmod(fd, mode & ~mask);
	*fd_ret = fd;
	*temp_ret = temp;
	return NULL;
}

static struct error *publish_temp(int fd, const char *temp, const char *path)
{
	if (fsync(fd) < 0)
		return error_errno(errno, "cannot write %s", path);
	if (rename(temp, path) < 0)
		return error_errno(errno, "cannot put %s in place", path);
	return NULL;
}

struct error *file_write_atomic(const char *path, const void *data, size_t len, mode_t mode)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *temp = NULL;
	struct error *err = temp_beside(path, mode, &fd, &temp);

	if (err)
		return err;
	err = write_all(fd, path, data, len);
	if (!err)
		err = publish_temp(fd, temp, path);
	if (err)
		unlink(temp);
	return err;
}

/* What is no regular file (a pipe, a device) cannot be replaced and is written to. */
static struct error *write_into(int fd, const char *name, const void *data, size_t len)
{
	return fd < 0 ? error_errno(errno, "cannot open %s", name) : write_all(fd, name, data, len);
}

struct error *file_write_output(const char *path, const void *data, size_t len, mode_t mode)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *real = NULL;
	struct stat st;

	if (str_eq(path, "-") || str_eq(path, "/dev/stdout")) {
		fd = dup(STDOUT_FILENO);
		return write_into(fd, "standard output", data, len);
	}
	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode)) {
			fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
			return write_into(fd, path, data, len);
		}
		real = realpath(path, NULL);
	}
	return file_write_atomic(real ?: path, data, len, mode);
}

struct error *file_write_if_changed(const char *path, const void *data, size_t len, mode_t mode,
				    bool *changed_ret)
{
	_cleanup_free_ char *old = NULL;
	size_t old_len = 0;
	_cleanup_error_ struct error *err = file_read(path, 0, &old, &old_len);
	bool same = !err && old_len == len && memcmp(old, data, len) == 0;

	if (changed_ret)
		*changed_ret = !same;
	return same ? NULL : file_write_atomic(path, data, len, mode);
}

static struct error *copy_contents(int in, int out, const char *from, const char *to)
{
	char chunk[1 << 16];

	if (ioctl(out, FICLONE, in) == 0)
		return NULL;
	for (;;) {
		ssize_t n = read(in, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(errno, "cannot read %s", from);
		if (n == 0)
			return NULL;

		struct error *err = write_all(out, to, chunk, (size_t)n);
		if (err)
			return err;
	}
}

struct error *file_copy(const char *from, const char *to)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = -1;
	_cleanup_free_ char *temp = NULL;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return error_errno(errno, "cannot open %s", from);

	struct error *err = temp_beside(to, st.st_mode & 0777, &out, &temp);
	if (err)
		return err;
	err = copy_contents(in, out, from, to);
	if (!err)
		err = publish_temp(out, temp, to);
	if (err)
		unlink(temp);
	return err;
}

struct error *file_copy_plain(const char *from, const char *to)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return error_errno(errno, "cannot open %s", from);
	if (unlink(to) < 0 && errno != ENOENT)
		return error_errno(errno, "cannot replace %s", to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
	if (out < 0)
		return error_errno(errno, "cannot make %s", to);
	/* The mode of the original, whatever the umask is. */
	if (fchmod(out, st.st_mode & 0777) < 0)
		return error_errno(errno, "cannot set the mode of %s", to);
	return copy_contents(in, out, from, to);
}

struct error *dir_make(const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);

	for (char *p = copy + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;

		char saved = *p;
		*p = '\0';
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			return error_errno(errno, "cannot create folder %s", copy);
		*p = saved;
		if (!saved)
			break;
	}
	if (!path_is_dir(path))
		return error_new(ERROR_SYSTEM, "%s: is in the way: not a folder", path);
	return NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	/* what somebody else removed first is as gone as it should be: the rest still has to go */
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

struct error *tree_remove(const char *path)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return error_errno(errno, "cannot remove %s", path);
	return NULL;
}

const char *path_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool path_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool path_is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *path_find_program(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return path_is_executable(name) ? xstrdup(name) : NULL;
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*path) {
		size_t len = strcspn(path, ":");
		_cleanup_free_ char *candidate = xasprintf("%.*s/%s", (int)len, path, name);

		if (len && path_is_executable(candidate))
			return return_ptr(candidate);
		path += len;
		path += *path == ':';
	}
	return NULL;
}

static void digest_to_hex(SHA2_CTX *ctx, char hex_ret[static SHA256_HEX_SIZE])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256Final(digest, ctx);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex_ret + 2 * i, 3, "%02x", digest[i]);
}

struct error *file_sha256(const char *path, char hex_ret[static SHA256_HEX_SIZE])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[1 << 16];
	SHA2_CTX ctx;

	if (fd < 0)
		return error_errno(errno, "cannot open %s", path);
	SHA256Init(&ctx);
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(errno, "cannot read %s", path);
		if (n == 0)
			break;
		SHA256Update(&ctx, (const uint8_t *)chunk, (size_t)n);
	}
	digest_to_hex(&ctx, hex_ret);
	return NULL;
}

void sha256_hex(const void *data, size_t len, char hex_ret[static SHA256_HEX_SIZE])
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, data, len);
	digest_to_hex(&ctx, hex_ret);
}

struct error *mapped_file_open(const char *path, struct mapped_file *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	*ret = (struct mapped_file){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(errno, "cannot open %s", path);
	if (!S_ISREG(st.st_mode))
		return error_new(ERROR_INPUT, "%s: not a regular file", path);
	if (st.st_size == 0)
		return NULL;

	void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return error_errno(errno, "cannot map %s", path);
	ret->data = data;
	ret->len = (size_t)st.st_size;
	return NULL;
}

void mapped_file_close(struct mapped_file *map)
{
	if (map->data)
		munmap((void *)(uintptr_t)map->data, map->len);
	*map = (struct mapped_file){ 0 };
}

struct error *file_lock(const char *path, const char *wait_msg, int *fd_ret)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return error_errno(errno, "cannot open the lock %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return error_errno(errno, "cannot lock %s", path);
		if (wait_msg)
			log_info("%s", wait_msg);
		/* EINTR: a signal that ends the run; whoever handles it says so. */
		if (flock(fd, LOCK_EX) < 0)
			return errno == EINTR ? error_new(ERROR_INTERRUPTED, "interrupted")
					      : error_errno(errno, "cannot lock %s", path);
	}
	*fd_ret = fd;
	fd = -1;
	return NULL;
}
