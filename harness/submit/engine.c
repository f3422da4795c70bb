// SPDX-License-Identifier: GPL-2.0-only
#include "submit/engine.h"

static const struct engine_ops *const engines[] = { &engine_local, &engine_slurm };

const struct engine_ops *engine_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (str_eq(engines[i]->name, name))
			return engines[i];
	return NULL;
}
