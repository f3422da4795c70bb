/* SPDX-License-Identifier: GPL-2.0-only */
/* What a patch touches: its files and hunks, read from its text. */
#ifndef BTFMATRIX_SOURCE_PATCH_TEXT_H
#define BTFMATRIX_SOURCE_PATCH_TEXT_H

#include <stddef.h>

#include "core/error.h"
#include "core/mem.h"

struct patch_file {
	/* below the tree's top, without "a/" or "b/" */
	char *name;
	/* first line of each hunk in the file that is patched; 0: in a new file */
	VEC(unsigned int) hunks;
};

struct patch_text {
	VEC(struct patch_file) files;
};

/**
 * Reads a patch. Text around the differences (a mail's, say) is passed over. ERROR_INPUT where there is no
 * difference in it, where a hunk is cut off, or where a path would leave the tree.
 */
must_check struct error *patch_text_parse(const char *path, const char *text,
					  struct patch_text *ret);
void patch_text_release(struct patch_text *patch);

/** The file called @name; NULL: the patch does not touch it. */
const struct patch_file *patch_text_find(const struct patch_text *patch, const char *name);

#endif
