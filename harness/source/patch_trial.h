/* SPDX-License-Identifier: GPL-2.0-only */
/* Which hunks of one patch a tree takes, forwards or backwards; tried on copies. */
#ifndef BTFMATRIX_SOURCE_PATCH_TRIAL_H
#define BTFMATRIX_SOURCE_PATCH_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/mem.h"
#include "source/patch_text.h"

struct file_trial {
	/* the file could be tried at all */
	bool tried;
	/* numbers of the hunks it did not take, from 1 */
	VEC(unsigned int) rejected;
	/* why it could not be tried, as git says it; NULL: not said */
	char *reason;
};

struct patch_trial {
	/* in the order of the patch's files */
	VEC(struct file_trial) files;
};

/** Copies what the patch touches, as far as it is there, from @tree to the folder @to. */
must_check struct error *patch_trial_copy(const struct patch_text *text, const char *tree,
					  const char *to);

/** Tries @patch, whose text is @text, on a copy of what it touches in @tree; @scratch is a path nothing is at. */
must_check struct error *patch_trial_run(const struct patch_text *text, const char *patch,
					 const char *tree, const char *scratch, bool backwards,
					 struct patch_trial *ret);
void patch_trial_release(struct patch_trial *trial);

/** Whether the file with this index took the hunk with this index; both from 0. */
bool patch_trial_took(const struct patch_trial *trial, size_t file, unsigned int hunk);

#endif
