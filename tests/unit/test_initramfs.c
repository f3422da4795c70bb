// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initramfs, read back from its bytes as the kernel reads it (init/initramfs.c), not by the
 * library that wrote it.
 */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/initramfs.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "scratch.h"

/* Documentation/driver-api/early-userspace/buffer-format.rst: 13 fields of 8 hex digits */
enum {
	HEADER = 6 + 13 * 8,
	F_MODE = 1,
	F_UID = 2,
	F_GID = 3,
	F_MTIME = 5,
	F_SIZE = 6
};
enum {
	F_RDEV_MAJOR = 9,
	F_RDEV_MINOR = 10,
	F_NAME_SIZE = 11
};

struct member {
	const char *header, *name, *data;
	unsigned long size;
};

static unsigned long field(const char *header, int index)
{
	char digits[9] = { 0 };

	memcpy(digits, header + 6 + index * 8, 8);
	return strtoul(digits, NULL, 16);
}

static size_t align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* The member called @name; false if the archive ends before. Fails the test on nonsense. */
static bool find_member(const char *archive, size_t len, const char *name, struct member *ret)
{
	size_t at = 0;

	for (;;) {
		struct member m = { .header = archive + at };

		assert_true(len - at >= HEADER);
		assert_memory_equal(m.header, "070701", 6);
		m.name = m.header + HEADER;
		m.size = field(m.header, F_SIZE);
		size_t name_size = field(m.header, F_NAME_SIZE);
		size_t data_at = align4(at + HEADER + name_size);
		assert_true(data_at + m.size <= len);
		assert_int_equal(m.name[name_size - 1], '\0');
		m.data = archive + data_at;
		if (str_eq(m.name, name)) {
			*ret = m;
			return true;
		}
		if (str_eq(m.name, "TRAILER!!!"))
			return false;
		at = align4(data_at + m.size);
	}
}

struct fixture {
	char *dir, *probe, *module, *path;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->dir = scratch_make();
	f->probe = scratch_bytes(f->dir, "p", "\177ELF\0x", 6);
	f->module = scratch_bytes(f->dir, "vmlinux_btf_vars.ko", "mod\0ule", 7);
	f->path = xasprintf("%s/initramfs.cpio", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->probe);
	free(f->module);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static const char *const names[] = { "jiffies", "runqueues" };

static struct initramfs inputs(const struct fixture *f)
{
	return (struct initramfs){
		.probe = f->probe,
		.extra_module = f->module,
		.nonce = "abc",
		.wanted = names,
		.nr_wanted = ARRAY_SIZE(names),
	};
}

static void expect_file(const char *archive, size_t len, const char *name, unsigned int mode,
			const void *data, size_t data_len)
{
	struct member m;

	assert_true(find_member(archive, len, name, &m));
	assert_int_equal(field(m.header, F_MODE), S_IFREG | mode);
	assert_int_equal(field(m.header, F_UID), 0);
	assert_int_equal(field(m.header, F_MTIME), 0);
	assert_int_equal(m.size, data_len);
	assert_memory_equal(m.data, data, data_len);
}

static void test_contents(void **state)
{
	const struct fixture *f = *state;
	const struct initramfs in = inputs(f);
	_cleanup_free_ char *archive = NULL;
	struct member m;
	size_t len;

	expect_ok(initramfs_write(&in, f->path));
	expect_ok(file_read(f->path, 0, &archive, &len));
	expect_file(archive, len, "init", 0755, "\177ELF\0x", 6);
	expect_file(archive, len, "vmlinux_btf_vars.ko", 0444, "mod\0ule", 7);
	expect_file(archive, len, "nonce", 0444, "abc\n", 4);
	expect_file(archive, len, "wanted", 0444, "jiffies\nrunqueues\n", 18);

	assert_true(find_member(archive, len, "dev/console", &m));
	assert_int_equal(field(m.header, F_MODE), S_IFCHR | 0600);
	assert_int_equal(field(m.header, F_RDEV_MAJOR), 5);
	assert_int_equal(field(m.header, F_RDEV_MINOR), 1);
	assert_true(find_member(archive, len, "dev", &m));
	assert_int_equal(field(m.header, F_MODE), S_IFDIR | 0755);
	assert_true(find_member(archive, len, "proc", &m));
	assert_true(find_member(archive, len, "sys", &m));
}

static void test_without_module(void **state)
{
	const struct fixture *f = *state;
	struct initramfs in = inputs(f);
	_cleanup_free_ char *archive = NULL;
	struct member m;
	size_t len;

	in.extra_module = NULL;
	expect_ok(initramfs_write(&in, f->path));
	expect_ok(file_read(f->path, 0, &archive, &len));
	assert_false(find_member(archive, len, "vmlinux_btf_vars.ko", &m));
}

/* Where the module's BTF is in sysfs, only where it is not where it always is. */
static void test_sysfs_file(void **state)
{
	const struct fixture *f = *state;
	struct initramfs in = inputs(f);
	_cleanup_free_ char *without = NULL, *with = NULL;
	struct member m;
	size_t len;

	expect_ok(initramfs_write(&in, f->path));
	expect_ok(file_read(f->path, 0, &without, &len));
	assert_false(find_member(without, len, "sysfs-file", &m));
	in.sysfs_file = "/sys/kernel/btf_extra/vmlinux";
	expect_ok(initramfs_write(&in, f->path));
	expect_ok(file_read(f->path, 0, &with, &len));
	expect_file(with, len, "sysfs-file", 0444, "/sys/kernel/btf_extra/vmlinux\n", 30);
}

static void test_same_inputs_same_bytes(void **state)
{
	const struct fixture *f = *state;
	const struct initramfs in = inputs(f);
	char first[SHA256_HEX_SIZE], second[SHA256_HEX_SIZE];

	expect_ok(initramfs_write(&in, f->path));
	expect_ok(file_sha256(f->path, first));
	expect_ok(initramfs_write(&in, f->path));
	expect_ok(file_sha256(f->path, second));
	assert_string_equal(first, second);
}

static void test_errors(void **state)
{
	const struct fixture *f = *state;
	_cleanup_free_ char *nowhere = xasprintf("%s/no/such/dir/x", f->dir);
	struct initramfs in = inputs(f);

	expect_error(initramfs_write(&in, nowhere), "cannot write the initramfs", nowhere, NULL);
	/* the archive is larger than libarchive's buffers, so that the disk's end shows */
	expect_error(initramfs_write(&in, "/dev/full"), "cannot write the initramfs", "/dev/full",
		     NULL);
	in.probe = nowhere;
	expect_error(initramfs_write(&in, f->path), "making the initramfs", nowhere, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_contents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sysfs_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_inputs_same_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
