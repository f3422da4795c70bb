// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repairs: what must be mended and how, what must be left alone, and that the rest of the BTF is still
 * the same. Every case runs in both byte orders, and is repaired a second time, which must change nothing.
 */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_edit.h"
#include "btf/btf_layout.h"
#include "btf/btf_repair.h"
#include "btf_build.h"
#include "core/proc.h"
#include "elf_build.h"
#include "scratch.h"

enum {
	DATA = 1,
	BSS,
	NOTES,
	DEBUG,
	DATA_ADDR = 0x1000,
	BSS_ADDR = 0x2000,
	NOTES_ADDR = 0x3000
};

/* ids of the types that each case starts with */
enum {
	INT = 1,
	LONG,
	PAIR,
	TRIPLE,
	PAIR_PTR
};

struct symbol {
	const char *name;
	uint32_t section, offset, size;
	uint8_t bind;
};

struct var {
	const char *name;
	uint32_t type, linkage;
	/* in which DATASEC it is listed, and how; section 0: in none */
	uint32_t section, offset, size;
};

struct sample {
	/* ended by one without a name */
	struct symbol symbols[8];
	struct var vars[8];
	/* one line for each repair: kind section variable kept */
	const char *repairs;
	/* one line for each DATASEC: name, then name@offset+size type of each VAR; NULL: as before */
	const char *after;
};

static const char *const section_names[] = { "", ".data", ".bss", ".notes", ".debug_info" };

static struct elf_image *make_elf(const char *dir, const struct sample *sample, bool big_endian)
{
	static const struct {
		uint32_t type;
		uint64_t flags, addr, size;
	} sections[] = {
		[DATA] = { SHT_PROGBITS, SHF_ALLOC, DATA_ADDR, 0x100 },
		[BSS] = { SHT_NOBITS, SHF_ALLOC, BSS_ADDR, 0x100 },
		[NOTES] = { SHT_NOTE, SHF_ALLOC, NOTES_ADDR, 0x40 },
		[DEBUG] = { SHT_PROGBITS, 0, 0, 0x8000 },
	};
	struct elf_build b;

	elf_build_init(&b, 64, big_endian, ET_EXEC);
	for (uint32_t i = DATA; i <= DEBUG; i++)
		assert_int_equal(elf_build_add_section(&b, section_names[i], sections[i].type,
						       sections[i].flags, sections[i].addr, NULL,
						       sections[i].size),
				 i);
	for (const struct symbol *symbol = sample->symbols; symbol->name; symbol++)
		elf_build_add_symbol(&b, symbol->name, symbol->bind, STT_OBJECT, symbol->section,
				     sections[symbol->section].addr + symbol->offset, symbol->size);
	return elf_build_open(&b, dir, "image");
}

static void add_types(struct btf_build *b)
{
	struct btf_build_member members[] = { { "a", LONG, 0 },
					      { "b", LONG, 64 },
					      { "c", LONG, 128 } };

	assert_int_equal(btf_build_add_int(b, "int", 4), INT);
	assert_int_equal(btf_build_add_int(b, "long", 8), LONG);
	assert_int_equal(btf_build_add_struct(b, "pair", 16, members, 2), PAIR);
	assert_int_equal(btf_build_add_struct(b, "triple", 24, members, 3), TRIPLE);
	/* something else leads to these, so they are there whatever becomes of the VARs */
	assert_int_equal(btf_build_add_ptr(b, PAIR), PAIR_PTR);
	btf_build_add_ptr(b, TRIPLE);
}

static void add_vars(struct btf_build *b, const struct var *vars)
{
	struct btf_secinfo infos[ARRAY_SIZE(((struct sample *)NULL)->vars)];
	uint32_t first = b->next_id;

	for (const struct var *var = vars; var->name; var++)
		btf_build_add_var(b, var->name, var->type, var->linkage);
	for (uint32_t section = DATA; section <= DEBUG; section++) {
		uint32_t count = 0, end = 0;

		for (uint32_t i = 0; vars[i].name; i++) {
			if (vars[i].section != section)
				continue;
			infos[count++] =
				(struct btf_secinfo){ first + i, vars[i].offset, vars[i].size };
			if (end < vars[i].offset + vars[i].size)
				end = vars[i].offset + vars[i].size;
		}
		/* as pahole does it, the size is where the last one ends */
		if (count)
			btf_build_add_datasec(b, section_names[section], end, infos, count);
	}
}

/* With @fits, each VAR must end inside its DATASEC. */
static char *render(const struct btf_image *btf, bool fits)
{
	struct strbuf sb = STRBUF_INIT;

	btf_for_each_type(type, btf) {
		if (type.kind != BTF_KIND_DATASEC)
			continue;
		strbuf_addf(&sb, "%s", btf_type_name(&type));
		for (uint32_t i = 0; i < type.vlen; i++) {
			struct btf_secinfo info = btf_secinfo(&type, i);
			struct btf_type_view var;

			assert_true(btf_type_get(btf, info.type, &var));
			_cleanup_free_ char *text = btf_type_describe(btf, var.size_or_type);
			/* else the kernel refuses it */
			assert_true(!fits || info.offset + info.size <= type.size_or_type);
			strbuf_addf(&sb, " %s@%u+%u %s;", btf_type_name(&var), info.offset,
				    info.size, text);
		}
		strbuf_addc(&sb, '\n');
	}
	strbuf_addc(&sb, '\0');
	return strbuf_detach(&sb);
}

static char *render_repairs(const struct btf_repairs *repairs)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < repairs->list.len; i++) {
		const struct btf_repair *repair = &repairs->list.data[i];

		strbuf_addf(&sb, "%s %s %s %s\n", btf_repair_kind_name(repair->kind),
			    repair->section, repair->variable, repair->kept);
		assert_true(strlen(repair->reason) > 10);
	}
	strbuf_addc(&sb, '\0');
	return strbuf_detach(&sb);
}

/* Repairs @btf and checks what was done; returns the new image, or NULL where nothing was to do. */
static struct btf_image *repair_and_check(const struct btf_image *btf, const struct elf_image *elf,
					  const char *expected)
{
	_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
	_cleanup_free_ uint8_t *blob = NULL;
	struct btf_image *repaired = NULL;
	size_t len;

	expect_ok(btf_repair(btf, elf, &repairs, &blob, &len));

	_cleanup_free_ char *done = render_repairs(&repairs);
	assert_string_equal(done, expected);
	assert_int_equal(blob == NULL, *expected == '\0');
	if (blob)
		expect_ok(btf_image_parse("repaired", blob, len, btf->base, &repaired));
	return repaired;
}

static void check_sample(const char *dir, const struct sample *sample, bool big_endian,
			 bool is_split)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = make_elf(dir, sample, big_endian);
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct btf_build b;

	btf_build_init(&b, big_endian, NULL);
	add_types(&b);
	if (is_split) {
		base = btf_build_parse(&b, "base", NULL);
		btf_build_init(&b, big_endian, base);
	}
	add_vars(&b, sample->vars);
	btf = btf_build_parse(&b, "made", base);

	_cleanup_(btf_image_cleanup) struct btf_image *repaired =
		repair_and_check(btf, elf, sample->repairs);
	_cleanup_free_ char *before = render(btf, false);
	if (!repaired) {
		if (sample->after)
			assert_string_equal(before, sample->after);
		return;
	}

	_cleanup_free_ char *after = render(repaired, true);
	assert_string_equal(after, sample->after);
	assert_int_equal(repaired->big_endian, big_endian);
	assert_int_equal(repaired->first_id, btf->first_id);
	assert_null(repair_and_check(repaired, elf, ""));
}

static void check_samples(void **state, const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (int form = 0; form < 4; form++)
			check_sample(*state, &samples[i], form & 1, form & 2);
}

#define G      STB_GLOBAL
#define L      STB_LOCAL
#define W      STB_WEAK
#define EXTERN BTF_VAR_GLOBAL_ALLOCATED
#define STATIC BTF_VAR_STATIC

static void duplicates(void **state)
{
	static const struct sample samples[] = {
		/* a weak and a strong definition, as pahole 1.30 writes them */
		{
			.symbols = { { "a", DATA, 0, 8, G }, { "b", DATA, 8, 4, G } },
			.vars = { { "a", LONG, EXTERN, DATA, 0, 8 },
				  { "a", LONG, EXTERN, DATA, 0, 8 },
				  { "b", INT, EXTERN, DATA, 8, 4 } },
			.repairs = "duplicate-var .data a a\n",
			.after = ".data a@0+8 long; b@8+4 int;\n",
		},
		/* three of them */
		{
			.symbols = { { "a", DATA, 0, 8, G } },
			.vars = { { "a", LONG, EXTERN, DATA, 0, 8 },
				  { "a", LONG, EXTERN, DATA, 0, 8 },
				  { "a", LONG, EXTERN, DATA, 0, 8 } },
			.repairs = "duplicate-var .data a a\nduplicate-var .data a a\n",
			.after = ".data a@0+8 long;\n",
		},
		/* the second is of the symbol's size */
		{
			.symbols = { { "a", DATA, 0, 16, G } },
			.vars = { { "a", LONG, EXTERN, DATA, 0, 8 },
				  { "a", PAIR, EXTERN, DATA, 0, 16 } },
			.repairs = "duplicate-var .data a a\n",
			.after = ".data a@0+16 struct pair;\n",
		},
		/* the first has a flexible array, the second is too large */
		{
			.symbols = { { "a", DATA, 0, 20, G } },
			.vars = { { "a", TRIPLE, EXTERN, DATA, 0, 24 },
				  { "a", PAIR, EXTERN, DATA, 0, 16 } },
			.repairs = "duplicate-var .data a a\n",
			.after = ".data a@0+16 struct pair;\n",
		},
		/* the first is said to be static, but the symbol is global */
		{
			.symbols = { { "a", DATA, 0, 8, G } },
			.vars = { { "a", LONG, STATIC, DATA, 0, 8 },
				  { "a", PAIR_PTR, EXTERN, DATA, 0, 8 } },
			.repairs = "duplicate-var .data a a\n",
			.after = ".data a@0+8 struct pair *;\n",
		},
		/* not one name in two places */
		{
			.symbols = { { "a", DATA, 0, 4, L }, { "a", DATA, 4, 4, L } },
			.vars = { { "a", INT, STATIC, DATA, 0, 4 },
				  { "a", INT, STATIC, DATA, 4, 4 } },
			.repairs = "",
		},
	};

	check_samples(state, samples, ARRAY_SIZE(samples));
}

static void aliases(void **state)
{
	static const struct sample samples[] = {
		{
			.symbols = { { "weak", DATA, 0, 8, W }, { "strong", DATA, 0, 8, G } },
			.vars = { { "weak", LONG, EXTERN, DATA, 0, 8 },
				  { "strong", LONG, EXTERN, DATA, 0, 8 } },
			.repairs = "alias .data weak strong\n",
			.after = ".data strong@0+8 long;\n",
		},
		{
			.symbols = { { "strong", DATA, 0, 8, G }, { "local", DATA, 0, 8, L } },
			.vars = { { "strong", LONG, EXTERN, DATA, 0, 8 },
				  { "local", LONG, STATIC, DATA, 0, 8 } },
			.repairs = "alias .data local strong\n",
			.after = ".data strong@0+8 long;\n",
		},
		/* the linker discarded one and left its address at the section's start */
		{
			.symbols = { { "real", DATA, 0, 8, L } },
			.vars = { { "gone", LONG, EXTERN, DATA, 0, 8 },
				  { "real", LONG, STATIC, DATA, 0, 8 } },
			.repairs = "alias .data gone real\n",
			.after = ".data real@0+8 long;\n",
		},
		/* the file knows neither: nothing is proven */
		{
			.symbols = { { "other", BSS, 0, 8, L } },
			.vars = { { "a", LONG, EXTERN, DATA, 0, 8 },
				  { "b", LONG, STATIC, DATA, 0, 8 } },
			.repairs = "",
		},
	};

	check_samples(state, samples, ARRAY_SIZE(samples));
}

/* clang's GlobalMerge: pahole puts all of them where the first is. */
static void merged(void **state)
{
	static const struct sample samples[] = {
		/* the one that is there may come last */
		{
			.symbols = { { "a", DATA, 0, 4, L },
				     { "b", DATA, 4, 4, L },
				     { "c", DATA, 8, 8, L } },
			.vars = { { "b", INT, STATIC, DATA, 0, 4 },
				  { "c", LONG, STATIC, DATA, 0, 8 },
				  { "a", INT, STATIC, DATA, 0, 4 } },
			.repairs = "alias .data b a\nalias .data c a\n",
			.after = ".data a@0+4 int;\n",
		},
		/* the first has no VAR: one of the others stays, to be found at a wrong place */
		{
			.symbols = { { "whole.L_MergedGlobals", DATA, 0, 12, L },
				     { "b", DATA, 4, 4, L },
				     { "c", DATA, 8, 4, L } },
			.vars = { { "b", INT, STATIC, DATA, 0, 4 },
				  { "c", INT, STATIC, DATA, 0, 4 } },
			.repairs = "overlap .data c b\n",
			.after = ".data b@0+4 int;\n",
		},
		/* and all of them with a prefix */
		{
			.symbols = { { "__stub_.L_MergedGlobals", DATA, 4, 8, L },
				     { "__stub_a", DATA, 4, 4, L },
				     { "__stub_b", DATA, 8, 4, L } },
			.vars = { { "a", INT, STATIC, DATA, 4, 4 },
				  { "b", INT, STATIC, DATA, 4, 4 } },
			.repairs = "renamed .data a __stub_a\nalias .data b __stub_a\n",
			.after = ".data __stub_a@4+4 int;\n",
		},
		/* which of two namesakes it is cannot be told */
		{
			.symbols = { { "b", DATA, 8, 4, L }, { "b", DATA, 16, 4, L } },
			.vars = { { "b", INT, STATIC, DATA, 0, 4 },
				  { "c", INT, STATIC, DATA, 0, 4 } },
			.repairs = "",
		},
		/* a symbol too small for it is another's */
		{
			.symbols = { { "b", DATA, 8, 4, L } },
			.vars = { { "b", LONG, STATIC, DATA, 0, 8 },
				  { "c", INT, STATIC, DATA, 0, 4 } },
			.repairs = "",
		},
	};

	check_samples(state, samples, ARRAY_SIZE(samples));
}

static void overlaps(void **state)
{
	static const struct sample samples[] = {
		/* the weak definition's type, which is larger */
		{
			.symbols = { { "a", DATA, 0, 8, G }, { "b", DATA, 8, 8, G } },
			.vars = { { "a", TRIPLE, EXTERN, DATA, 0, 24 },
				  { "b", LONG, EXTERN, DATA, 8, 8 } },
			.repairs = "overlap .data a b\n",
			.after = ".data b@8+8 long;\n",
		},
		/* type and symbol agree, the entry does not */
		{
			.symbols = { { "a", DATA, 0, 8, G }, { "b", DATA, 8, 8, G } },
			.vars = { { "a", LONG, EXTERN, DATA, 0, 12 },
				  { "b", LONG, EXTERN, DATA, 8, 8 } },
			.repairs = "overlap .data a a\n",
			.after = ".data a@0+8 long; b@8+8 long;\n",
		},
		/* a name for a part of a */
		{
			.symbols = { { "a", DATA, 0, 16, G }, { "part", DATA, 8, 8, G } },
			.vars = { { "a", PAIR, EXTERN, DATA, 0, 16 },
				  { "part", LONG, EXTERN, DATA, 8, 8 } },
			.repairs = "overlap .data part a\n",
			.after = ".data a@0+16 struct pair;\n",
		},
		/* two parts of a local */
		{
			.symbols = { { "a", DATA, 0, 16, G },
				     { "low", DATA, 4, 4, L },
				     { "high", DATA, 8, 8, L },
				     { "behind", DATA, 16, 4, L } },
			.vars = { { "a", PAIR, EXTERN, DATA, 0, 16 },
				  { "low", INT, STATIC, DATA, 4, 4 },
				  { "high", LONG, STATIC, DATA, 8, 8 },
				  { "behind", INT, STATIC, DATA, 16, 4 } },
			.repairs = "overlap .data low a\noverlap .data high a\n",
			.after = ".data a@0+16 struct pair; behind@16+4 int;\n",
		},
		/* one that is not in the file */
		{
			.symbols = { { "a", DATA, 0, 16, G } },
			.vars = { { "a", PAIR, EXTERN, DATA, 0, 16 },
				  { "gone", LONG, STATIC, DATA, 8, 8 } },
			.repairs = "overlap .data gone a\n",
			.after = ".data a@0+16 struct pair;\n",
		},
		/* no symbol has a size: nothing is proven */
		{
			.symbols = { { "a", DATA, 0, 0, G }, { "b", DATA, 8, 0, G } },
			.vars = { { "a", PAIR, EXTERN, DATA, 0, 16 },
				  { "b", LONG, EXTERN, DATA, 8, 8 } },
			.repairs = "",
		},
		/* smaller than its symbol: a flexible array */
		{
			.symbols = { { "a", DATA, 0, 12, G }, { "b", DATA, 12, 4, G } },
			.vars = { { "a", LONG, EXTERN, DATA, 0, 8 },
				  { "b", INT, EXTERN, DATA, 12, 4 } },
			.repairs = "",
		},
	};

	check_samples(state, samples, ARRAY_SIZE(samples));
}

static void wrong_sections(void **state)
{
	static const struct sample samples[] = {
		/* s390x: addresses are so low that .debug_info, at 0, has them too */
		{
			.symbols = { { "a", DATA, 0, 4, G }, { "note", NOTES, 8, 8, L } },
			.vars = { { "a", INT, EXTERN, DATA, 0, 4 },
				  { "note", LONG, STATIC, DEBUG, NOTES_ADDR + 8, 8 } },
			.repairs = "wrong-section .debug_info note note@.notes+0x8\n",
			.after = ".data a@0+4 int;\n.notes note@8+8 long;\n",
		},
		/* into a DATASEC that is there, between others */
		{
			.symbols = { { "a", DATA, 0, 4, G },
				     { "b", DATA, 4, 4, G },
				     { "c", DATA, 8, 4, G } },
			.vars = { { "a", INT, EXTERN, DATA, 0, 4 },
				  { "c", INT, EXTERN, DATA, 8, 4 },
				  { "b", INT, EXTERN, DEBUG, DATA_ADDR + 4, 4 } },
			.repairs = "wrong-section .debug_info b b@.data+0x4\n",
			.after = ".data a@0+4 int; b@4+4 int; c@8+4 int;\n",
		},
		/* into one that is there, behind all others */
		{
			.symbols = { { "a", DATA, 0, 4, G }, { "b", DATA, 64, 4, G } },
			.vars = { { "a", INT, EXTERN, DATA, 0, 4 },
				  { "b", INT, EXTERN, DEBUG, DATA_ADDR + 64, 4 } },
			.repairs = "wrong-section .debug_info b b@.data+0x40\n",
			.after = ".data a@0+4 int; b@64+4 int;\n",
		},
		/* the right one has it already */
		{
			.symbols = { { "a", DATA, 0, 4, G }, { "b", BSS, 4, 4, G } },
			.vars = { { "a", INT, EXTERN, DATA, 0, 4 },
				  { "b", INT, EXTERN, DATA, 16, 4 },
				  { "b", INT, EXTERN, BSS, 4, 4 } },
			.repairs = "wrong-section .data b b@.bss+0x4\n",
			.after = ".data a@0+4 int;\n.bss b@4+4 int;\n",
		},
		/* it has a namesake in the other section, and is here behind a prefix */
		{
			.symbols = { { "b", BSS, 4, 4, G }, { "__stub_b", DATA, 8, 4, L } },
			.vars = { { "b", INT, EXTERN, BSS, 4, 4 },
				  { "b", INT, EXTERN, DATA, 8, 4 } },
			.repairs = "renamed .data b __stub_b\n",
			.after = ".data __stub_b@8+4 int;\n.bss b@4+4 int;\n",
		},
		/* two symbols: either may be meant */
		{
			.symbols = { { "b", BSS, 4, 4, L }, { "b", BSS, 8, 4, L } },
			.vars = { { "b", INT, STATIC, DATA, 16, 4 } },
			.repairs = "",
		},
		/* one symbol, but not of that size: another variable's */
		{
			.symbols = { { "b", BSS, 4, 16, L } },
			.vars = { { "b", INT, STATIC, DATA, 16, 4 } },
			.repairs = "",
		},
		/* a stale offset is for the verifier to find */
		{
			.symbols = { { "a", DATA, 0, 4, G }, { "b", DATA, 8, 4, G } },
			.vars = { { "a", INT, EXTERN, DATA, 0, 4 },
				  { "b", INT, EXTERN, DATA, 4, 4 } },
			.repairs = "",
		},
		/* so is a variable that the file does not have */
		{
			.symbols = { { "a", DATA, 0, 4, G } },
			.vars = { { "a", INT, EXTERN, DATA, 0, 4 },
				  { "gone", INT, EXTERN, DATA, 4, 4 } },
			.repairs = "",
		},
	};

	check_samples(state, samples, ARRAY_SIZE(samples));
}

static void renamed(void **state)
{
	static const struct sample samples[] = {
		/* arm64: objcopy --prefix-symbols=__pi_; the second has a flexible array */
		{
			.symbols = { { "__pi_regs", DATA, 0, 8, L },
				     { "__pi_desc", DATA, 8, 24, L } },
			.vars = { { "regs", LONG, STATIC, DATA, 0, 8 },
				  { "desc", PAIR, STATIC, DATA, 8, 16 } },
			.repairs = "renamed .data regs __pi_regs\nrenamed .data desc __pi_desc\n",
			.after = ".data __pi_regs@0+8 long; __pi_desc@8+16 struct pair;\n",
		},
		/* a name that does not end like it; a type too large; a name that is elsewhere */
		{
			.symbols = { { "other", DATA, 0, 8, L },
				     { "__pi_desc", DATA, 8, 8, L },
				     { "x_moved", DATA, 32, 8, L },
				     { "moved", DATA, 40, 8, L } },
			.vars = { { "regs", LONG, STATIC, DATA, 0, 8 },
				  { "desc", PAIR, STATIC, DATA, 8, 16 },
				  { "moved", LONG, STATIC, DATA, 32, 8 } },
			.repairs = "",
		},
		/* two symbols there */
		{
			.symbols = { { "x_a", DATA, 0, 8, L }, { "y_a", DATA, 0, 8, L } },
			.vars = { { "a", LONG, STATIC, DATA, 0, 8 } },
			.repairs = "",
		},
	};

	check_samples(state, samples, ARRAY_SIZE(samples));
}

static void order_and_size(void **state)
{
	static const struct sample samples[] = {
		{
			.symbols = { { "a", DATA, 0, 4, G },
				     { "b", DATA, 4, 4, G },
				     { "c", DATA, 8, 4, G } },
			.vars = { { "c", INT, EXTERN, DATA, 8, 4 },
				  { "b", INT, EXTERN, DATA, 4, 4 },
				  { "a", INT, EXTERN, DATA, 0, 4 } },
			.repairs = "unsorted .data  \n",
			.after = ".data a@0+4 int; b@4+4 int; c@8+4 int;\n",
		},
		/* void has no size; and what is left is nothing */
		{
			.symbols = { { "a", DATA, 0, 0, G } },
			.vars = { { "a", 0, EXTERN, DATA, 0, 0 } },
			.repairs = "zero-size .data a \n",
			.after = "",
		},
	};

	check_samples(state, samples, ARRAY_SIZE(samples));
}

/* Object files have addresses that count from each section's start. */
static void object_file(void **state)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	static const struct var vars[] = { { "a", LONG, EXTERN, DATA, 0, 8 },
					   { "b", LONG, EXTERN, DATA, 8, 8 },
					   { "b", LONG, EXTERN, DATA, 8, 8 },
					   { 0 } };
	struct elf_build e;
	struct btf_build b;

	elf_build_init(&e, 64, true, ET_REL);
	elf_build_add_section(&e, ".data", SHT_PROGBITS, SHF_ALLOC, 0, NULL, 32);
	elf_build_add_section(&e, ".data", SHT_PROGBITS, SHF_ALLOC, 0, NULL, 32);
	/* in the other section of that name: not a wrong section */
	elf_build_add_symbol(&e, "a", G, STT_OBJECT, 2, 0, 8);
	elf_build_add_symbol(&e, "b", G, STT_OBJECT, 1, 8, 8);
	elf = elf_build_open(&e, *state, "object.o");
	btf_build_init(&b, true, NULL);
	add_types(&b);
	add_vars(&b, vars);
	btf = btf_build_parse(&b, "object", NULL);

	_cleanup_(btf_image_cleanup) struct btf_image *repaired =
		repair_and_check(btf, elf, "duplicate-var .data b b\n");
	_cleanup_free_ char *after = render(repaired, true);
	assert_string_equal(after, ".data a@0+8 long; b@8+8 long;\n");
}

/* All that is not about the removed VAR, in the terms of C, ids and strings left out. */
static char *render_types(const struct btf_image *btf)
{
	struct strbuf sb = STRBUF_INIT;

	btf_for_each_type(type, btf) {
		_cleanup_free_ char *text = btf_type_describe(btf, type.id);
		struct btf_type_view target;

		strbuf_addf(&sb, "%s %s", btf_kind_name(type.kind), text);
		if (type.kind == BTF_KIND_STRUCT || type.kind == BTF_KIND_UNION) {
			for (uint32_t i = 0; i < type.vlen; i++) {
				struct btf_member_view member = btf_member(&type, i);
				_cleanup_free_ char *of = btf_type_describe(btf, member.type);

				strbuf_addf(&sb, " %s:%s", btf_string(btf, member.name_off), of);
			}
		}
		if (type.kind == BTF_KIND_DECL_TAG && btf_type_get(btf, type.size_or_type, &target))
			strbuf_addf(&sb, " on %s %d", btf_type_name(&target),
				    (int)btf_var_linkage(&type));
		strbuf_addc(&sb, '\n');
	}
	strbuf_addc(&sb, '\0');
	return strbuf_detach(&sb);
}

/* What led to nothing but a removed VAR goes with it, in a ring or not; all else stays and is renumbered. */
static void orphans(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		const struct btf_build_member ring[] = { { "next", 4, 0 } };
		const struct btf_build_member shared[] = { { "x", 1, 0 }, { "y", 6, 64 } };
		const struct btf_secinfo infos[] = { { 9, 0, 8 }, { 10, 8, 4 } };
		_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL, *edited = NULL;
		_cleanup_(btf_edit_cleanup) struct btf_edit *edit = NULL;
		_cleanup_free_ uint8_t *blob = NULL;
		struct btf_build b;
		size_t len;

		btf_build_init(&b, big_endian, NULL);
		btf_build_add_int(&b, "int", 4);                   /* 1 */
		btf_build_add_struct(&b, "ring", 8, ring, 1);      /* 2: goes */
		btf_build_add_struct(&b, "loose", 4, NULL, 0);     /* 3: nothing ever led to it */
		btf_build_add_ptr(&b, 2);                          /* 4: goes */
		btf_build_add_struct(&b, "shared", 16, shared, 2); /* 5 */
		btf_build_add_ptr(&b, 5);                          /* 6 */
		btf_build_add_typedef(&b, "ring_t", 2);            /* 7: goes */
		btf_build_add_array(&b, 5, 1, 3);                  /* 8: goes, not what is in it */
		btf_build_add_var(&b, "removed", 7, EXTERN);       /* 9: goes */
		btf_build_add_var(&b, "kept", 5, EXTERN);          /* 10 */
		btf_build_add_datasec(&b, ".data", 16, infos, 2);  /* 11 */
		btf_build_add_decl_tag(&b, "gone", 9, -1);         /* 12: goes */
		btf_build_add_decl_tag(&b, "tag", 5, 1);           /* 13 */
		btf_build_add_decl_tag(&b, "gone too", 2, 0);      /* 14: goes */
		btf_build_add_var(&b, "removed2", 8, EXTERN);      /* 15: goes */
		btf = btf_build_parse(&b, "made", NULL);

		edit = btf_edit_new(btf);
		btf_edit_drop(edit, 9);
		btf_edit_drop(edit, 15);
		expect_ok(btf_edit_apply(edit, &blob, &len));
		expect_ok(btf_image_parse("edited", blob, len, NULL, &edited));

		_cleanup_free_ char *types = render_types(edited);
		assert_string_equal(types, "int int\n"
					   "struct struct loose\n"
					   "struct struct shared x:int y:struct shared *\n"
					   "ptr struct shared *\n"
					   "var kept\n"
					   "datasec .data\n"
					   "decl_tag tag on shared 1\n");
		/* no string of what went */
		assert_null(memmem(blob, len, "ring", 4));
		assert_null(memmem(blob, len, "gone", 4));
		assert_null(memmem(blob, len, "removed", 7));
	}
}

static void edit_of_nothing_changes_nothing(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	_cleanup_(btf_edit_cleanup) struct btf_edit *edit = NULL;
	_cleanup_free_ uint8_t *blob = NULL;
	struct btf_build b;
	size_t len;

	(void)state;
	btf_build_init(&b, true, NULL);
	add_types(&b);
	btf_build_add_type(&b, "e", BTF_KIND_ENUM64, true, 1, 8);
	btf_build_add_word(&b, btf_build_add_string(&b, "E"));
	btf_build_add_word(&b, 1);
	btf_build_add_word(&b, 2);
	btf_build_add_decl_tag(&b, "tag", PAIR, -1);
	btf = btf_build_parse(&b, "made", NULL);
	edit = btf_edit_new(btf);
	expect_ok(btf_edit_apply(edit, &blob, &len));
	assert_int_equal(len, btf->len);
	assert_memory_equal(blob, btf->data, len);
}

/* Two names in one string are still so, and the kind layout of a Linux 7 header is carried along. */
static void shared_strings_and_layout(void **state)
{
	static const uint8_t layout[] = { 0, 0, 0, 0, 4, 0, 0, 0 };
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL, *edited = NULL;
	_cleanup_(btf_edit_cleanup) struct btf_edit *edit = NULL;
	_cleanup_free_ uint8_t *blob = NULL, *with_layout = NULL;
	struct btf_type_view type;
	struct btf_build b;
	size_t len;

	(void)state;
	btf_build_init(&b, false, NULL);
	b.hdr_len = 32;
	btf_build_add_int(&b, "unused", 4);
	btf_build_add_int(&b, "unsigned int", 4);
	btf_build_add_int(&b, "", 4);
	/* the name of the third is the end of the second's */
	btf_put32((uint8_t *)b.types.data + 32, 1 + 7 + 9, false);

	_cleanup_free_ uint8_t *plain = btf_build_finish(&b, &len);
	with_layout = xcalloc(1, len + sizeof(layout));
	memcpy(with_layout, plain, len);
	memcpy(with_layout + len, layout, sizeof(layout));
	btf_put32(with_layout + BTF_HDR_LAYOUT_OFF, (uint32_t)len - 32, false);
	btf_put32(with_layout + BTF_HDR_LAYOUT_LEN, sizeof(layout), false);
	expect_ok(btf_image_parse("made", with_layout, len + sizeof(layout), NULL, &btf));

	edit = btf_edit_new(btf);
	btf_edit_drop(edit, 1);
	expect_ok(btf_edit_apply(edit, &blob, &len));
	expect_ok(btf_image_parse("edited", blob, len, NULL, &edited));
	assert_int_equal(edited->nr_types, 2);
	assert_int_equal(edited->hdr_len, 32);
	assert_int_equal(edited->str_len, 1 + 13);
	assert_true(btf_type_get(edited, 1, &type));
	assert_string_equal(btf_type_name(&type), "unsigned int");
	assert_true(btf_type_get(edited, 2, &type));
	assert_string_equal(btf_type_name(&type), "int");

	uint32_t off = btf_get32(blob + BTF_HDR_LAYOUT_OFF, false);
	assert_int_equal(btf_get32(blob + BTF_HDR_LAYOUT_LEN, false), sizeof(layout));
	assert_memory_equal(blob + 32 + off, layout, sizeof(layout));
}

/* A kind layout without bytes may claim to be anywhere: not behind the end of a blob that got shorter. */
static void empty_layout(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL, *edited = NULL;
	_cleanup_(btf_edit_cleanup) struct btf_edit *edit = NULL, *again = NULL;
	_cleanup_free_ uint8_t *blob = NULL, *second = NULL;
	struct btf_build b;
	size_t len;

	(void)state;
	btf_build_init(&b, false, NULL);
	b.hdr_len = 32;
	btf_build_add_int(&b, "unused", 4);

	_cleanup_free_ uint8_t *made = btf_build_finish(&b, &len);
	btf_put32(made + BTF_HDR_LAYOUT_OFF, (uint32_t)len - 32, false);
	expect_ok(btf_image_parse("made", made, len, NULL, &btf));
	edit = btf_edit_new(btf);
	btf_edit_drop(edit, 1);
	expect_ok(btf_edit_apply(edit, &blob, &len));
	assert_int_equal(btf_get32(blob + BTF_HDR_LAYOUT_OFF, false), 0);
	expect_ok(btf_image_parse("edited", blob, len, NULL, &edited));
	again = btf_edit_new(edited);
	expect_ok(btf_edit_apply(again, &second, &len));
}

static void not_rewritten(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL, *longer = NULL;
	_cleanup_(btf_edit_cleanup) struct btf_edit *edit = NULL, *edit2 = NULL;
	uint8_t *blob = NULL;
	struct btf_build b;
	size_t len;

	(void)state;
	btf_build_init(&b, false, NULL);
	btf_build_add_int(&b, "int", 4);
	btf_build_add_ptr(&b, 1);
	btf_build_add_ptr(&b, 77);
	btf = btf_build_parse(&b, "made", NULL);
	edit = btf_edit_new(btf);
	expect_error(btf_edit_apply(edit, &blob, &len), "made", "type 3 refers to the id 77", NULL);
	btf_edit_drop(edit, 1);
	expect_error(btf_edit_apply(edit, &blob, &len), "type 2 refers to type 1", "removed", NULL);

	btf_build_init(&b, false, NULL);
	b.hdr_len = 40;
	btf_build_add_int(&b, "int", 4);
	_cleanup_free_ uint8_t *unknown = btf_build_finish(&b, &len);
	unknown[36] = 1;
	expect_ok(btf_image_parse("longer", unknown, len, NULL, &longer));
	edit2 = btf_edit_new(longer);
	expect_error(btf_edit_apply(edit2, &blob, &len), "longer", "offset 36", NULL);
	assert_null(blob);
}

static const struct sample everything = {
	.symbols = { { "a", DATA, 0, 8, G },
		     { "weak", DATA, 8, 8, W },
		     { "strong", DATA, 8, 8, G },
		     { "part", DATA, 12, 4, L },
		     { "__pi_regs", DATA, 16, 8, L },
		     { "note", NOTES, 8, 8, L } },
	.vars = { { "a", LONG, EXTERN, DATA, 0, 8 },
		  { "a", LONG, EXTERN, DATA, 0, 8 },
		  { "part", INT, STATIC, DATA, 12, 4 },
		  { "weak", LONG, EXTERN, DATA, 8, 8 },
		  { "strong", LONG, EXTERN, DATA, 8, 8 },
		  { "regs", LONG, STATIC, DATA, 16, 8 },
		  { "note", LONG, STATIC, DEBUG, NOTES_ADDR + 8, 8 } },
	.repairs = "wrong-section .debug_info note note@.notes+0x8\n"
		   "renamed .data regs __pi_regs\n"
		   "duplicate-var .data a a\n"
		   "alias .data weak strong\n"
		   "overlap .data part strong\n"
		   "unsorted .data  \n",
	.after = ".data a@0+8 long; strong@8+8 long; __pi_regs@16+8 long;\n"
		 ".notes note@8+8 long;\n",
};

static void all_at_once(void **state)
{
	check_samples(state, &everything, 1);
}

static void report_as_json(void **state)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = make_elf(*state, &everything, true);
	_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	_cleanup_free_ uint8_t *blob = NULL;
	struct btf_build b;
	size_t len;

	btf_build_init(&b, true, NULL);
	add_types(&b);
	add_vars(&b, everything.vars);
	btf = btf_build_parse(&b, "made", NULL);
	expect_ok(btf_repair(btf, elf, &repairs, &blob, &len));

	json_t *report = btf_repairs_to_json(&repairs, "vmlinux", "1.30");
	assert_string_equal(json_string_value(json_object_get(report, "image")), "vmlinux");
	assert_string_equal(json_string_value(json_object_get(report, "pahole")), "1.30");
	json_t *list = json_object_get(report, "repairs");
	assert_int_equal(json_array_size(list), 6);
	json_t *first = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(first, "kind")), "wrong-section");
	assert_string_equal(json_string_value(json_object_get(first, "section")), ".debug_info");
	assert_string_equal(json_string_value(json_object_get(first, "variable")), "note");
	assert_string_equal(json_string_value(json_object_get(first, "kept")), "note@.notes+0x8");
	assert_int_equal(json_integer_value(json_object_get(first, "offset")), NOTES_ADDR + 8);
	assert_true(json_is_string(json_object_get(first, "reason")));
	json_t *counts = json_object_get(report, "counts");
	assert_int_equal(json_object_size(counts), 6);
	assert_int_equal(json_integer_value(json_object_get(counts, "duplicate-var")), 1);
	json_decref(report);
}

/* Whatever BTF says: an error, or a new blob that can be read. */
static void bit_flips(void **state)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = make_elf(*state, &everything, false);
	unsigned int seed = 4, repaired = 0, refused = 0;
	struct btf_build b;
	size_t len;

	btf_build_init(&b, false, NULL);
	add_types(&b);
	add_vars(&b, everything.vars);

	_cleanup_free_ uint8_t *made = btf_build_finish(&b, &len);
	_cleanup_free_ uint8_t *flipped = xmalloc(len);
	for (int round = 0; round < 10000; round++) {
		_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
		_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL, *again = NULL;
		_cleanup_free_ uint8_t *blob = NULL;
		size_t blob_len;

		memcpy(flipped, made, len);
		for (int i = 0; i <= round % 6; i++)
			flipped[(size_t)rand_r(&seed) % len] ^= (uint8_t)(1 << rand_r(&seed) % 8);

		struct error *err = btf_image_parse("flipped", flipped, len, NULL, &btf);
		if (!err)
			err = btf_repair(btf, elf, &repairs, &blob, &blob_len);
		if (err) {
			assert_int_equal(err->kind, ERROR_INPUT);
			assert_null(blob);
			error_free(err);
			refused++;
		} else if (blob) {
			expect_ok(btf_image_parse("again", blob, blob_len, NULL, &again));
			assert_true(again->nr_types <= btf->nr_types + 1);
			repaired++;
		}
	}
	assert_true(repaired > 1000);
	assert_true(refused > 1000);
}

static void compile(const char *dir, const char *name, const char *source)
{
	_cleanup_free_ char *file = xasprintf("%s.c", name);
	_cleanup_free_ char *from = scratch_file(dir, file, source);
	_cleanup_free_ char *object = xasprintf("%s/%s.o", dir, name);
	const char *const argv[] = { "gcc", "-g", "-c", "-fno-lto", "-o", object, from, NULL };
	struct proc proc = { .argv = argv };

	expect_ok(proc_run_checked(&proc));
	proc_release(&proc);
}

/*
 * Two definitions with types of one size: symbols cannot tell them apart. DWARF has both at the same
 * address, but only the one the linker took is among its own unit's other variables.
 */
static void dwarf_decides(void **state)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_free_ char *out = xasprintf("%s/linked", (char *)*state);
	_cleanup_free_ char *weak = xasprintf("%s/weak.o", (char *)*state);
	_cleanup_free_ char *strong = xasprintf("%s/strong.o", (char *)*state);
	const char *const link[] = { "gcc", "-nostdlib", "-static", "-Wl,-e,0", "-o",
				     out,   weak,        strong,    NULL };
	struct proc proc = { .argv = link };
	const struct elf_symbol *const *symbols;

	compile(*state, "weak",
		"struct weak_type { int x; };\n"
		"int weak_before = 1;\n"
		"struct weak_type var __attribute__((weak)) = { 1 };\n"
		"int weak_behind = 1;\n");
	compile(*state, "strong",
		"struct strong_type { int x; };\n"
		"int strong_before = 1;\n"
		"struct strong_type var = { 2 };\n"
		"int strong_behind = 1;\n");
	expect_ok(proc_run_checked(&proc));
	proc_release(&proc);
	expect_ok(elf_image_open(out, &elf));
	assert_int_equal(elf_symbols_by_name(elf, "var", &symbols), 1);

	const struct elf_section *section = elf_section_by_index(elf, symbols[0]->shndx);
	uint32_t offset = (uint32_t)(symbols[0]->value - section->addr);
	for (int strong_first = 0; strong_first < 2; strong_first++) {
		_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
		const struct btf_secinfo infos[] = { { 3, offset, 4 }, { 4, offset, 4 } };
		struct btf_build b;

		btf_build_init(&b, elf->big_endian, NULL);
		btf_build_add_struct(&b, "weak_type", 4, NULL, 0);
		btf_build_add_struct(&b, "strong_type", 4, NULL, 0);
		btf_build_add_var(&b, "var", strong_first ? 2 : 1, EXTERN);
		btf_build_add_var(&b, "var", strong_first ? 1 : 2, EXTERN);
		btf_build_add_datasec(&b, section->name, (uint32_t)section->size, infos, 2);
		btf = btf_build_parse(&b, "made", NULL);

		_cleanup_free_ char *expected =
			xasprintf("duplicate-var %s var var\n", section->name);
		_cleanup_(btf_image_cleanup) struct btf_image *repaired =
			repair_and_check(btf, elf, expected);
		_cleanup_free_ char *after = render(repaired, true);
		_cleanup_free_ char *truth =
			xasprintf("%s var@%u+4 struct strong_type;\n", section->name, offset);
		assert_string_equal(after, truth);
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
		cmocka_unit_test(duplicates),
		cmocka_unit_test(aliases),
		cmocka_unit_test(merged),
		cmocka_unit_test(overlaps),
		cmocka_unit_test(wrong_sections),
		cmocka_unit_test(renamed),
		cmocka_unit_test(order_and_size),
		cmocka_unit_test(object_file),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(orphans),
		cmocka_unit_test(edit_of_nothing_changes_nothing),
		cmocka_unit_test(shared_strings_and_layout),
		cmocka_unit_test(empty_layout),
		cmocka_unit_test(not_rewritten),
		cmocka_unit_test(report_as_json),
		cmocka_unit_test(bit_flips),
		cmocka_unit_test(dwarf_decides),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
