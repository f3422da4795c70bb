/* SPDX-License-Identifier: GPL-2.0-only */
/* The pahole a run uses: the host's where it can encode all variables, else Debian 13's in the cache. */
#ifndef BTFMATRIX_BUILD_PAHOLE_TOOL_H
#define BTFMATRIX_BUILD_PAHOLE_TOOL_H

#include <stdbool.h>

#include "core/error.h"

struct pahole_tool {
	/* one executable, as kbuild's PAHOLE= needs it */
	char *path;
	/* "1.30", and as scripts/pahole-version.sh gives it: 130 */
	char *version;
	unsigned int number;
	/* fetched into the cache; then packages has the Debian packages and versions it consists of */
	bool is_private;
	char *packages;
};

/** Since this version pahole has --btf_features=global_var. */
enum {
	PAHOLE_WITH_GLOBAL_VAR = 128
};

/** The host's pahole. path is NULL where there is none; that is no error. */
must_check struct error *pahole_tool_host(struct pahole_tool *ret);

/**
 * The pahole to use. Where the host's is too old, Debian 13's is fetched by apt with a configuration of
 * its own (signatures checked, nothing installed, no root needed), once. The mirror is the one the host's
 * apt uses, or $BTFMATRIX_DEBIAN_MIRROR.
 */
must_check struct error *pahole_tool_find(struct pahole_tool *ret);
/**
 * The pahole called @name: "host"; a version that some Debian release has, such as "1.24", which is fetched
 * from there in the same way; or a program, a name with a '/' in it. NULL is what pahole_tool_find() takes.
 */
must_check struct error *pahole_tool_named(const char *name, struct pahole_tool *ret);
void pahole_tool_release(struct pahole_tool *tool);

#endif
