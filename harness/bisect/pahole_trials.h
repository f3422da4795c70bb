/* SPDX-License-Identifier: GPL-2.0-only */
/* Testing paholes: programs of a folder, or what commits of pahole's git tree make. The kernel stays the same. */
#ifndef BTFMATRIX_BISECT_PAHOLE_TRIALS_H
#define BTFMATRIX_BISECT_PAHOLE_TRIALS_H

#include "bisect/git_trials.h"

/* All borrowed. */
struct pahole_trials {
	/* commits of pahole's tree */
	struct git_trials *git;
	/* the kernel; NULL: as the tester has it */
	const char *kernel_dir;
	/* shell command that builds pahole in its tree, and the program it makes, told from its top */
	const char *build, *program;
};

extern const struct trial_ops pahole_trial_ops;

#endif
