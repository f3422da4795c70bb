/* SPDX-License-Identifier: GPL-2.0-only */
/* Running the real pahole, and what it says of itself. */
#ifndef BTFMATRIX_CLI_PAHOLE_CHILD_H
#define BTFMATRIX_CLI_PAHOLE_CHILD_H

#include "core/error.h"

enum {
	/* how a shell tells that a signal ended a command */
	STATUS_SIGNAL = 128,
};

/**
 * Runs a child with our own outputs, which are pahole's to kbuild, to its end; @status_ret is its exit
 * status, as a shell tells it. Not core/proc.h: the child must stay in make's process group, so that
 * whoever ends the build ends it too.
 */
must_check struct error *pahole_child_run(const char *const *argv, int *status_ret);

/** The version of @program, "1.24", the caller's to free, and as scripts/pahole-version.sh has it: 124. */
must_check struct error *pahole_child_version(const char *program, char **version_ret,
					      unsigned int *number_ret);

/**
 * The features @program says that --btf_features takes, separated by commas; "" where it is too old to say.
 * The caller frees it.
 */
must_check struct error *pahole_child_features(const char *program, char **features_ret);

#endif
