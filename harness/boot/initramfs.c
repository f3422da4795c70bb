// SPDX-License-Identifier: GPL-2.0-only
#include "boot/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

DEFINE_CLEANUP_PTR(archive_entry, struct archive_entry, archive_entry_free);

/* A failed close was noticed before, or does not matter. */
static void archive_drop(struct archive *a)
{
	archive_write_free(a);
}

DEFINE_CLEANUP_PTR(archive, struct archive, archive_drop);

static struct error *archive_failure(struct archive *a, const char *path)
{
	const char *text = archive_error_string(a);

	return error_new(ERROR_SYSTEM, "cannot write the initramfs %s: %s", path,
			 text ? text : "unknown error of libarchive");
}

/* One entry; the rest of it is from a fixed time and owned by root, so that archives are equal. */
struct entry {
	const char *name;
	mode_t mode;
	/* a device's numbers */
	unsigned int major, minor;
	const void *data;
	size_t len;
};

static struct error *add_entry(struct archive *a, const char *path, const struct entry *entry)
{
	_cleanup_(archive_entry_cleanup) struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, entry->name);
	archive_entry_set_mode(e, entry->mode);
	archive_entry_set_uid(e, 0);
	archive_entry_set_gid(e, 0);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_nlink(e, 1);
	if (S_ISCHR(entry->mode)) {
		archive_entry_set_rdevmajor(e, entry->major);
		archive_entry_set_rdevminor(e, entry->minor);
	}
	archive_entry_set_size(e, (la_int64_t)entry->len);
	if (archive_write_header(a, e) != ARCHIVE_OK)
		return archive_failure(a, path);
	if (entry->len && archive_write_data(a, entry->data, entry->len) != (la_ssize_t)entry->len)
		return archive_failure(a, path);
	return NULL;
}

static struct error *add_file(struct archive *a, const char *path, const char *name, mode_t mode,
			      const char *from)
{
	_cleanup_free_ char *data = NULL;
	struct entry entry = { .name = name, .mode = S_IFREG | mode };
	struct error *err = file_read(from, 0, &data, &entry.len);

	if (err)
		return error_wrap(err, "making the initramfs");
	entry.data = data;
	return add_entry(a, path, &entry);
}

static struct error *add_text(struct archive *a, const char *path, const char *name,
			      const struct strbuf *text)
{
	const struct entry entry = {
		.name = name,
		.mode = S_IFREG | 0444,
		.data = strbuf_str(text),
		.len = text->len,
	};

	return add_entry(a, path, &entry);
}

/* What there must be before the probe mounts anything; the kernel opens /dev/console for init. */
static const struct entry skeleton[] = {
	{ .name = "dev", .mode = S_IFDIR | 0755 },
	{ .name = "proc", .mode = S_IFDIR | 0755 },
	{ .name = "sys", .mode = S_IFDIR | 0755 },
	/* Documentation/admin-guide/devices.txt: 5,1 is the system console */
	{ .name = "dev/console", .mode = S_IFCHR | 0600, .major = 5, .minor = 1 },
};

static struct error *add_all(struct archive *a, const char *path, const struct initramfs *in)
{
	_cleanup_strbuf_ struct strbuf nonce = STRBUF_INIT, wanted = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf values = STRBUF_INIT, sysfs_file = STRBUF_INIT;
	struct error *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(skeleton); i++)
		err = add_entry(a, path, &skeleton[i]);
	strbuf_addf(&nonce, "%s\n", in->nonce);
	for (size_t i = 0; i < in->nr_wanted; i++)
		strbuf_addf(&wanted, "%s\n", in->wanted[i]);
	if (!err)
		err = add_text(a, path, "nonce", &nonce);
	if (!err)
		err = add_text(a, path, "wanted", &wanted);
	if (!err && in->values) {
		strbuf_adds(&values, in->values);
		err = add_text(a, path, "values", &values);
	}
	if (!err && in->sysfs_file) {
		strbuf_addf(&sysfs_file, "%s\n", in->sysfs_file);
		err = add_text(a, path, "sysfs-file", &sysfs_file);
	}
	if (!err && in->extra_module)
		err = add_file(a, path, path_base_name(in->extra_module), 0444, in->extra_module);
	if (!err)
		err = add_file(a, path, "init", 0755, in->probe);
	return err;
}

struct error *initramfs_write(const struct initramfs *initramfs, const char *path)
{
	_cleanup_(archive_cleanup) struct archive *a = archive_write_new();
	struct error *err;

	if (archive_write_set_format_cpio_newc(a) != ARCHIVE_OK ||
	    archive_write_add_filter_none(a) != ARCHIVE_OK ||
	    archive_write_open_filename(a, path) != ARCHIVE_OK)
		return archive_failure(a, path);
	err = add_all(a, path, initramfs);
	/* the last block is written here: a full disk may show only now */
	if (!err && archive_write_close(a) != ARCHIVE_OK)
		err = archive_failure(a, path);
	return err;
}
