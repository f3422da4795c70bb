/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The variables that the BTF of one vmlinux lists, with those of its vmlinux_btf_extra.ko where that is
 * given too: its split BTF is about vmlinux's variables, so the sections are vmlinux's.
 */
#ifndef BTFMATRIX_LAYOUT_IMAGE_VARS_H
#define BTFMATRIX_LAYOUT_IMAGE_VARS_H

#include <stddef.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "elf/elf_image.h"

/* What is borrowed lives as long as the struct image_vars. */
struct image_var {
	/* the blob that has it: type ids count there */
	const struct btf_image *btf;
	/* the DATASEC's name and the VAR's */
	const char *section, *name;
	/* as the DATASEC has them, in bytes */
	uint32_t offset, size;
	/* of the VAR: its type, BTF_VAR_* */
	uint32_t type, linkage;
};

/* A DATASEC; several may have one name. */
struct image_datasec {
	const char *name;
	/* in bytes */
	uint32_t size;
};

struct image_vars {
	/* NULL where no module was given; the split BTF borrows its base */
	struct elf_image *elf, *module_elf;
	struct btf_image *btf, *module_btf;
	VEC(struct image_datasec) datasecs;
	/* in no order to rely on */
	VEC(struct image_var) list;
	/* what the module repeats of vmlinux, with the same place and size: not listed again */
	size_t nr_repeated;
	/* entries of DATASECs that are no VAR */
	size_t nr_bad;
};

/**
 * @module may be NULL. ERROR_INPUT where a file is damaged or has no BTF, or the module is for another
 * machine.
 */
must_check struct error *image_vars_open(const char *vmlinux, const char *module,
					 struct image_vars **ret);
void image_vars_free(struct image_vars *vars);
DEFINE_CLEANUP_PTR(image_vars, struct image_vars, image_vars_free);

/** Says on standard error what was left out of the list. */
void image_vars_warn(const struct image_vars *vars);

/**
 * As strcmp(), but names that agree in the first 512 bytes (BTF_NAME_MAX) are equal: a blob of one long
 * string and many names in it must not make sorting slow.
 */
int image_name_compare(const char *a, const char *b);

/** @text for a terminal: at most 512 bytes, and '?' for what is no printable ASCII. Caller frees. */
char *image_printable(const char *text);

#endif
