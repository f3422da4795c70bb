/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in a variable something is, as C people write it: `init_task.files->fdt`, `irq_desc[].lock`. */
#ifndef BTFMATRIX_VERIFY_TYPE_PATH_H
#define BTFMATRIX_VERIFY_TYPE_PATH_H

#include <stddef.h>
#include <stdint.h>

#include "core/mem.h"

enum path_step_kind {
	/* a member, by its name; one without a name does not show, as in C */
	STEP_MEMBER,
	/* any element of an array: `[]` */
	STEP_ELEMENT,
	/* what a pointer leads to: `->` or `*` */
	STEP_POINTEE,
	/* what a function returns: `()` */
	STEP_RETURN,
	/* a function's parameter, counted from 1: `(#1)` */
	STEP_PARAMETER,
};

struct path_step {
	enum path_step_kind kind;
	uint32_t index;
	/* of a member; borrowed */
	const char *name;
};

/** Writes the steps from @root on. Long ones are cut off with "...". The caller frees. */
char *path_format(const char *root, const struct path_step *steps, size_t nr_steps);

#endif
