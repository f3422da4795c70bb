// SPDX-License-Identifier: GPL-2.0-only
/* The ELF reader: both classes and byte orders, extended numbering, damaged files. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <elf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/fileio.h"
#include "elf_build.h"
#include "scratch.h"

static const struct {
	unsigned int bits;
	bool big_endian;
} forms[] = { { 64, false }, { 64, true }, { 32, false }, { 32, true } };

static const uint8_t contents[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

enum {
	DATA_ADDR = 0x1000,
	BSS_ADDR = 0x2000
};

/* .data with two symbols, .bss with two at one place, an absolute and an undefined symbol */
static void build_sample(struct elf_build *b, unsigned int bits, bool big_endian)
{
	elf_build_init(b, bits, big_endian, ET_EXEC);

	uint32_t data = elf_build_add_section(b, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
					      DATA_ADDR, contents, sizeof(contents));
	uint32_t bss = elf_build_add_section(b, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, BSS_ADDR,
					     NULL, 0x100000);
	elf_build_add_symbol(b, "same", STB_LOCAL, STT_OBJECT, data, DATA_ADDR + 4, 4);
	elf_build_add_symbol(b, "same", STB_LOCAL, STT_OBJECT, data, DATA_ADDR, 2);
	elf_build_add_symbol(b, "strong", STB_GLOBAL, STT_OBJECT, bss, BSS_ADDR + 8, 16);
	elf_build_add_symbol(b, "weak", STB_WEAK, STT_OBJECT, bss, BSS_ADDR + 8, 16);
	elf_build_add_symbol(b, "constant", STB_GLOBAL, STT_NOTYPE, SHN_ABS, 42, 0);
	elf_build_add_symbol(b, "elsewhere", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF, 0, 0);
}

static void every_form_is_read(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
		const struct elf_symbol *const *symbols;
		struct elf_build b;
		const uint8_t *data;
		size_t len;

		build_sample(&b, forms[i].bits, forms[i].big_endian);
		elf = elf_build_open(&b, *state, "sample");
		assert_int_equal(elf->bits, forms[i].bits);
		assert_int_equal(elf->big_endian, forms[i].big_endian);
		assert_int_equal(elf->type, ET_EXEC);
		assert_int_equal(elf->machine, forms[i].big_endian ? EM_S390 : EM_X86_64);
		/* the null section, two of ours, three tables; the null symbol and six of ours */
		assert_int_equal(elf->nr_sections, 6);
		assert_int_equal(elf->nr_symbols, 7);

		const struct elf_section *section = elf_section_by_name(elf, ".data");
		assert_non_null(section);
		assert_ptr_equal(section, elf_section_by_index(elf, section->index));
		assert_int_equal(section->addr, DATA_ADDR);
		assert_int_equal(section->flags, SHF_ALLOC | SHF_WRITE);
		expect_ok(elf_section_data(elf, section, &data, &len));
		assert_int_equal(len, sizeof(contents));
		assert_memory_equal(data, contents, len);

		assert_int_equal(elf_symbols_by_name(elf, "same", &symbols), 2);
		assert_int_equal(symbols[0]->value, DATA_ADDR + 4);
		assert_int_equal(elf_symbols_in_section(elf, section->index, &symbols), 2);
		assert_int_equal(symbols[0]->value, DATA_ADDR);
		assert_int_equal(symbols[0]->size, 2);

		section = elf_section_by_name(elf, ".bss");
		expect_ok(elf_section_data(elf, section, &data, &len));
		assert_null(data);
		assert_int_equal(len, 0);
		assert_int_equal(elf_symbols_in_section(elf, section->index, &symbols), 2);
		assert_string_equal(symbols[0]->name, "strong");
		assert_string_equal(symbols[1]->name, "weak");
		assert_int_equal(symbols[1]->bind, STB_WEAK);
		assert_int_equal(symbols[1]->type, STT_OBJECT);
	}
}

static void what_is_not_there(void **state)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_symbol *const *symbols;
	struct elf_build b;

	build_sample(&b, 64, false);
	elf = elf_build_open(&b, *state, "sample");
	assert_null(elf_section_by_name(elf, ".none"));
	assert_null(elf_section_by_index(elf, SHN_UNDEF));
	assert_null(elf_section_by_index(elf, SHN_ABS));
	assert_null(elf_section_by_index(elf, 6));
	assert_int_equal(elf_symbols_by_name(elf, "none", &symbols), 0);
	assert_null(symbols);
	assert_int_equal(elf_symbols_in_section(elf, 4711, &symbols), 0);
	assert_null(symbols);
	assert_int_equal(elf_symbols_in_section(elf, UINT32_MAX, &symbols), 0);
	assert_int_equal(elf_symbols_by_name(elf, "constant", &symbols), 1);
	assert_int_equal(symbols[0]->shndx, SHN_ABS);
}

static void many_sections(void **state)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_symbol *const *symbols;
	struct elf_build b;
	uint32_t last = 0;

	elf_build_init(&b, 64, true, ET_REL);
	for (int i = 0; i < SHN_HIRESERVE + 10; i++)
		last = elf_build_add_section(&b, "s", SHT_PROGBITS, SHF_ALLOC, 0, NULL, 0);
	elf_build_add_symbol(&b, "far", STB_GLOBAL, STT_OBJECT, last, 8, 4);
	elf = elf_build_open(&b, *state, "many");
	assert_int_equal(elf_symbols_by_name(elf, "far", &symbols), 1);
	assert_int_equal(symbols[0]->shndx, last);
	assert_int_equal(elf_section_by_index(elf, last)->index, last);
	assert_int_equal(elf_symbols_in_section(elf, last, &symbols), 1);
}

static void compressed_section(void **state)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	/* an Elf64_Chdr, then {8 zero bytes} as zlib makes it */
	// clang-format off: a row for each field
	static const uint8_t good[] = {
		/* ch_type, ch_reserved, ch_size, ch_addralign */
		ELFCOMPRESS_ZLIB,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		8,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0x78,
		0x9c,
		0x63,
		0x60,
		0x80,
		0,
		0,
		0,
		8,
		0,
		1,
	};
	// clang-format on
	uint8_t bomb[sizeof(good)];
	struct elf_build b;
	const uint8_t *data;
	size_t len;

	memcpy(bomb, good, sizeof(good));
	/* it claims 2^40 + 8 bytes */
	bomb[13] = 1;
	elf_build_init(&b, 64, false, ET_REL);
	elf_build_add_section(&b, ".good", SHT_PROGBITS, SHF_COMPRESSED, 0, good, sizeof(good));
	elf_build_add_section(&b, ".bomb", SHT_PROGBITS, SHF_COMPRESSED, 0, bomb, sizeof(bomb));
	elf_build_add_section(&b, ".short", SHT_PROGBITS, SHF_COMPRESSED, 0, good, 7);
	elf = elf_build_open(&b, *state, "compressed");

	for (int twice = 0; twice < 2; twice++) {
		expect_ok(elf_section_data(elf, elf_section_by_name(elf, ".good"), &data, &len));
		assert_int_equal(len, 8);
		assert_memory_equal(data, "\0\0\0\0\0\0\0\0", 8);
	}
	expect_error(elf_section_data(elf, elf_section_by_name(elf, ".bomb"), &data, &len), ".bomb",
		     "claim", NULL);
	expect_error(elf_section_data(elf, elf_section_by_name(elf, ".short"), &data, &len),
		     ".short", NULL);
}

static void not_elf(void **state)
{
	_cleanup_free_ char *empty = scratch_file(*state, "empty", "");
	_cleanup_free_ char *text = scratch_file(*state, "text", "#!/bin/sh\n");
	_cleanup_free_ char *missing = xasprintf("%s/missing", (char *)*state);
	struct elf_image *elf = NULL;

	expect_error(elf_image_open(empty, &elf), empty, NULL);
	expect_error(elf_image_open(text, &elf), text, "not an ELF file", NULL);
	expect_error(elf_image_open(missing, &elf), missing, "No such file", NULL);
	expect_error(elf_image_open(*state, &elf), "not a regular file", NULL);
	assert_null(elf);
}

/* Names of one byte less than the limit and of the limit, in front of, among and behind short ones. */
static void long_names(void **state)
{
	enum {
		LIMIT = 4096
	};
	static const struct {
		size_t before, after;
	} places[] = { { 0, 0 }, { 0, 3000 }, { 3000, 0 }, { 700, 700 } };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(places); i++) {
		bool too_long = i % 2;
		_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
		_cleanup_free_ char *name = xcalloc(LIMIT + 1, 1), *path = NULL;
		_cleanup_free_ uint8_t *file = NULL;
		const struct elf_symbol *const *symbols;
		struct elf_build b;
		size_t len;

		memset(name, 'a', too_long ? LIMIT : LIMIT - 1);
		elf_build_init(&b, 64, false, ET_EXEC);
		for (size_t n = 0; n < places[i / 2].before; n++)
			elf_build_add_symbol(&b, "b", STB_LOCAL, STT_OBJECT, SHN_ABS, 0, 1);
		elf_build_add_symbol(&b, name, STB_LOCAL, STT_OBJECT, SHN_ABS, 0, 1);
		for (size_t n = 0; n < places[i / 2].after; n++)
			elf_build_add_symbol(&b, "c", STB_LOCAL, STT_OBJECT, SHN_ABS, 0, 1);
		file = elf_build_finish(&b, &len);
		path = scratch_bytes(*state, "long", file, len);
		if (too_long) {
			expect_error(elf_image_open(path, &elf), path, "4096 bytes or more", NULL);
			continue;
		}
		expect_ok(elf_image_open(path, &elf));
		assert_int_equal(elf_symbols_by_name(elf, name, &symbols), 1);
	}
}

/* keeps the compiler from leaving the reads out */
static volatile uint8_t sink;

/* Reads all there is to read; what is wrong may be an error, and no more than that. */
static bool read_everything(const char *path)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	struct error *err = elf_image_open(path, &elf);
	const struct elf_symbol *const *symbols;
	bool good = !err;

	if (err) {
		assert_non_null(strstr(err->message, path));
		error_free(err);
		return false;
	}
	for (size_t i = 0; i < elf->nr_sections; i++) {
		const uint8_t *data;
		size_t len;

		elf_section_by_name(elf, elf->sections[i].name);
		err = elf_section_data(elf, &elf->sections[i], &data, &len);
		good &= !err;
		for (size_t at = 0; !err && at < len; at++)
			sink = data[at];
		error_free(err);
		elf_symbols_in_section(elf, (uint32_t)i, &symbols);
	}
	for (size_t i = 0; i < elf->nr_symbols; i++)
		assert_true(elf_symbols_by_name(elf, elf->symbols[i].name, &symbols) > 0);
	return good;
}

/* The section headers are last, so a shorter file is always a damaged one. */
static void truncated_at_every_byte(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct elf_build b;
		size_t len;

		build_sample(&b, forms[i].bits, forms[i].big_endian);

		_cleanup_free_ uint8_t *bytes = elf_build_finish(&b, &len);
		for (size_t cut = 0; cut < len; cut++) {
			_cleanup_free_ char *path = scratch_bytes(*state, "cut", bytes, cut);

			assert_false(read_everything(path));
		}
		_cleanup_free_ char *path = scratch_bytes(*state, "whole", bytes, len);
		assert_true(read_everything(path));
	}
}

static void bit_flips(void **state)
{
	struct elf_build b;
	unsigned int seed = 20;
	size_t len;

	build_sample(&b, 64, true);

	_cleanup_free_ uint8_t *bytes = elf_build_finish(&b, &len);
	_cleanup_free_ uint8_t *flipped = xmalloc(len);
	for (int round = 0; round < 3000; round++) {
		memcpy(flipped, bytes, len);
		for (int i = 0; i <= round % 4; i++) {
			size_t at = (size_t)rand_r(&seed) % len;

			flipped[at] ^= (uint8_t)(1 << rand_r(&seed) % 8);
		}
		_cleanup_free_ char *path = scratch_bytes(*state, "flipped", flipped, len);
		read_everything(path);
	}
}

static int set_up(void **state)
{
	*state = scratch_make();
	return 0;
}

static int tear_down(void **state)
{
	scratch_remove(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(many_sections),
		cmocka_unit_test(compressed_section),
		cmocka_unit_test(not_elf),
		cmocka_unit_test(long_names),
		cmocka_unit_test(truncated_at_every_byte),
		cmocka_unit_test(bit_flips),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
