/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ELF file as the verifier needs it: sections, symbols, section contents; any class and byte order.
 * libelf does the reading; everything taken from the file is bounds-checked here.
 */
#ifndef BTFMATRIX_ELF_ELF_IMAGE_H
#define BTFMATRIX_ELF_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cleanup.h"
#include "core/error.h"

struct elf_section {
	/* borrowed from the image */
	const char *name;
	/* index in the section header table */
	uint32_t index;
	/* SHT_*, SHF_* */
	uint32_t type;
	uint64_t flags;
	/* sh_addr; byte offset in the file; size in bytes; alignment */
	uint64_t addr, offset, size, align;
};

struct elf_symbol {
	/* borrowed from the image */
	const char *name;
	/* st_value: an address in ET_EXEC/ET_DYN, an offset in its section in ET_REL */
	uint64_t value, size;
	/* STT_*, STB_*, STV_* */
	uint8_t type, bind, visibility;
	/* section index, SHN_XINDEX resolved; SHN_ABS, SHN_COMMON, SHN_UNDEF as they are */
	uint32_t shndx;
};

struct elf_image {
	char *path;
	/* 32 or 64 */
	unsigned int bits;
	bool big_endian;
	/* e_machine (EM_*), e_type (ET_*) */
	uint16_t machine, type;
	struct elf_section *sections;
	size_t nr_sections;
	/* in the file's order */
	struct elf_symbol *symbols;
	size_t nr_symbols;
	/* private: libelf handle, indices */
	struct elf_private *priv;
};

/** Opens and indexes @path. ERROR_INPUT with file and place where it is damaged. */
must_check struct error *elf_image_open(const char *path, struct elf_image **ret);
void elf_image_close(struct elf_image *elf);
DEFINE_CLEANUP_PTR(elf_image, struct elf_image, elf_image_close);

/** The section called @name, or NULL. The first one if several have the name. */
const struct elf_section *elf_section_by_name(const struct elf_image *elf, const char *name);

/** The section with this index, or NULL (also for SHN_ABS and the like). */
const struct elf_section *elf_section_by_index(const struct elf_image *elf, uint32_t index);

/**
 * Contents of a section, valid while the image is open; decompressed where SHF_COMPRESSED. ERROR_INPUT
 * where it lies outside the file. SHT_NOBITS gives NULL and length 0.
 */
must_check struct error *elf_section_data(const struct elf_image *elf,
					  const struct elf_section *section,
					  const uint8_t **data_ret, size_t *len_ret);

/**
 * All symbols called @name, adjacent: sets @first_ret and returns how many (0: none). The pointers are
 * into an array sorted by name.
 */
size_t elf_symbols_by_name(const struct elf_image *elf, const char *name,
			   const struct elf_symbol *const **first_ret);

/**
 * The symbols at @value of one section, adjacent and in the file's order; returns how many. For many
 * places this is quicker than asking by name, as no names need to be read.
 */
size_t elf_symbols_at(const struct elf_image *elf, uint32_t shndx, uint64_t value,
		      const struct elf_symbol *const **first_ret);

/**
 * A global or weak symbol called @name that is no function, or NULL: its index has a tenth of the names,
 * for those who need no others.
 */
const struct elf_symbol *elf_global_symbol(const struct elf_image *elf, const char *name);

/** Symbols of one section sorted by value; returns how many. */
size_t elf_symbols_in_section(const struct elf_image *elf, uint32_t shndx,
			      const struct elf_symbol *const **first_ret);

#endif
