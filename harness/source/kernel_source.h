/* SPDX-License-Identifier: GPL-2.0-only */
/* A patched kernel tree in the cache, made from Debian's linux-source package or a user's tree. */
#ifndef BTFMATRIX_SOURCE_KERNEL_SOURCE_H
#define BTFMATRIX_SOURCE_KERNEL_SOURCE_H

#include "core/cleanup.h"
#include "core/error.h"

struct kernel_source {
	/* private copy with the series applied; never the user's own */
	char *dir;
	/* what it was made from, for people: a tarball or a folder */
	char *origin;
	/* digest of origin and series: cells built from an equal one are equal. For a user's tree it is the
	 * digest of names, sizes and times, so an edit changes it. */
	char *id;
	/* how many patches were applied, and how many proved to be there already */
	unsigned int nr_applied, nr_present;
};

/**
 * Makes or finds the tree for kernel line @kernel (e.g. "6.12"). @user_dir is a tree of the user's to
 * copy from (it is only read), or NULL for /usr/src/linux-source-KERNEL.tar.*.
 *
 * Errors: no such package or tree (with the mend), no space, a patch that does not apply (its name, and
 * where). An interrupted or failed attempt leaves nothing that a later one would take for whole.
 */
must_check struct error *kernel_source_prepare(const char *kernel, const char *user_dir,
					       struct kernel_source *ret);
void kernel_source_release(struct kernel_source *source);

#endif
