/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell: the unit that is planned, built, booted, verified, cached and reported. */
#ifndef BTFMATRIX_PLAN_CELL_H
#define BTFMATRIX_PLAN_CELL_H

#include <stdbool.h>

#include "config/arch.h"
#include "config/feature.h"
#include "config/kernel_line.h"
#include "config/pahole_spec.h"
#include "config/profile.h"
#include "config/toolchain.h"

/** The state of the feature: of CONFIG_DEBUG_INFO_BTF_VARS, or what the feature's descriptor names. */
enum btf_mode {
	BTF_MODE_N,
	BTF_MODE_M,
	BTF_MODE_Y,
	BTF_MODE_COUNT,
};

struct cell {
	/* borrowed from the plan */
	const struct arch *arch;
	const struct toolchain *toolchain;
	const struct kernel_line *line;
	const struct profile *profile;
	const struct pahole_spec *pahole;
	const struct feature *feature;
	/* a file of Kconfig lines of the user's, on top of all others; NULL: none */
	const char *config;
	/* the line's name, e.g. "6.12" */
	const char *kernel;
	enum btf_mode mode;
	/* "s390x/gcc/6.12/m", "s390x/gcc/6.12+net/pahole-1.24+encode/m"; owned */
	char *name;
	/* "s390x/gcc/6.12/pahole-1.24+encode": cells with the same one differ in mode alone; owned */
	char *family;
	/* "s390x/gcc/6.12+net": cells with the same one share an object tree, whatever their mode and pahole; owned */
	char *tree;
};

/** Frees what a cell owns. */
void cell_names_free(struct cell *cell);

/** "n", "m" or "y". */
const char *btf_mode_name(enum btf_mode mode);
/** False where @name is none of them. */
bool btf_mode_parse(const char *name, enum btf_mode *ret);

#endif
