/* SPDX-License-Identifier: GPL-2.0-only */
/* What `btfmatrix doctor` found: one line for each thing a run needs. */
#ifndef BTFMATRIX_CLI_DIAGNOSIS_H
#define BTFMATRIX_CLI_DIAGNOSIS_H

#include <stdbool.h>

#include "core/error.h"
#include "core/mem.h"
#include "plan/plan.h"

/* All strings are owned. */
struct diagnosis {
	/* the thing: "make", "s390x: QEMU" */
	char *what;
	bool ok;
	/* what is there, or what is wrong */
	char *detail;
	/* what to do about it; NULL where ok */
	char *mend;
};

struct diagnoses {
	VEC(struct diagnosis) list;
};

/** Looks for all that the plan's cells need. Nothing is fetched, installed or built. */
must_check struct error *diagnose(struct plan *plan, struct diagnoses *ret);

/** Looks for the compiler, C library and emulator that @toolchain's cells of @arch need. */
must_check struct error *diagnose_arch_tools(struct diagnoses *found, const struct arch *arch,
					     const struct toolchain *toolchain);

void diagnoses_release(struct diagnoses *diagnoses);

#endif
