/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a series applies to a tree: for each patch, and where it does not for each hunk. */
#ifndef BTFMATRIX_SOURCE_SERIES_CHECK_H
#define BTFMATRIX_SOURCE_SERIES_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "source/series.h"

enum patch_state {
	/* it applies, with no fuzz, on top of those before it */
	PATCH_APPLIES,
	/* all of it is there: its reverse applies */
	PATCH_PRESENT,
	/* some hunks are there, and all others apply */
	PATCH_PARTLY,
	/* some hunks neither apply nor are there */
	PATCH_CONFLICTS,
	PATCH_STATE_COUNT,
};

struct hunk_report {
	/* below the top of the tree */
	char *file;
	/* the how manyeth of how many in this file of this patch, and its first line in the file */
	unsigned int number, nr_hunks, line;
	/* PATCH_APPLIES, PATCH_PRESENT or PATCH_CONFLICTS */
	enum patch_state state;
	/* why the file as a whole cannot be patched, as git says it; NULL: the lines differ */
	char *reason;
};

struct patch_report {
	/* path; borrowed from the series */
	const char *patch;
	enum patch_state state;
	/* all of them; none where the patch as a whole applies or is there */
	VEC(struct hunk_report) hunks;
};

struct series_report {
	VEC(struct patch_report) patches;
};

/**
 * Judges each patch of @series on @tree, a git repository or not, which is only read. Each is judged as if those
 * before it that apply had been applied. ERROR_INPUT where a patch is malformed.
 */
must_check struct error *series_check(const struct series *series, const char *tree,
				      struct series_report *ret);
void series_report_release(struct series_report *report);

/** "applies", "is there", "is half there", "conflicts". */
const char *patch_state_name(enum patch_state state);

/** Appends "lib/Kconfig.debug: hunk 2 of 3, line 417" and why, if there is a reason. */
void hunk_describe(const struct hunk_report *hunk, struct strbuf *sb);

/** The first patch that cannot be applied, NULL: all can or are there. */
const struct patch_report *series_report_find_bad(const struct series_report *report);

#endif
