// SPDX-License-Identifier: GPL-2.0-only
/*
 * generate COUNT FILE: writes an x86_64 ELF file with COUNT variables, each with a symbol, a VAR and a
 * struct type of its own, in sections of 60,000 each. It is right: the verifier has to look at all of it.
 */
#include <elf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>

#include "btf_build.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "elf_build.h"

enum {
	PER_SECTION = 60000,
	VARIABLE_SIZE = 16,
	FIRST_ADDRESS = 0x1000000,
};

/* A struct with a pointer to the one before it, so that types refer to each other as a kernel's do. */
static uint32_t add_type(struct btf_build *btf, size_t i, uint32_t long_id, uint32_t before)
{
	const struct btf_build_member members[] = {
		{ "value", long_id, 0 },
		{ "before", btf_build_add_ptr(btf, before), 64 },
	};
	_cleanup_free_ char *name = xasprintf("type_%zu", i);

	return btf_build_add_struct(btf, name, VARIABLE_SIZE, members, ARRAY_SIZE(members));
}

static void add_section(struct btf_build *btf, struct elf_build *elf, size_t first, size_t n)
{
	_cleanup_free_ char *section_name = xasprintf(".data.%zu", first / PER_SECTION);
	struct btf_secinfo *infos = xcalloc(n, sizeof(*infos));
	uint64_t address = FIRST_ADDRESS + (uint64_t)first * VARIABLE_SIZE;
	uint32_t shndx = elf_build_add_section(elf, section_name, SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
					       address, NULL, n * VARIABLE_SIZE);
	uint32_t before = 0;

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *name = xasprintf("variable_%zu", first + i);
		uint32_t offset = (uint32_t)i * VARIABLE_SIZE;

		before = add_type(btf, first + i, 1, before);
		infos[i] = (struct btf_secinfo){
			.type = btf_build_add_var(btf, name, before, BTF_VAR_GLOBAL_ALLOCATED),
			.offset = offset,
			.size = VARIABLE_SIZE,
		};
		elf_build_add_symbol(elf, name, STB_GLOBAL, STT_OBJECT, shndx, address + offset,
				     VARIABLE_SIZE);
	}
	btf_build_add_datasec(btf, section_name, (uint32_t)(n * VARIABLE_SIZE), infos, (uint32_t)n);
	free(infos);
}

int main(int argc, char **argv)
{
	size_t count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0, len;
	_cleanup_free_ uint8_t *blob = NULL, *file = NULL;
	struct error *err;
	struct btf_build btf;
	struct elf_build elf;

	if (!count) {
		fputs("usage: generate COUNT FILE\n", stderr);
		return 2;
	}
	btf_build_init(&btf, false, NULL);
	elf_build_init(&elf, 64, false, ET_EXEC);
	elf.machine = EM_X86_64;
	btf_build_add_int(&btf, "long", 8);
	for (size_t i = 0; i < count; i += PER_SECTION)
		add_section(&btf, &elf, i, count - i < PER_SECTION ? count - i : PER_SECTION);
	blob = btf_build_finish(&btf, &len);
	elf_build_add_section(&elf, ".BTF", SHT_PROGBITS, SHF_ALLOC, 0x10000, blob, len);
	file = elf_build_finish(&elf, &len);
	err = file_write_atomic(argv[2], file, len, 0644);
	if (!err)
		return 0;
	fprintf(stderr, "generate: %s\n", err->message);
	error_free(err);
	return 2;
}
