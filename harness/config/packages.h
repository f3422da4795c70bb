/* SPDX-License-Identifier: GPL-2.0-only */
/* Debian packages in messages: their names, and the make target that installs them. */
#ifndef BTFMATRIX_CONFIG_PACKAGES_H
#define BTFMATRIX_CONFIG_PACKAGES_H

#include "config/strv.h"

/** Those of a descriptor's @packages that begin with @prefix: "a b or c"; "" if none. The caller frees it. */
char *packages_named(const char *const *packages, const char *prefix);

/**
 * How to get those of @packages that begin with @prefix: the make target by the part of packages.list that they
 * are in, and their names; the names alone where there is no packages.list (an installed btfmatrix). NULL if
 * none begins so. The caller frees it.
 */
char *packages_mend(const char *const *packages, const char *prefix);

#endif
