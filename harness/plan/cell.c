// SPDX-License-Identifier: GPL-2.0-only
#include "plan/cell.h"

#include <stdlib.h>

#include "core/mem.h"

static const char *const mode_names[BTF_MODE_COUNT] = {
	[BTF_MODE_N] = "n",
	[BTF_MODE_M] = "m",
	[BTF_MODE_Y] = "y",
};

const char *btf_mode_name(enum btf_mode mode)
{
	return mode_names[mode];
}

bool btf_mode_parse(const char *name, enum btf_mode *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++) {
		if (str_eq(mode_names[i], name)) {
			*ret = (enum btf_mode)i;
			return true;
		}
	}
	return false;
}

void cell_names_free(struct cell *cell)
{
	free(cell->name);
	free(cell->family);
	free(cell->tree);
}
