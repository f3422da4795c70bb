/* SPDX-License-Identifier: GPL-2.0-only */
/* The global variables of a vmlinux as BTF, made from its DWARF and symbols and the BTF it has. */
#ifndef BTFMATRIX_ENCODE_ENCODE_H
#define BTFMATRIX_ENCODE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/mem.h"

enum encode_mode {
	/* split BTF with what the base lacks */
	ENCODE_SPLIT,
	/* a copy of the base with all */
	ENCODE_MERGED,
	/* a copy of the base with the per-CPU variables that it ought to have, if it has a DATASEC of them */
	ENCODE_PERCPU,
};

struct encode_input {
	/* a linked ELF file with symbols and DWARF */
	const char *vmlinux;
	/* what has the base BTF, an ELF file or BTF alone; NULL: vmlinux */
	const char *base;
	enum encode_mode mode;
	/* DATASECs may have more than 65535 entries, which Linux 7 and newer read */
	bool wide_vlen;
};

/* What became of one section. */
struct encode_section {
	char *name;
	/* variables written; those the base has already, which stay where they are */
	size_t nr_variables, nr_in_base;
};

/* A variable that was not written. Strings are owned. */
struct encode_absence {
	char *name, *section;
	/* stable word, and what it means (static) */
	const char *reason, *text;
	/* static, or NULL */
	const char *detail;
};

struct encode_result {
	/* NULL: the base lacks no per-CPU variable */
	uint8_t *blob;
	size_t len;
	/* in the order of vmlinux's sections */
	VEC(struct encode_section) sections;
	VEC(struct encode_absence) absences;
	/* written in all; types that the base lacks, and so in the blob besides VARs and DATASECs */
	size_t nr_variables, nr_new_types;
	/* per-CPU variables that the base ought to have and has not, in split BTF */
	size_t nr_percpu_missing;
};

/**
 * Encodes. ERROR_INPUT where vmlinux or the base has not what is needed, or a DATASEC would be larger
 * than its readers can take.
 */
must_check struct error *encode_variables(const struct encode_input *input,
					  struct encode_result *result);
void encode_result_release(struct encode_result *result);

#endif
