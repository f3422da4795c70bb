/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes small ELF files for tests, in either class and byte order, right or wrong: nothing is checked.
 *
 * With 0xff00 sections or more the file uses extended numbering (SHN_XINDEX), as the ELF gABI says.
 */
#ifndef BTFMATRIX_TESTS_UNIT_ELF_BUILD_H
#define BTFMATRIX_TESTS_UNIT_ELF_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/mem.h"
#include "core/strbuf.h"
#include "elf/elf_image.h"

struct elf_build_section {
	uint32_t name, type, link, info, entsize;
	uint64_t flags, addr, size;
	/* sh_addralign; 0 is written as 1 */
	uint64_t align;
	/* owned; NULL: zeros */
	uint8_t *data;
};

struct elf_build_symbol {
	uint32_t name, shndx;
	uint8_t info;
	uint64_t value, size;
};

struct elf_build {
	unsigned int bits;
	bool big_endian;
	/* ET_* and EM_* */
	uint16_t type, machine;
	VEC(struct elf_build_section) sections;
	VEC(struct elf_build_symbol) symbols;
	struct strbuf section_names, symbol_names;
};

/** @bits is 32 or 64. */
void elf_build_init(struct elf_build *b, unsigned int bits, bool big_endian, uint16_t type);

/** Returns the section's index. @data (copied) may be NULL; then the section is full of zeros. */
uint32_t elf_build_add_section(struct elf_build *b, const char *name, uint32_t type, uint64_t flags,
			       uint64_t addr, const void *data, uint64_t size);

/** @bind is STB_*, @type STT_*, @shndx a section's index or SHN_*. */
void elf_build_add_symbol(struct elf_build *b, const char *name, uint8_t bind, uint8_t type,
			  uint32_t shndx, uint64_t value, uint64_t size);

/** The file's bytes, the caller's to free; the builder is empty after that. */
uint8_t *elf_build_finish(struct elf_build *b, size_t *len_ret);

/** Finishes, writes DIR/NAME and opens it; fails the test where that cannot be. */
struct elf_image *elf_build_open(struct elf_build *b, const char *dir, const char *name);

#endif
