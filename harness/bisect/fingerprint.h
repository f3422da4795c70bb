/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether files are what they were: their names, sizes and times. */
#ifndef BTFMATRIX_BISECT_FINGERPRINT_H
#define BTFMATRIX_BISECT_FINGERPRINT_H

#include "core/error.h"
#include "core/strbuf.h"

/** Adds a line with a digest of all files at and below @path. A path that is not there has one too. */
void fingerprint_files(const char *path, struct strbuf *sb);

/** Adds a line with a digest of the sources in a kernel tree, without what a build leaves there. */
must_check struct error *fingerprint_tree(const char *dir, struct strbuf *sb);

#endif
