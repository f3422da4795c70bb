/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DWARF of relocatable files.
 *
 * In a module's DWARF every address and most offsets are to be relocated. libdwfl does that in memory for
 * one handle; this makes a file of it, for whoever reads DWARF from files.
 */
#ifndef BTFMATRIX_ELF_RELOCATED_COPY_H
#define BTFMATRIX_ELF_RELOCATED_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/**
 * Copies the ET_REL file @path into memory, its DWARF relocated to sections laid out one after another.
 *
 * @fd_ret gets a descriptor of the copy, to be read through /proc/self/fd. @bases_ret gets the address
 * given to each section, by section index, and @nr_ret how many; the caller frees it. ERROR_INPUT where
 * there is no DWARF in it or it cannot be relocated. Source: ELF gABI, "Relocation".
 */
must_check struct error *relocated_copy(const char *path, int *fd_ret, uint64_t **bases_ret,
					size_t *nr_ret);

#endif
