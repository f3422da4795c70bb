/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profile: configs/kernel/profiles/NAME.config, Kconfig lines on top of base.config, and where there is more to
 * say, NAME.ini beside it. Data alone.
 */
#ifndef BTFMATRIX_CONFIG_PROFILE_H
#define BTFMATRIX_CONFIG_PROFILE_H

#include <stdbool.h>

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"

#define PROFILE_DIR "configs/kernel/profiles"
/** base.config alone; has no part in a cell's name. */
#define PROFILE_DEFAULT "tiny"

struct profile {
	char *name;
	/* the fragment; the companion, NULL: there is none */
	char *path, *ini_path;
	/* one line for people, or NULL */
	char *description;
	/* architectures and toolchains it is for (none: all), and those it is not for */
	strv arches, not_arches, toolchains, not_toolchains;
	/* why; not NULL where any of the four has an entry */
	char *reason;
	/* symbols without CONFIG_ that base and architecture ask for, and this does not */
	strv not_asked;
	/* make's targets that the configuration begins with, where it is not allnoconfig */
	strv base_targets;
	/* booted without nokaslr: the kernel is to move itself */
	bool moves;
};

/** Reads the companion of the fragment at @path, which exists. Messages have "FILE:LINE: what; the mend". */
must_check struct error *profile_load(const char *path, struct profile **ret);
void profile_free(struct profile *profile);
DEFINE_CLEANUP_PTR(profile, struct profile, profile_free);

/** Why it cannot be with this architecture and toolchain, the caller's to free; NULL: it can. */
char *profile_reason_against(const struct profile *profile, const char *arch,
			     const char *toolchain);

#endif
