// SPDX-License-Identifier: GPL-2.0-only
#include "source/tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"

enum {
	BLOCK_SIZE = 1 << 20
};

static void reader_cleanup(struct archive **archive)
{
	archive_read_free(*archive);
}

static void writer_cleanup(struct archive **archive)
{
	archive_write_free(*archive);
}

/* The rest of an entry's path behind its top folder; NULL where there is none. */
static const char *below_top(const char *path)
{
	const char *slash;

	while (str_starts(path, "./"))
		path += 2;
	slash = strchr(path, '/');
	return slash && slash[1] ? slash + 1 : NULL;
}

static struct error *archive_failed(struct archive *archive, const char *tarball)
{
	/* libarchive says "Write failed" */
	if (archive_errno(archive) == ENOSPC)
		return error_errno(ENOSPC,
				   "cannot unpack %s into the cache (a run takes up to 6 GB there; "
				   "XDG_CACHE_HOME may name another disk)",
				   tarball);
	return error_new(ERROR_INPUT, "cannot unpack %s: %s", tarball,
			 archive_error_string(archive) ?: "unknown reason");
}

static struct error *copy_contents(struct archive *reader, struct archive *writer,
				   const char *tarball)
{
	const void *block;
	size_t size;
	la_int64_t offset;
	int status;

	while ((status = archive_read_data_block(reader, &block, &size, &offset)) == ARCHIVE_OK)
		if (archive_write_data_block(writer, block, size, offset) < ARCHIVE_OK)
			return archive_failed(writer, tarball);
	return status == ARCHIVE_EOF ? NULL : archive_failed(reader, tarball);
}

static struct error *unpack_entry(struct archive *reader, struct archive *writer,
				  struct archive_entry *entry, const char *tarball, const char *dir)
{
	const char *rest = below_top(archive_entry_pathname(entry) ?: "");
	const char *link = archive_entry_hardlink(entry);

	if (!rest)
		return NULL;
	_cleanup_free_ char *target = xasprintf("%s/%s", dir, rest);

	if (link) {
		const char *link_rest = below_top(link);
		_cleanup_free_ char *link_target = xasprintf("%s/%s", dir, link_rest ?: "");

		archive_entry_set_hardlink(entry, link_target);
	}
	archive_entry_set_pathname(entry, target);
	if (archive_write_header(writer, entry) < ARCHIVE_OK)
		return archive_failed(writer, tarball);
	if (archive_entry_size(entry) > 0)
		return copy_contents(reader, writer, tarball);
	return NULL;
}

struct error *tarball_unpack(const char *tarball, const char *dir)
{
	_cleanup_(reader_cleanup) struct archive *reader = archive_read_new();
	_cleanup_(writer_cleanup) struct archive *writer = archive_write_disk_new();
	struct archive_entry *entry;
	_cleanup_free_ char *real_dir = NULL;
	struct error *err = dir_make(dir);
	unsigned long count = 0;
	int status;

	if (err)
		return err;
	/* SECURE_SYMLINKS would stumble over a link on the way to the cache. */
	real_dir = realpath(dir, NULL);
	if (!real_dir)
		return error_errno(errno, "cannot read %s", dir);
	archive_read_support_filter_all(reader);
	archive_read_support_format_tar(reader);
	/* No SECURE_NOABSOLUTEPATHS: the targets are absolute, by our own prefix. */
	archive_write_disk_set_options(writer, ARCHIVE_EXTRACT_TIME |
						       ARCHIVE_EXTRACT_SECURE_NODOTDOT |
						       ARCHIVE_EXTRACT_SECURE_SYMLINKS);
	if (archive_read_open_filename(reader, tarball, BLOCK_SIZE) != ARCHIVE_OK)
		return archive_failed(reader, tarball);

	while ((status = archive_read_next_header(reader, &entry)) == ARCHIVE_OK) {
		if (proc_interrupted())
			return error_new(ERROR_INTERRUPTED, "interrupted");
		if (++count % 1000 == 0)
			log_status("unpacking: %lu files", count);
		err = unpack_entry(reader, writer, entry, tarball, real_dir);
		if (err)
			return err;
	}
	log_status_clear();
	if (status != ARCHIVE_EOF)
		return archive_failed(reader, tarball);
	if (archive_write_close(writer) != ARCHIVE_OK)
		return archive_failed(writer, tarball);
	return NULL;
}
