// SPDX-License-Identifier: GPL-2.0-only
/* The layout of a section, and what differs between two images. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <elf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "core/mem.h"
#include "elf_build.h"
#include "layout/image_diff.h"
#include "layout/image_vars.h"
#include "layout/section_layout.h"
#include "scratch.h"

/* Types every image has. */
enum {
	INT = 1,
	INT_PTR,
	NODE,
	INT_ARRAY,
	PTR_ARRAY,
	FIRST_VAR,
};

enum {
	DATA_ADDR = 0x1010,
	DATA_SIZE = 0x200,
	LINE = 64,
};

struct spec {
	const char *section, *name;
	uint32_t type, offset, size;
};

/* Something for dwarf_index to find; kept by the assembler statement that uses it. */
static int dwarf_witness[4];

/* One DATASEC for each run of specs with one section. */
static void add_vars(struct btf_build *b, const struct spec *specs, size_t nr)
{
	for (size_t i = 0, end; i < nr; i = end) {
		VEC(struct btf_secinfo) infos = { 0 };

		for (end = i; end < nr && str_eq(specs[end].section, specs[i].section); end++) {
			uint32_t id = btf_build_add_var(b, specs[end].name, specs[end].type,
							BTF_VAR_STATIC);

			vec_push(&infos,
				 (struct btf_secinfo){ id, specs[end].offset, specs[end].size });
		}
		btf_build_add_datasec(b, specs[i].section, DATA_SIZE, infos.data,
				      (uint32_t)infos.len);
		vec_free(&infos);
	}
}

static void add_types(struct btf_build *b)
{
	const struct btf_build_member members[] = { { "value", INT, 0 }, { "next", INT_PTR, 64 } };

	btf_build_add_int(b, "int", 4);
	btf_build_add_ptr(b, INT);
	btf_build_add_struct(b, "node", 16, members, 2);
	btf_build_add_array(b, INT, INT, 4);
	btf_build_add_array(b, INT_PTR, INT, 4);
}

/* An ELF file with this BTF, .data at @address and a symbol in it at @symbol, 8 bytes large. */
static char *write_image(const char *dir, const char *name, bool big_endian, const uint8_t *btf,
			 size_t len, uint64_t address, uint64_t symbol)
{
	struct elf_build b;
	size_t size;

	elf_build_init(&b, 64, big_endian, ET_EXEC);
	elf_build_add_section(&b, ".BTF", SHT_PROGBITS, 0, 0, btf, len);

	uint32_t data = elf_build_add_section(&b, ".data", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
					      address, NULL, DATA_SIZE);

	elf_build_add_symbol(&b, "no_variable", STB_LOCAL, STT_OBJECT, data, address + symbol, 8);

	_cleanup_free_ uint8_t *bytes = elf_build_finish(&b, &size);

	return scratch_bytes(dir, name, bytes, size);
}

static char *write_specs(const char *dir, const char *name, bool big_endian,
			 const struct spec *specs, size_t nr)
{
	struct btf_build b;
	size_t len;

	btf_build_init(&b, big_endian, NULL);
	add_types(&b);
	add_vars(&b, specs, nr);

	_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);

	return write_image(dir, name, big_endian, blob, len, DATA_ADDR, 0x30);
}

static struct image_vars *open_specs(const char *dir, const char *name, bool big_endian,
				     const struct spec *specs, size_t nr)
{
	_cleanup_free_ char *path = write_specs(dir, name, big_endian, specs, nr);
	struct image_vars *vars = NULL;

	expect_ok(image_vars_open(path, NULL, &vars));
	return vars;
}

/* Not in order; at 0x30 a symbol of 8 bytes has no variable. */
static const struct spec sample[] = {
	{ ".data", "last", NODE, 0x68, 16 },   { ".data", "first", INT, 0x8, 4 },
	{ ".data", "second", INT, 0x10, 4 },   { ".data", "table", PTR_ARRAY, 0x40, 32 },
	{ ".data", "inside", INT, 0x44, 4 },   { ".data", "wide", INT_ARRAY, 0x80, 16 },
	{ ".bss", "elsewhere", INT, 0x20, 4 },
};

/* Test ELF files have none. */
static void set_data_alignment(struct image_vars *vars, uint64_t align)
{
	for (size_t i = 0; i < vars->elf->nr_sections; i++)
		if (str_eq(vars->elf->sections[i].name, ".data"))
			vars->elf->sections[i].align = align;
}

static void rows_and_holes(void **state)
{
	static const struct {
		const char *name;
		uint64_t align, hole, hole_symbols, overlap;
	} want[] = {
		{ "first", 8, 8, 0, 0 },   { "second", 16, 4, 0, 0 }, { "table", 16, 44, 8, 0 },
		{ "inside", 4, 0, 0, 28 }, { "last", 8, 8, 0, 0 },    { "wide", 16, 8, 0, 0 },
	};

	for (int big_endian = 0; big_endian < 2; big_endian++) {
		_cleanup_(section_layout_release) struct section_layout layout = { 0 };
		_cleanup_(image_vars_cleanup) struct image_vars *vars =
			open_specs(*state, "sample", big_endian, sample, ARRAY_SIZE(sample));

		set_data_alignment(vars, 16);
		expect_ok(section_layout_make(vars, ".data", LINE, NULL, &layout));
		assert_int_equal(layout.align, 16);
		assert_int_equal(layout.rows.len, ARRAY_SIZE(want));
		for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
			const struct layout_row *row = &layout.rows.data[i];

			assert_string_equal(row->var->name, want[i].name);
			assert_int_equal(row->align, want[i].align);
			assert_int_equal(row->hole, want[i].hole);
			assert_int_equal(row->hole_symbols, want[i].hole_symbols);
			assert_int_equal(row->overlap, want[i].overlap);
			assert_null(row->file);
		}
		assert_int_equal(layout.address, DATA_ADDR);
		assert_int_equal(layout.size, DATA_SIZE);
		assert_int_equal(layout.used, 4 + 4 + 32 + 16 + 16);
		assert_int_equal(layout.tail, DATA_SIZE - 0x90);
		assert_int_equal(layout.used + layout.holes, DATA_SIZE);
		assert_int_equal(layout.hole_symbols, 8);
		assert_int_equal(layout.nr_holes, 6);
		assert_int_equal(layout.nr_overlaps, 1);
		/* The section starts 16 bytes into a line: [0,0x30) [0x30,0x70) [0x70,0xb0) */
		assert_int_equal(layout.lines, 3);
		assert_int_equal(layout.shared_lines, 3);
		assert_int_equal(layout.straddling, 1);
		assert_int_equal(layout.straddling_small, 1);
	}
}

/* Symbols that reach out of a variable, over each other, and out of the section. */
static void symbols_in_holes(void **state)
{
	static const struct {
		uint64_t value, size;
	} symbols[] = {
		/* 4 bytes before "first" and 4 behind it; "second"'s own; two with 12 bytes between them; a wild one */
		{ 0x4, 12 }, { 0x10, 4 }, { 0x20, 8 }, { 0x24, 8 }, { 0x1f0, UINT64_MAX },
	};
	_cleanup_(section_layout_release) struct section_layout layout = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
	struct btf_build btf;
	struct elf_build elf;
	size_t len, size;

	btf_build_init(&btf, false, NULL);
	add_types(&btf);
	add_vars(&btf, sample, ARRAY_SIZE(sample));

	_cleanup_free_ uint8_t *blob = btf_build_finish(&btf, &len);

	elf_build_init(&elf, 64, false, ET_EXEC);
	elf_build_add_section(&elf, ".BTF", SHT_PROGBITS, 0, 0, blob, len);

	uint32_t data = elf_build_add_section(&elf, ".data", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0,
					      NULL, DATA_SIZE);

	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		elf_build_add_symbol(&elf, "s", STB_LOCAL, STT_OBJECT, data, symbols[i].value,
				     symbols[i].size);

	_cleanup_free_ uint8_t *bytes = elf_build_finish(&elf, &size);
	_cleanup_free_ char *path = scratch_bytes(*state, "symbols", bytes, size);

	expect_ok(image_vars_open(path, NULL, &vars));
	expect_ok(section_layout_make(vars, ".data", LINE, NULL, &layout));
	assert_int_equal(layout.rows.data[0].hole_symbols, 4);
	assert_int_equal(layout.rows.data[1].hole_symbols, 4);
	assert_int_equal(layout.rows.data[2].hole_symbols, 12);
	assert_int_equal(layout.hole_symbols, 4 + 4 + 12 + 16);
}

/* Against counting each line by itself. */
static void lines_by_brute_force(void **state)
{
	enum {
		NR_VARS = 12,
		NR_LINES = 80
	};
	unsigned int seed = 1;

	for (int round = 0; round < 40; round++) {
		_cleanup_(section_layout_release) struct section_layout layout = { 0 };
		char names[NR_VARS][16];
		struct spec specs[NR_VARS];
		unsigned int in_line[NR_LINES] = { 0 };
		size_t lines = 0, shared = 0, straddling = 0, small = 0;
		const uint32_t line = round % 2 ? 64 : 24;

		for (int i = 0; i < NR_VARS; i++) {
			uint32_t offset = (uint32_t)rand_r(&seed) % 1000;
			uint32_t size = (uint32_t)rand_r(&seed) % (i % 3 ? 20 : 200);

			snprintf(names[i], sizeof(names[i]), "v%d", i);
			specs[i] = (struct spec){ ".data", names[i], INT, offset, size };
			if (!size)
				continue;

			uint32_t skew = DATA_ADDR % line;
			uint32_t first = (skew + offset) / line;
			uint32_t last = (skew + offset + size - 1) / line;

			for (uint32_t l = first; l <= last; l++)
				in_line[l]++;
			straddling += last > first;
			small += last > first && size <= line;
		}
		for (int l = 0; l < NR_LINES; l++) {
			lines += in_line[l] > 0;
			shared += in_line[l] > 1;
		}

		_cleanup_(image_vars_cleanup) struct image_vars *vars =
			open_specs(*state, "lines", false, specs, NR_VARS);

		expect_ok(section_layout_make(vars, ".data", line, NULL, &layout));
		assert_int_equal(layout.lines, lines);
		assert_int_equal(layout.shared_lines, shared);
		vec_for_each(row, &layout.rows) {
			uint32_t skew = DATA_ADDR % line, start = skew + row->var->offset;
			bool shares = false;

			for (uint32_t l = start / line;
			     row->var->size && l <= (start + row->var->size - 1) / line; l++)
				shares |= in_line[l] > 1;
			assert_int_equal(row->line, start / line);
			assert_int_equal(row->shares_line, shares);
		}
		assert_int_equal(layout.straddling, straddling);
		assert_int_equal(layout.straddling_small, small);
		assert_int_equal(layout.used + layout.holes, layout.size);
	}
}

static void no_such_section(void **state)
{
	_cleanup_(section_layout_release) struct section_layout layout = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *vars =
		open_specs(*state, "sample", false, sample, ARRAY_SIZE(sample));
	_cleanup_(image_vars_cleanup) struct image_vars *none =
		open_specs(*state, "none", false, NULL, 0);

	expect_error(section_layout_make(vars, ".none", LINE, NULL, &layout), "'.none'",
		     ".data, .bss", NULL);
	expect_error(section_layout_make(none, ".data", LINE, NULL, &layout), "no DATASEC at all",
		     NULL);
}

/* What print writes, the caller's to free. */
static char *printed(void (*print)(FILE *out, const struct section_layout *layout),
		     const struct section_layout *layout)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	print(out, layout);
	fclose(out);
	return text;
}

static void as_c(void **state)
{
	_cleanup_(section_layout_release) struct section_layout layout = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *vars =
		open_specs(*state, "sample", false, sample, ARRAY_SIZE(sample));

	expect_ok(section_layout_make(vars, ".data", LINE, NULL, &layout));

	_cleanup_free_ char *text = printed(section_layout_print_c, &layout);

	assert_non_null(strstr(text, "struct data {\n"
				     "\tunsigned char __hole0[8];\n"
				     "\tint first; /* 0x8: 4 */\n"
				     "\tunsigned char __hole1[4];\n"
				     "\tint second; /* 0x10: 4 */\n"
				     "\tunsigned char __hole2[44]; /* 8 of symbols without a "
				     "variable */\n"
				     "\tint *table[4]; /* 0x40: 32 */\n"
				     "\tint inside; /* 0x44: 4; overlaps what is before it by 28 "
				     "*/\n"
				     "\tunsigned char __hole3[8];\n"
				     "\tstruct node last; /* 0x68: 16 */\n"
				     "\tunsigned char __hole4[8];\n"
				     "\tint wide[4]; /* 0x80: 16 */\n"
				     "\tunsigned char __hole5[368];\n"
				     "};\n"));
}

/* `int (*const handlers[2])(int *)` */
static void declarations(void **state)
{
	struct btf_build b;

	(void)state;
	btf_build_init(&b, false, NULL);
	add_types(&b);

	uint32_t proto = btf_build_add_type(&b, "", BTF_KIND_FUNC_PROTO, false, 1, INT);

	btf_build_add_word(&b, 0);
	btf_build_add_word(&b, INT_PTR);

	uint32_t constant = btf_build_add_const(&b, btf_build_add_ptr(&b, proto));
	uint32_t array = btf_build_add_array(&b, constant, INT, 2);
	_cleanup_(btf_image_cleanup) struct btf_image *btf = btf_build_parse(&b, "test", NULL);
	_cleanup_free_ char *named = btf_type_declare(btf, array, "handlers");
	_cleanup_free_ char *pointer = btf_type_declare(btf, constant, "handler");
	_cleanup_free_ char *type = btf_type_describe(btf, array);

	assert_string_equal(named, "int (*const handlers[2])(int *)");
	assert_string_equal(pointer, "int (*const handler)(int *)");
	assert_string_equal(type, "int (*const [2])(int *)");
}

static void hostile_names_are_defused(void **state)
{
	static const struct spec specs[] = {
		{ "*/\033[2J", "\033]0;x\a\xff", INT, 0, 4 },
	};
	_cleanup_(section_layout_release) struct section_layout layout = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *vars =
		open_specs(*state, "hostile", false, specs, ARRAY_SIZE(specs));

	expect_ok(section_layout_make(vars, "*/\033[2J", LINE, NULL, &layout));

	_cleanup_free_ char *text = printed(section_layout_print_text, &layout);
	_cleanup_free_ char *c = printed(section_layout_print_c, &layout);

	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\a'));
	assert_null(strchr(c, '\033'));
	assert_non_null(strstr(text, "?]0;x??"));
	/* the comment's own end is the only one before the struct */
	assert_ptr_equal(strstr(c, "*/"), strstr(c, "*/\nstruct"));

	json_t *json = section_layout_to_json(&layout);
	const json_t *row = json_array_get(json_object_get(json, "variables"), 0);

	assert_string_equal(json_string_value(json_object_get(json, "address")), "0x0");
	assert_string_equal(json_string_value(json_object_get(row, "type")), "int");
	assert_string_equal(json_string_value(json_object_get(row, "linkage")), "static");
	assert_true(json_is_null(json_object_get(row, "file")));
	json_decref(json);
}

/* The source file is that of the variable with the name and the address, by our own DWARF. */
static void source_files(void **state)
{
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *dwarf = NULL;
	_cleanup_(elf_image_cleanup) struct elf_image *self = NULL;
	const struct elf_symbol *const *symbols;

	__asm__ volatile("" : : "r"(dwarf_witness) : "memory");
	expect_ok(elf_image_open("/proc/self/exe", &self));
	expect_ok(dwarf_index_open("/proc/self/exe", &dwarf));
	assert_int_equal(elf_symbols_by_name(self, "dwarf_witness", &symbols), 1);

	const struct spec specs[] = {
		{ ".data", "dwarf_witness", INT_ARRAY, 0x10, 16 },
		{ ".data", "other_name", INT_ARRAY, 0x10, 16 },
		{ ".data", "dwarf_witness", INT_ARRAY, 0x90, 16 },
	};
	struct btf_build b;
	size_t len;

	btf_build_init(&b, false, NULL);
	add_types(&b);
	add_vars(&b, specs, ARRAY_SIZE(specs));

	_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);
	_cleanup_free_ char *path =
		write_image(*state, "files", false, blob, len, symbols[0]->value - 0x10, 0x10);
	_cleanup_(section_layout_release) struct section_layout layout = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;

	expect_ok(image_vars_open(path, NULL, &vars));
	expect_ok(section_layout_make(vars, ".data", LINE, dwarf, &layout));
	assert_non_null(layout.rows.data[0].file);
	assert_true(str_ends(layout.rows.data[0].file, "test_layout.c"));
	assert_null(layout.rows.data[1].file);
	assert_null(layout.rows.data[2].file);
}

/* "kind name" of all differences, one a line. */
static char *differences(const char *dir, const struct spec *a, size_t nr_a, const struct spec *b,
			 size_t nr_b)
{
	_cleanup_(image_vars_cleanup) struct image_vars *x = open_specs(dir, "a", false, a, nr_a);
	_cleanup_(image_vars_cleanup) struct image_vars *y = open_specs(dir, "b", true, b, nr_b);
	_cleanup_(image_diff_release) struct image_diff diff = { 0 };
	struct strbuf text = STRBUF_INIT;

	image_diff_make(x, y, &diff);
	assert_int_equal(diff.nr_a, nr_a);
	assert_int_equal(diff.nr_b, nr_b);
	strbuf_addf(&text, "%zu same\n", diff.nr_same);
	for (size_t kind = 0; kind < DIFF_KIND_COUNT; kind++)
		vec_for_each(entry, &diff.kinds[kind].list) {
			strbuf_addf(&text, "%s", diff_kind_name((enum diff_kind)kind));
			if (entry->a)
				strbuf_addf(&text, " %s%s+%u", entry->a->name, entry->a->section,
					    entry->a->offset);
			if (entry->b)
				strbuf_addf(&text, " %s%s+%u", entry->b->name, entry->b->section,
					    entry->b->offset);
			strbuf_addc(&text, '\n');
		}
	assert_int_equal(image_diff_is_empty(&diff), !strchr(strbuf_str(&text), '+'));
	return strbuf_detach(&text);
}

static void diff_of_every_kind(void **state)
{
	static const struct spec a[] = {
		{ ".bss", "wanders", INT, 64, 4 },  { ".data", "same", INT, 0, 4 },
		{ ".data", "goes", INT, 4, 4 },     { ".data", "moves", INT, 8, 4 },
		{ ".data", "grows", NODE, 16, 16 }, { ".data", "turns", INT, 32, 4 },
		{ ".data", "all", INT, 36, 4 },
	};
	static const struct spec b[] = {
		{ ".data", "same", INT, 0, 4 },     { ".data", "moves", INT, 12, 4 },
		{ ".data", "grows", NODE, 16, 24 }, { ".data", "turns", INT_PTR, 32, 4 },
		{ ".data", "all", INT_PTR, 40, 8 }, { ".data", "wanders", INT, 64, 4 },
		{ ".data", "comes", INT, 80, 4 },
	};
	_cleanup_free_ char *text = differences(*state, a, ARRAY_SIZE(a), b, ARRAY_SIZE(b));
	_cleanup_free_ char *none = differences(*state, a, ARRAY_SIZE(a), a, ARRAY_SIZE(a));

	assert_string_equal(text, "1 same\n"
				  "added comes.data+80\n"
				  "removed goes.data+4\n"
				  "moved wanders.bss+64 wanders.data+64\n"
				  "moved moves.data+8 moves.data+12\n"
				  "moved all.data+36 all.data+40\n"
				  "resized grows.data+16 grows.data+16\n"
				  "resized all.data+36 all.data+40\n"
				  "retyped turns.data+32 turns.data+32\n"
				  "retyped all.data+36 all.data+40\n");
	assert_string_equal(none, "7 same\n");
}

/* Static variables of several files have one name. */
static void diff_of_namesakes(void **state)
{
	static const struct spec a[] = {
		{ ".bss", "lone", INT, 0, 4 },      { ".bss", "twins", INT, 4, 4 },
		{ ".bss", "twins", INT, 8, 4 },     { ".data", "count", INT, 0, 4 },
		{ ".data", "count", NODE, 16, 16 }, { ".data", "count", INT_PTR, 32, 8 },
	};
	static const struct spec b[] = {
		{ ".data", "twins", INT, 0, 4 },
		{ ".data", "count", NODE, 16, 16 },
		{ ".data", "count", INT, 32, 4 },
		{ ".data", "lone", INT, 48, 4 },
	};
	_cleanup_free_ char *text = differences(*state, a, ARRAY_SIZE(a), b, ARRAY_SIZE(b));

	assert_string_equal(text, "1 same\n"
				  "added twins.data+0\n"
				  "removed twins.bss+4\n"
				  "removed twins.bss+8\n"
				  "removed count.data+32\n"
				  "moved lone.bss+0 lone.data+48\n"
				  "moved count.data+0 count.data+32\n");
}

/* What the module says once more is one variable; what it says otherwise are two. */
static void module_repeats(void **state)
{
	static const struct spec again[] = {
		{ ".data", "first", INT, 0x8, 4 },
		{ ".data", "second", INT, 0x14, 4 },
		{ ".data", "new", INT, 0x100, 4 },
		{ ".data", "new", INT, 0x100, 4 },
	};
	_cleanup_free_ char *path =
		write_specs(*state, "vmlinux", false, sample, ARRAY_SIZE(sample));
	_cleanup_(image_vars_cleanup) struct image_vars *base =
		open_specs(*state, "base", false, sample, ARRAY_SIZE(sample));
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
	struct btf_build b;
	size_t len;

	btf_build_init(&b, false, base->btf);
	add_vars(&b, again, ARRAY_SIZE(again));

	_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);
	_cleanup_free_ char *module = write_image(*state, "extra.ko", false, blob, len, 0, 0);

	expect_ok(image_vars_open(path, module, &vars));
	assert_int_equal(vars->nr_repeated, 1);
	assert_int_equal(vars->list.len, ARRAY_SIZE(sample) + 3);
	assert_int_equal(vars->nr_bad, 0);
	vec_for_each(var, &vars->list)
		if (str_eq(var->name, "first"))
			assert_ptr_equal(var->btf, vars->btf);
}

static void module_of_another_machine(void **state)
{
	_cleanup_free_ char *path = write_specs(*state, "one", false, sample, ARRAY_SIZE(sample));
	_cleanup_free_ char *other =
		write_specs(*state, "other", false, sample, ARRAY_SIZE(sample));
	struct image_vars *vars = NULL;
	FILE *file = fopen(other, "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, offsetof(Elf64_Ehdr, e_machine), SEEK_SET), 0);
	assert_int_equal(fputc(EM_AARCH64, file), EM_AARCH64);
	assert_int_equal(fclose(file), 0);
	expect_error(image_vars_open(path, other, &vars), "other is for another machine", "one",
		     NULL);
}

static void entries_that_are_no_variables(void **state)
{
	const struct btf_secinfo infos[] = { { INT, 0, 4 }, { 99, 4, 4 }, { FIRST_VAR, 8, 4 } };
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
	struct btf_build b;
	size_t len;

	btf_build_init(&b, false, NULL);
	add_types(&b);
	btf_build_add_var(&b, "right", INT, BTF_VAR_STATIC);
	btf_build_add_datasec(&b, ".data", 16, infos, ARRAY_SIZE(infos));

	_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);
	_cleanup_free_ char *path = write_image(*state, "bad", false, blob, len, 0, 0);

	expect_ok(image_vars_open(path, NULL, &vars));
	assert_int_equal(vars->nr_bad, 2);
	assert_int_equal(vars->list.len, 1);
	assert_string_equal(vars->list.data[0].name, "right");
}

static void no_btf(void **state)
{
	_cleanup_free_ char *text = scratch_file(*state, "text", "no ELF");
	_cleanup_free_ char *empty = write_image(*state, "empty", false, NULL, 0, 0, 0);
	struct image_vars *vars = NULL;
	struct elf_build b;
	size_t len;

	elf_build_init(&b, 64, false, ET_EXEC);

	_cleanup_free_ uint8_t *bytes = elf_build_finish(&b, &len);
	_cleanup_free_ char *without = scratch_bytes(*state, "without", bytes, len);

	expect_error(image_vars_open(without, NULL, &vars), "without", "no .BTF section", NULL);
	expect_error(image_vars_open(text, NULL, &vars), "text", NULL);
	expect_error(image_vars_open(empty, NULL, &vars), "empty", NULL);
	expect_error(image_vars_open("/nonexistent", NULL, &vars), "/nonexistent", NULL);
}

/* Nothing read from a damaged blob may lead astray: the sanitizers watch. */
static void damaged_blobs(void **state)
{
	_cleanup_(image_vars_cleanup) struct image_vars *right =
		open_specs(*state, "right", false, sample, ARRAY_SIZE(sample));
	unsigned int seed = 7, survived = 0;

	for (int round = 0; round < 400; round++) {
		_cleanup_free_ uint8_t *blob = xmemdup(right->btf->data, right->btf->len);

		for (int i = 0; i < 1 + round % 4; i++)
			blob[(size_t)rand_r(&seed) % right->btf->len] ^= (uint8_t)rand_r(&seed);

		_cleanup_free_ char *path = write_image(*state, "damaged", false, blob,
							right->btf->len, UINT64_MAX - 64, 0x30);
		_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
		_cleanup_error_ struct error *err = image_vars_open(path, NULL, &vars);

		if (err) {
			assert_int_equal(err->kind, ERROR_INPUT);
			continue;
		}
		survived++;

		_cleanup_(image_diff_release) struct image_diff diff = { 0 };

		image_diff_make(right, vars, &diff);
		assert_int_equal(diff.nr_b, vars->list.len);
		json_decref(image_diff_to_json(&diff));
		vec_for_each(datasec, &vars->datasecs) {
			_cleanup_(section_layout_release) struct section_layout layout = { 0 };

			expect_ok(section_layout_make(vars, datasec->name, LINE, NULL, &layout));
			free(printed(section_layout_print_text, &layout));
			free(printed(section_layout_print_c, &layout));
			json_decref(section_layout_to_json(&layout));
			assert_int_equal(layout.used + layout.holes, layout.size);
		}
	}
	assert_true(survived > 20);
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
		cmocka_unit_test(rows_and_holes),
		cmocka_unit_test(symbols_in_holes),
		cmocka_unit_test(lines_by_brute_force),
		cmocka_unit_test(no_such_section),
		cmocka_unit_test(as_c),
		cmocka_unit_test(declarations),
		cmocka_unit_test(hostile_names_are_defused),
		cmocka_unit_test(source_files),
		cmocka_unit_test(diff_of_every_kind),
		cmocka_unit_test(diff_of_namesakes),
		cmocka_unit_test(module_repeats),
		cmocka_unit_test(module_of_another_machine),
		cmocka_unit_test(entries_that_are_no_variables),
		cmocka_unit_test(no_btf),
		cmocka_unit_test(damaged_blobs),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
