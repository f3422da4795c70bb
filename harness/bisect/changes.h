/* SPDX-License-Identifier: GPL-2.0-only */
/* Which files each commit of a history changes, against its only parent. */
#ifndef BTFMATRIX_BISECT_CHANGES_H
#define BTFMATRIX_BISECT_CHANGES_H

#include "bisect/history.h"
#include "core/error.h"

/* Borrows its path from struct changes. */
struct file_change {
	/* as git diff has it: 'M' changed, 'A' added, 'D' deleted, 'T' of another type */
	char status;
	const char *path;
};

struct changes {
	/* by commit; those that have not just one parent have none, as have those that change nothing */
	struct {
		VEC(struct file_change) files;
	} * commits;
	size_t nr_commits;
	char *text;
};

/** @scratch is a path for a moment's file. */
must_check struct error *changes_load(const char *git_dir, const struct history *history,
				      const char *scratch, struct changes *ret);
void changes_release(struct changes *changes);

#endif
