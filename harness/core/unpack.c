// SPDX-License-Identifier: GPL-2.0-only
#include "core/unpack.h"

#include <archive.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/mem.h"

enum {
	BUFFER_SIZE = 1 << 16
};

/* A vmlinux with DWARF has 400 MB; what claims to be ten times that is a trap. */
#define MAX_UNPACKED ((uint64_t)4 << 30)

static const struct {
	size_t len;
	const char *bytes;
} magics[] = {
	{ 2, "\x1f\x8b" },     { 6, "\xfd\x37\x7a\x58\x5a\0" }, { 4, "\x28\xb5\x2f\xfd" },
	{ 3, "\x42\x5a\x68" }, { 4, "\x04\x22\x4d\x18" },       { 4, "\x02\x21\x4c\x18" },
};

bool unpack_is_packed(const void *head, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
		if (len >= magics[i].len && !memcmp(head, magics[i].bytes, magics[i].len))
			return true;
	return false;
}

static void cleanup_archive(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

static struct error *damaged(const char *path, struct archive *a)
{
	const char *why = archive_error_string(a);

	return error_new(ERROR_INPUT, "%s: cannot be unpacked: %s", path, why ? why : "damaged");
}

static struct error *open_packed(const char *path, struct archive **ret)
{
	_cleanup_(cleanup_archive) struct archive *a = archive_read_new();
	struct archive_entry *entry;

	if (!a || archive_read_support_filter_all(a) != ARCHIVE_OK ||
	    archive_read_support_format_raw(a) != ARCHIVE_OK)
		return error_new(ERROR_SYSTEM, "libarchive cannot be set up");
	if (archive_read_open_filename(a, path, BUFFER_SIZE) != ARCHIVE_OK ||
	    archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return damaged(path, a);
	*ret = return_ptr(a);
	return NULL;
}

struct error *unpack_head(const char *path, void *buffer, size_t cap, size_t *len_ret)
{
	_cleanup_(cleanup_archive) struct archive *a = NULL;
	struct error *err = open_packed(path, &a);
	la_ssize_t got;

	*len_ret = 0;
	if (err)
		return err;
	while (*len_ret < cap &&
	       (got = archive_read_data(a, (char *)buffer + *len_ret, cap - *len_ret)) != 0) {
		if (got < 0)
			return damaged(path, a);
		*len_ret += (size_t)got;
	}
	return NULL;
}

static struct error *write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			return error_errno(errno, "cannot write a file in memory");
		data += n;
		len -= (size_t)n;
	}
	return NULL;
}

struct error *unpack_file(const char *path, int *fd_ret)
{
	_cleanup_close_ int fd = memfd_create("unpacked", MFD_CLOEXEC);
	_cleanup_(cleanup_archive) struct archive *a = NULL;
	char buffer[BUFFER_SIZE];
	uint64_t total = 0;
	struct error *err;
	la_ssize_t got;

	if (fd < 0)
		return error_errno(errno, "cannot make a file in memory");
	err = open_packed(path, &a);
	while (!err && (got = archive_read_data(a, buffer, sizeof(buffer))) != 0) {
		if (got < 0)
			return damaged(path, a);
		total += (uint64_t)got;
		err = total > MAX_UNPACKED
			      ? error_new(ERROR_INPUT, "%s: unpacks to more than 4 GiB", path)
			      : write_all(fd, buffer, (size_t)got);
	}
	if (err)
		return err;
	*fd_ret = fd;
	fd = -1;
	return NULL;
}
