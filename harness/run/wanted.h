/* SPDX-License-Identifier: GPL-2.0-only */
/* The variables whose live addresses the probe is asked for. */
#ifndef BTFMATRIX_RUN_WANTED_H
#define BTFMATRIX_RUN_WANTED_H

#include <stddef.h>

#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"

struct wanted {
	/* sorted, unique; owned */
	VEC(char *) names;
};

/**
 * Collects the names of all VARs in the BTF of @vmlinux and, if not NULL, @extra_module. BTF that cannot
 * be read gives no names: judging it is the verifier's work.
 */
must_check struct error *wanted_collect(const char *vmlinux, const char *extra_module,
					struct wanted *ret);
void wanted_release(struct wanted *wanted);

#endif
