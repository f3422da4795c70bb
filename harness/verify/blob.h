/* SPDX-License-Identifier: GPL-2.0-only */
/* One image: its BTF, wherever that is, and the ELF and DWARF that bear witness to it. */
#ifndef BTFMATRIX_VERIFY_BLOB_H
#define BTFMATRIX_VERIFY_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/error.h"
#include "elf/elf_image.h"
#include "verify/dwarf_index.h"

/* The names are in one place: they have changed before and will again (7.x: ".data.percpu"). */
#define PERCPU_SECTION    ".data..percpu"
#define BTF_SECTION       ".BTF"
#define BTF_BASE_SECTION  ".BTF.base"
#define IMAGE_VMLINUX     "vmlinux"
#define IMAGE_EXTRA       "vmlinux_btf_extra"
#define SYM_BTF_START     "__start_BTF"
#define SYM_BTF_STOP      "__stop_BTF"
#define SYM_PERCPU_START  "__per_cpu_start"
#define SYM_PERCPU_END    "__per_cpu_end"
#define SYM_PERCPU_OFFSET "__per_cpu_offset"

struct blob {
	/* "vmlinux", or the module's name; owned */
	char *image;
	/* the ELF file; NULL: none was given */
	const char *path;
	/* its separate debug file; NULL: none; owned */
	char *debug_path;
	/* where raw BTF is read from; NULL: from the ELF file */
	const char *raw_path;
	/* vmlinux's blob for split BTF; NULL: this is base BTF */
	const struct blob *base;
	/*
	 * The image whose variables its VARs are: itself, or vmlinux for a module that is nothing but a
	 * container. Never NULL. All ELF and DWARF witnesses of a VAR are that image's.
	 */
	const struct blob *of;

	/* sections and symbols: the ELF file's, or its debug file's where only that has symbols */
	struct elf_image *elf;
	/* the other one of the two, where both were read */
	struct elf_image *other_elf;
	/* the one that was compressed, and its contents in memory, or -1 */
	const struct elf_image *packed_elf;
	int unpacked_fd;
	/* which of the two has the BTF; NULL where it is raw */
	const struct elf_image *btf_elf;
	/* the BTF as it is stored; borrowed from btf_elf, or owned_raw */
	const uint8_t *raw;
	size_t raw_len;
	char *owned_raw;
	struct btf_image *btf;
	/*
	 * A module's .BTF.base (Linux 6.11): what its split BTF is split from, of which the kernel finds
	 * each type in its own. NULL: none
	 */
	struct btf_image *distilled;
	/* NULL: see dwarf_problem */
	struct dwarf_index *dwarf;
	/* address in DWARF of each ELF section, by index, where that is not sh_addr; else NULL; owned */
	uint64_t *dwarf_bases;
	size_t nr_dwarf_bases;
	/* the per-CPU section; NULL: none */
	const struct elf_section *percpu;

	/* why elf, btf or dwarf is NULL; owned messages */
	char *elf_problem, *btf_problem, *dwarf_problem;
};

/**
 * Reads the files whose names @blob has. What is malformed is noted in the blob for the format.* checks
 * to report; ERROR_SYSTEM is what kept us from reading. blob->base, if any, must have been loaded.
 */
must_check struct error *blob_load(struct blob *blob);

/** Puts other bytes in the place of the BTF, as if the file had them; @data is copied. */
must_check struct error *blob_replace_btf(struct blob *blob, const void *data, size_t len);

/** Reads the DWARF, or notes why not. */
must_check struct error *blob_load_dwarf(struct blob *blob);

void blob_release(struct blob *blob);

/** A path under which the contents of blob->elf or blob->other_elf can be read, unpacked. The caller frees it. */
char *blob_elf_path(const struct blob *blob, const struct elf_image *elf);

/** The name the kernel gives a module: nf_tables for /lib/.../nf-tables.ko. The caller frees it. */
char *blob_module_name(const char *path);

/** Address at which the image's DWARF has what is at @value (a symbol's) of section @shndx. */
static inline uint64_t blob_dwarf_address(const struct blob *blob, uint32_t shndx, uint64_t value)
{
	return shndx < blob->nr_dwarf_bases ? blob->dwarf_bases[shndx] + value : value;
}

#endif
