/* SPDX-License-Identifier: GPL-2.0-only */
/* What the subject of a mail says about the patch in it. */
#ifndef BTFMATRIX_SOURCE_MAIL_SUBJECT_H
#define BTFMATRIX_SOURCE_MAIL_SUBJECT_H

#include <stdbool.h>

struct mail_subject {
	/* it has a "[PATCH ...]" */
	bool tagged;
	/* it begins with "Re:": somebody's answer */
	bool reply;
	/* of "[PATCH v2 3/5]": 2, 3, 5; without: 1, 0, 0 */
	unsigned int version, number, total;
	/* what is behind the brackets; borrowed */
	const char *title;
};

/** Reads a subject, e.g. "[RFC PATCH v2 3/5] bpf: do a thing". */
struct mail_subject mail_subject_parse(const char *subject);

#endif
