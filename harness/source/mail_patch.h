/* SPDX-License-Identifier: GPL-2.0-only */
/* The patches in mails, and which of them make up a series. */
#ifndef BTFMATRIX_SOURCE_MAIL_PATCH_H
#define BTFMATRIX_SOURCE_MAIL_PATCH_H

#include "core/error.h"
#include "core/mem.h"
#include "source/mail_subject.h"

struct mail_patch {
	/* the mail's whole subject */
	char *subject;
	/* the difference, with what is around it in the mail; never empty */
	char *text;
	/* points into subject */
	struct mail_subject about;
	/* the file it is from, for messages */
	char *origin;
};

struct mail_patches {
	VEC(struct mail_patch) list;
};

/**
 * Reads the mail or bare patch in the file @path and appends it, if there is a patch in it and it is nobody's answer.
 * Transfer encodings are undone. @work is a folder for passing use.
 */
must_check struct error *mail_patch_read(const char *path, const char *origin, const char *work,
					 struct mail_patches *patches);

/**
 * Leaves the series alone, in its order: of "[PATCH v2 n/m]" the newest version, and of an older one of as many
 * patches what the newest does not have again. @where is for messages. ERROR_INPUT where n of m is missing, or
 * twice and different.
 */
must_check struct error *mail_patches_select(struct mail_patches *patches, const char *where);

void mail_patches_release(struct mail_patches *patches);

#endif
