// SPDX-License-Identifier: GPL-2.0-only
/* What `verify` says of files that cannot be what they are given for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "btf_build.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "elf_build.h"
#include "scratch.h"
#include "verify/input_files.h"

static char *dir;

static int setup(void **state)
{
	(void)state;
	dir = scratch_make();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

static char *make_elf(const char *name, unsigned int bits, bool big_endian, uint16_t type)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	struct elf_build b;
	size_t len;

	elf_build_init(&b, bits, big_endian, type);
	elf_build_add_section(&b, ".data", SHT_PROGBITS, SHF_ALLOC, 0, NULL, 64);
	bytes = elf_build_finish(&b, &len);
	return scratch_bytes(dir, name, bytes, len);
}

static struct error *check(const char *vmlinux, const char *module, const char *btf,
			   const char *base)
{
	struct verify_input input = {
		.vmlinux = vmlinux,
		.btf_file = btf,
		.base_file = base,
		.modules = &module,
		.nr_modules = module ? 1 : 0,
	};

	return input_files_check(&input);
}

static void test_right_files(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		unsigned int bits = i & 1 ? 64 : 32;
		_cleanup_free_ char *vmlinux = make_elf("vmlinux", bits, i & 2, ET_EXEC);
		_cleanup_free_ char *module = make_elf("a.ko", bits, i & 2, ET_REL);
		_cleanup_free_ uint8_t *bytes = NULL;
		struct btf_build b;
		size_t len;

		btf_build_init(&b, i & 2, NULL);
		bytes = btf_build_finish(&b, &len);
		_cleanup_free_ char *btf = scratch_bytes(dir, "btf", bytes, len);

		expect_ok(check(vmlinux, module, NULL, NULL));
		expect_ok(check(vmlinux, NULL, btf, NULL));
		expect_ok(check(NULL, module, btf, NULL));
		/* the BTF that split BTF is split from may be in the vmlinux that is verified */
		expect_ok(check(vmlinux, NULL, btf, vmlinux));
	}
}

static void test_nothing(void **state)
{
	_cleanup_free_ char *vmlinux = make_elf("vmlinux", 64, false, ET_EXEC);
	struct verify_input input = { .debug_file = vmlinux, .btf_file = vmlinux };

	(void)state;
	expect_error(check(NULL, NULL, NULL, NULL), "--vmlinux", "--btf /sys/kernel/btf/vmlinux",
		     NULL);
	expect_error(check(vmlinux, NULL, NULL, vmlinux), "--base", "--btf", NULL);
	expect_error(input_files_check(&input), "--debug", "--vmlinux", NULL);
}

static void test_no_files(void **state)
{
	_cleanup_free_ char *missing = xasprintf("%s/missing", dir);
	_cleanup_free_ char *empty = scratch_file(dir, "empty", "");

	(void)state;
	expect_error(check(missing, NULL, NULL, NULL), "--vmlinux", missing,
		     "No such file or directory", "give a kernel's vmlinux", NULL);
	expect_error(check(dir, NULL, NULL, NULL), dir, "a folder", NULL);
	expect_error(check("/dev/null", NULL, NULL, NULL), "/dev/null", "not a regular file", NULL);
	expect_error(check(empty, NULL, NULL, NULL), empty, "an empty file", NULL);
	expect_error(check(NULL, NULL, empty, NULL), "--btf", "an empty file",
		     "give BTF as in /sys/kernel/btf", NULL);
}

/* Root may read all, so it is somebody else for as long as this takes. */
static void test_unreadable(void **state)
{
	enum {
		NOBODY = 65534
	};
	_cleanup_free_ char *path = make_elf("vmlinux", 64, false, ET_EXEC);
	bool root = geteuid() == 0;
	struct error *err;

	(void)state;
	assert_int_equal(chmod(path, 0), 0);
	if (root)
		assert_int_equal(chmod(dir, 0755) | seteuid(NOBODY), 0);
	err = check(path, NULL, NULL, NULL);
	if (root)
		assert_int_equal(seteuid(0), 0);
	expect_error(err, path, "Permission denied", NULL);
}

static void test_cut_off(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		_cleanup_free_ char *path = make_elf("vmlinux", i & 1 ? 64 : 32, i & 2, ET_EXEC);
		_cleanup_free_ char *bytes = NULL;
		size_t len;

		expect_ok(file_read(path, 0, &bytes, &len));
		for (size_t cut = 4; cut < len; cut += cut < 80 ? 1 : 13) {
			_cleanup_free_ char *short_path = scratch_bytes(dir, "cut", bytes, cut);

			expect_error(check(short_path, NULL, NULL, NULL), short_path, "cut off",
				     NULL);
		}
	}
}

static void test_disguises(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *what, *mend;
	} files[] = {
		{ "MZ\0\0", 4, "a boot image", "the vmlinux it was made from" },
		{ "!<arch>\ndebian-binary", 21, "a Debian package", "unpack" },
		{ "hello\n", 6, "not ELF", "give a kernel's vmlinux" },
		{ "\x9f\xeb\1\0", 4, "BTF without ELF", "--btf" },
		{ "\xeb\x9f\1\0", 4, "BTF without ELF", "--btf" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *path =
			scratch_bytes(dir, "disguise", files[i].bytes, files[i].len);

		expect_error(check(path, NULL, NULL, NULL), path, files[i].what, files[i].mend,
			     NULL);
	}

	char image[0x300] = { 0 };

	memcpy(image + 0x202, "HdrS", 4);
	_cleanup_free_ char *path = scratch_bytes(dir, "bzImage", image, sizeof(image));
	expect_error(check(path, NULL, NULL, NULL), "a boot image", "extract-vmlinux", NULL);
	expect_error(check(NULL, NULL, path, NULL), "a boot image", NULL);
}

static void test_wrong_type(void **state)
{
	_cleanup_free_ char *linked = make_elf("linked", 64, false, ET_EXEC);
	_cleanup_free_ char *other = make_elf("other", 64, false, ET_EXEC);
	_cleanup_free_ char *module = make_elf("a.ko", 64, true, ET_REL);
	_cleanup_free_ char *core = make_elf("core", 32, true, ET_CORE);

	(void)state;
	expect_error(check(module, NULL, NULL, NULL), "--vmlinux", "relocatable", "--module", NULL);
	expect_error(check(linked, other, NULL, NULL), "--module", "linked", NULL);
	expect_error(check(core, NULL, NULL, NULL), "memory dump", NULL);
}

static void test_named_twice(void **state)
{
	_cleanup_free_ char *vmlinux = make_elf("vmlinux", 64, false, ET_EXEC);
	_cleanup_free_ char *module = make_elf("a-b.ko", 64, true, ET_REL);
	_cleanup_free_ char *same_name = make_elf("other/a_b.ko", 64, true, ET_REL);
	_cleanup_free_ char *link = xasprintf("%s/c.ko", dir);
	const char *modules[] = { module, link };
	struct verify_input input = { .vmlinux = vmlinux, .modules = modules, .nr_modules = 2 };

	(void)state;
	assert_int_equal(symlink(module, link), 0);
	expect_error(input_files_check(&input), module, link, "one file", NULL);
	modules[1] = same_name;
	expect_error(input_files_check(&input), module, same_name, "both module a_b", NULL);
	input.nr_modules = 1;
	input.debug_file = vmlinux;
	expect_error(input_files_check(&input), "--debug", "one file", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_right_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disguises, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_type, setup, teardown),
		cmocka_unit_test_setup_teardown(test_named_twice, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
