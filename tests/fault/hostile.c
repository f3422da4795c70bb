// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile FOLDER: writes ELF files with BTF, each made so that a reader that compares everything with
 * everything, or copies what it quotes, would take hours or all memory. A megabyte or two each.
 */
#include <elf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "btf_build.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "elf_build.h"

enum {
	MANY = 30000,
	SECTIONS = 20000,
	LONG = 1 << 20,
	PERCPU_ADDR = 0x1000,
};

static const char *folder;

static void die(struct error *err)
{
	if (!err)
		return;
	fprintf(stderr, "hostile: %s\n", err->message);
	exit(2);
}

static void put(const char *name, struct elf_build *elf, struct btf_build *btf)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);
	_cleanup_free_ uint8_t *blob = NULL, *file = NULL;
	size_t len;

	blob = btf_build_finish(btf, &len);
	elf_build_add_section(elf, ".BTF", SHT_PROGBITS, SHF_ALLOC, 0x1000000, blob, len);
	file = elf_build_finish(elf, &len);
	die(file_write_atomic(path, file, len, 0644));
}

/* An image with a per-CPU section and a .data that MANY ints fit in, and BTF with an int. */
static void begin(struct elf_build *elf, struct btf_build *btf)
{
	elf_build_init(elf, 64, false, ET_EXEC);
	elf_build_add_section(elf, ".data..percpu", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, PERCPU_ADDR,
			      NULL, MANY * 4);
	btf_build_init(btf, false, NULL);
	btf_build_add_int(btf, "int", 4);
}

static void add_datasec(struct btf_build *btf, const struct btf_secinfo *infos)
{
	btf_build_add_datasec(btf, ".data..percpu", MANY * 4, infos, MANY);
}

/* All VARs and all symbols have one name; @step bytes between the VARs. */
static void one_name(const char *file, uint32_t step)
{
	struct btf_secinfo *infos = xcalloc(MANY, sizeof(*infos));
	struct elf_build elf;
	struct btf_build btf;

	begin(&elf, &btf);
	for (uint32_t i = 0; i < MANY; i++) {
		infos[i] = (struct btf_secinfo){ btf_build_add_var(&btf, "same", 1, BTF_VAR_STATIC),
						 i * step, 4 };
		elf_build_add_symbol(&elf, "same", STB_LOCAL, STT_OBJECT, 1, PERCPU_ADDR + 4 * i,
				     4);
	}
	add_datasec(&btf, infos);
	put(file, &elf, &btf);
	free(infos);
}

/* All symbols and VARs are at one place, each with a name of its own. */
static void one_place(void)
{
	struct btf_secinfo *infos = xcalloc(MANY, sizeof(*infos));
	struct elf_build elf;
	struct btf_build btf;

	begin(&elf, &btf);
	for (uint32_t i = 0; i < MANY; i++) {
		_cleanup_free_ char *name = xasprintf("v%u", i);

		infos[i] = (struct btf_secinfo){ btf_build_add_var(&btf, name, 1, BTF_VAR_STATIC),
						 0, 4 };
		elf_build_add_symbol(&elf, name, STB_LOCAL, STT_OBJECT, 1, PERCPU_ADDR, 4);
	}
	add_datasec(&btf, infos);
	put("one-place", &elf, &btf);
	free(infos);
}

/* Each name is the end of one string of a megabyte. */
static void long_names(void)
{
	struct btf_secinfo *infos = xcalloc(MANY, sizeof(*infos));
	char *name = xmalloc(LONG + 1);
	struct elf_build elf;
	struct btf_build btf;
	uint32_t string;

	memset(name, 'x', LONG);
	name[LONG] = '\0';
	begin(&elf, &btf);
	string = btf_build_add_string(&btf, name);
	elf_build_add_symbol(&elf, name, STB_LOCAL, STT_OBJECT, 1, PERCPU_ADDR, 4);
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t var = btf_build_add_var(&btf, "", 1, BTF_VAR_STATIC);

		btf_put32((uint8_t *)btf.types.data + btf.types.len - 16, string + i, false);
		infos[i] = (struct btf_secinfo){ var, i * 4, 4 };
		elf_build_add_symbol(&elf, "", STB_LOCAL, STT_OBJECT, 1, PERCPU_ADDR + 4 * i, 4);
		elf.symbols.data[elf.symbols.len - 1].name = elf.symbols.data[1].name + i;
	}
	add_datasec(&btf, infos);
	put("long-names", &elf, &btf);
	free(infos);
	free(name);
}

/* As many DATASECs as sections, none of which has the name of one. */
static void many_sections(void)
{
	struct elf_build elf;
	struct btf_build btf;

	begin(&elf, &btf);
	for (uint32_t i = 0; i < SECTIONS; i++) {
		_cleanup_free_ char *name = xasprintf(".data.%u", i);

		elf_build_add_section(&elf, name, SHT_NOBITS, SHF_ALLOC, PERCPU_ADDR, NULL, 4);
		btf_build_add_datasec(&btf, ".data.none", 4, NULL, 0);
	}
	put("many-sections", &elf, &btf);
}

/* Types that each contain the one before many times: what is followed without memory never ends. */
static void deep_types(void)
{
	struct btf_secinfo *infos = xcalloc(MANY, sizeof(*infos));
	struct elf_build elf;
	struct btf_build btf;
	uint32_t id = 1;

	begin(&elf, &btf);
	for (uint32_t i = 0; i < 200; i++) {
		const struct btf_build_member members[] = { { "a", id, 0 }, { "b", id, 0 } };

		id = btf_build_add_struct(&btf, "deep", 4, members, 2);
	}
	for (uint32_t i = 0; i < MANY; i++)
		infos[i] =
			(struct btf_secinfo){ btf_build_add_var(&btf, "deep", id, BTF_VAR_STATIC),
					      i * 4, 4 };
	add_datasec(&btf, infos);
	put("deep-types", &elf, &btf);
	free(infos);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: hostile FOLDER\n", stderr);
		return 2;
	}
	folder = argv[1];
	die(dir_make(folder));
	one_name("one-name", 4);
	one_name("one-name-one-place", 0);
	one_place();
	long_names();
	many_sections();
	deep_types();
	return 0;
}
