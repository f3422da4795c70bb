/* SPDX-License-Identifier: GPL-2.0-only */
/* What btf_edit.c notes down and btf_rewrite.c carries out. */
#ifndef BTFMATRIX_BTF_BTF_EDIT_STATE_H
#define BTFMATRIX_BTF_BTF_EDIT_STATE_H

#include <stdbool.h>

#include "btf/btf_edit.h"
#include "core/mem.h"

/* What is to be different about one own type. */
struct btf_change {
	bool drop;
	/* the base's type that stands for a dropped one; 0: none does */
	uint32_t redirect;
	/* NULL: as it is; owned */
	char *name;
	/* size and secinfos replace the old ones; the array is owned */
	bool replaced;
	uint32_t size;
	struct btf_secinfo *infos;
	uint32_t nr_infos;
};

struct btf_new_datasec {
	char *name;
	uint32_t size;
	struct btf_secinfo *infos;
	uint32_t nr_infos;
};

struct btf_edit {
	const struct btf_image *btf;
	/* one for each own type */
	struct btf_change *changes;
	VEC(struct btf_new_datasec) added;
	bool keep_types;
};

#endif
