// SPDX-License-Identifier: GPL-2.0-only
/* Where debug files are looked for, and which are taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "elf/debug_file.h"
#include "elf_build.h"
#include "scratch.h"

struct folders {
	char *dir, *root;
};

static int setup(void **state)
{
	struct folders *folders = xcalloc(1, sizeof(*folders));

	folders->dir = scratch_make();
	folders->root = xasprintf("%s/root", folders->dir);
	*state = folders;
	return 0;
}

static int teardown(void **state)
{
	struct folders *folders = *state;

	scratch_remove(folders->dir);
	free(folders->root);
	free(folders);
	return 0;
}

static void put32(uint8_t *p, uint32_t value, bool big_endian)
{
	for (int i = 0; i < 4; i++)
		p[big_endian ? 3 - i : i] = (uint8_t)(value >> (8 * i));
}

/* @id has 4 bytes; @link may be NULL, and so may @id. */
static char *make(const char *dir, const char *name, bool big_endian, const char *id,
		  const char *link, uint32_t checksum)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	struct elf_build b;
	size_t len;

	elf_build_init(&b, 64, big_endian, ET_EXEC);
	if (id) {
		/* another note before it */
		uint8_t notes[44] = { 0 };

		put32(notes, 4, big_endian);
		put32(notes + 4, 5, big_endian);
		put32(notes + 8, 7, big_endian);
		memcpy(notes + 12, "Xen", 4);
		put32(notes + 24, 4, big_endian);
		put32(notes + 28, 4, big_endian);
		put32(notes + 32, NT_GNU_BUILD_ID, big_endian);
		memcpy(notes + 36, "GNU", 4);
		memcpy(notes + 40, id, 4);
		elf_build_add_section(&b, ".notes", SHT_NOTE, SHF_ALLOC, 0, notes, sizeof(notes));
	}
	if (link) {
		uint8_t section[16] = { 0 };

		memcpy(section, link, strlen(link));
		/* behind the name and its NUL, at a multiple of four */
		put32(section + (strlen(link) + 4) / 4 * 4, checksum, big_endian);
		elf_build_add_section(&b, ".gnu_debuglink", SHT_PROGBITS, 0, 0, section,
				      sizeof(section));
	}
	bytes = elf_build_finish(&b, &len);
	return scratch_bytes(dir, name, bytes, len);
}

static void expect_found(const struct folders *folders, const char *path, const char *expected)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_free_ char *found = NULL;

	expect_ok(elf_image_open(path, &elf));
	found = debug_file_find(elf, folders->root);
	if (!expected)
		assert_null(found);
	else if (!found || !str_eq(found, expected))
		fail_msg("found %s and not %s", found ? found : "none", expected);
}

static void test_build_id(void **state)
{
	const struct folders *folders = *state;

	for (int big_endian = 0; big_endian < 2; big_endian++) {
		_cleanup_free_ char *path = make(folders->dir, "a", big_endian, "abcd", NULL, 0);
		_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
		_cleanup_free_ char *id = NULL;

		expect_ok(elf_image_open(path, &elf));
		id = elf_build_id(elf);
		assert_string_equal(id, "61626364");
	}
}

static void test_by_build_id(void **state)
{
	const struct folders *folders = *state;
	_cleanup_free_ char *path = make(folders->dir, "a", true, "abcd", NULL, 0);
	_cleanup_free_ char *wrong =
		make(folders->root, ".build-id/61/626364.debug", true, "abcX", NULL, 0);

	expect_found(folders, path, NULL);
	_cleanup_free_ char *right =
		make(folders->root, ".build-id/61/626364.debug", true, "abcd", NULL, 0);
	expect_found(folders, path, right);
}

static void test_by_link(void **state)
{
	static const char *const places[] = { "x.debug", ".debug/x.debug" };
	const struct folders *folders = *state;
	_cleanup_free_ char *debug = make(folders->dir, "made", false, NULL, NULL, 0);
	_cleanup_free_ char *bytes = NULL;
	uint32_t crc = 0xffffffff;
	size_t len;

	expect_ok(file_read(debug, 0, &bytes, &len));
	for (size_t i = 0; i < len; i++) {
		crc ^= (uint8_t)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	crc = ~crc;
	_cleanup_free_ char *wrong = make(folders->dir, "b", false, NULL, "x.debug", crc + 1);
	_cleanup_free_ char *path = make(folders->dir, "a", false, NULL, "x.debug", crc);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *there = scratch_bytes(folders->dir, places[i], bytes, len);

		expect_found(folders, path, there);
		expect_found(folders, wrong, NULL);
		assert_int_equal(unlink(there), 0);
	}
	/* below the root, under the file's own folder */
	_cleanup_free_ char *below = xasprintf("%s%s/x.debug", folders->root, folders->dir);
	_cleanup_free_ char *made = scratch_bytes("/", below + 1, bytes, len);
	expect_found(folders, path, below);
}

/* No path: what a file names may be read from the usual places alone. */
static void test_link_with_a_slash(void **state)
{
	const struct folders *folders = *state;
	_cleanup_free_ char *debug = make(folders->dir, "sub/x", false, "abcd", NULL, 0);
	_cleanup_free_ char *path = make(folders->dir, "a", false, "abcd", "sub/x", 0);

	expect_found(folders, path, NULL);
}

/* Debian's modules, compressed, and their debug files, which are not. */
static void test_by_own_name(void **state)
{
	const struct folders *folders = *state;
	_cleanup_free_ char *path = make(folders->dir, "m.ko.xz", false, "abcd", NULL, 0);
	_cleanup_free_ char *below = xasprintf("%s%s/m.ko", folders->root, folders->dir);
	_cleanup_free_ char *debug = make("/", below + 1, false, "abcd", NULL, 0);

	expect_found(folders, path, below);
	_cleanup_free_ char *other = make(folders->dir, "m.ko.xz", false, "1234", NULL, 0);
	expect_found(folders, other, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_build_id, setup, teardown),
		cmocka_unit_test_setup_teardown(test_by_build_id, setup, teardown),
		cmocka_unit_test_setup_teardown(test_by_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_link_with_a_slash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_by_own_name, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
