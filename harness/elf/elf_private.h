/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of harness/elf share. */
#ifndef BTFMATRIX_ELF_ELF_PRIVATE_H
#define BTFMATRIX_ELF_ELF_PRIVATE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/elf_image.h"

/*
 * Symbols in groups, adjacent: group i is [start[i], start[i + 1]) of order. A group is sorted when it is
 * first asked for, as most never are: vmlinux has 200,000 symbols and some hundred per-CPU variables.
 */
struct symbol_groups {
	/* nr_groups + 1; NULL before the first use */
	uint32_t *start;
	const struct elf_symbol **order;
	bool *sorted;
	size_t nr_groups;
};

struct elf_private {
	int fd;
	Elf *elf;
	uint64_t file_size;
	/* by a hash of the name, of all or of the global data alone; by section index */
	struct symbol_groups by_name, by_global_name, by_section;
};

/** ERROR_INPUT with libelf's reason. */
must_check struct error *elf_damaged(const struct elf_image *elf, const char *what);

/** Reads the first SHT_SYMTAB into elf->symbols. */
must_check struct error *elf_read_symbols(struct elf_image *elf);

void elf_symbol_groups_release(struct symbol_groups *groups);

#endif
