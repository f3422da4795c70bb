/* SPDX-License-Identifier: GPL-2.0-only */
/* A patched kernel tree in the cache, made from Debian's linux-source package or a user's tree. */
#ifndef BTFMATRIX_SOURCE_KERNEL_SOURCE_H
#define BTFMATRIX_SOURCE_KERNEL_SOURCE_H

#include "config/kernel_line.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "source/tree_version.h"

/* What is to be made; all borrowed. */
struct source_request {
	const struct kernel_line *line;
	/* a tree of the user's to copy from (it is only read); NULL: Debian's source of the line */
	const char *user_dir;
	/* a series of the user's, as wanted_series_load() takes it; NULL: ours */
	const char *series;
};

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
	/* which kernel it is, by its own Makefile */
	struct tree_version version;
	/* name of the series, for people; see struct wanted_series */
	char *series;
};

/**
 * Makes or finds the tree. The series is the newest of patches/linux whose range has the kernel.
 *
 * Errors: no such package or tree (with the mend), no space, no series for this kernel, a patch that does not apply
 * (its name, file and hunk, and the tree's version). An interrupted or failed attempt leaves nothing that a later
 * one would take for whole.
 */
must_check struct error *kernel_source_prepare(const struct source_request *request,
					       struct kernel_source *ret);
void kernel_source_release(struct kernel_source *source);

#endif
