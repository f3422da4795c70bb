/* SPDX-License-Identifier: GPL-2.0-only */
/* The patches a kernel gets: ours for its version, the user's, or both. */
#ifndef BTFMATRIX_SOURCE_WANTED_SERIES_H
#define BTFMATRIX_SOURCE_WANTED_SERIES_H

#include "core/error.h"
#include "source/series.h"

struct wanted_series {
	struct series series;
	/* for people: "6.12", the user's path, or both with " + " between */
	char *name;
	/* ours whose range is nearest, e.g. "6.12 (6.10..6.19)"; NULL: there is none */
	char *nearest;
};

/**
 * Loads the patches for Linux @version ("6.12"). @user is NULL for ours, a path for series_open() in place of ours, or
 * such a path with a '+' in front, on top of ours. ERROR_INPUT where ours are wanted and none are for this version.
 */
must_check struct error *wanted_series_load(const char *version, const char *user,
					    struct wanted_series *ret);
void wanted_series_release(struct wanted_series *wanted);

#endif
