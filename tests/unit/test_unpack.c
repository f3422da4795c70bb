// SPDX-License-Identifier: GPL-2.0-only
/* Compressed files: what they hold, and what is damaged in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/unpack.h"
#include "scratch.h"

enum {
	CONTENTS_SIZE = 200000
};

static char *make_contents(void)
{
	char *contents = xmalloc(CONTENTS_SIZE);
	uint32_t x = 1;

	/* does not compress well, so that the file is longer than one buffer */
	for (size_t i = 0; i < CONTENTS_SIZE; i++) {
		x = x * 1103515245 + 12345;
		contents[i] = (char)(x >> 16);
	}
	return contents;
}

typedef int (*add_filter)(struct archive *a);

static char *pack(const char *dir, const char *name, add_filter filter, const char *contents)
{
	struct archive_entry *entry = archive_entry_new();
	struct archive *a = archive_write_new();
	char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(filter(a), ARCHIVE_OK);
	archive_write_set_format_raw(a);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "data");
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, contents, CONTENTS_SIZE), CONTENTS_SIZE);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	archive_entry_free(entry);
	return path;
}

static const struct {
	const char *name;
	add_filter filter;
} formats[] = {
	{ "a.gz", archive_write_add_filter_gzip },  { "a.xz", archive_write_add_filter_xz },
	{ "a.zst", archive_write_add_filter_zstd }, { "a.bz2", archive_write_add_filter_bzip2 },
	{ "a.lz4", archive_write_add_filter_lz4 },
};

static void test_whole(void **state)
{
	_cleanup_free_ char *contents = make_contents();
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		_cleanup_free_ char *path = pack(dir, formats[i].name, formats[i].filter, contents);
		_cleanup_free_ char *packed = NULL, *copy = NULL, *unpacked = NULL;
		_cleanup_close_ int fd = -1;
		char head[100];
		size_t len;

		expect_ok(file_read(path, 0, &packed, &len));
		assert_true(unpack_is_packed(packed, len));
		assert_false(unpack_is_packed(packed, 1));
		expect_ok(unpack_head(path, head, sizeof(head), &len));
		assert_int_equal(len, sizeof(head));
		assert_memory_equal(head, contents, len);
		expect_ok(unpack_file(path, &fd));
		copy = xasprintf("/proc/self/fd/%d", fd);
		expect_ok(file_read(copy, 0, &unpacked, &len));
		assert_int_equal(len, CONTENTS_SIZE);
		assert_memory_equal(unpacked, contents, len);
	}
	scratch_remove(dir);
}

/* Cut off, wherever that is: an error that names the file. */
static void test_damaged(void **state)
{
	_cleanup_free_ char *contents = make_contents();
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		_cleanup_free_ char *path = pack(dir, formats[i].name, formats[i].filter, contents);
		_cleanup_free_ char *packed = NULL;
		size_t len;

		expect_ok(file_read(path, 0, &packed, &len));
		for (size_t cut = 40; cut < len; cut += len / 5) {
			_cleanup_free_ char *short_path = scratch_bytes(dir, "cut", packed, cut);
			_cleanup_close_ int fd = -1;

			struct error *err = unpack_file(short_path, &fd);

			if (!err)
				fail_msg("%s cut to %zu of %zu: no error", formats[i].name, cut,
					 len);
			expect_error(err, short_path, "unpacked", NULL);
			assert_int_equal(fd, -1);
		}
	}
	scratch_remove(dir);
}

static void test_not_packed(void **state)
{
	(void)state;
	assert_false(unpack_is_packed("\x7f"
				      "ELF\2\1\1\0",
				      8));
	assert_false(unpack_is_packed("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_not_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
