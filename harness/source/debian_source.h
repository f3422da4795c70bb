/* SPDX-License-Identifier: GPL-2.0-only */
/* Debian's source of a kernel line: installed, or fetched into the cache. */
#ifndef BTFMATRIX_SOURCE_DEBIAN_SOURCE_H
#define BTFMATRIX_SOURCE_DEBIAN_SOURCE_H

#include "config/kernel_line.h"
#include "core/error.h"

struct debian_source {
	/* /usr/src/linux-source-6.12.tar.xz, or one like it in the cache */
	char *tarball;
	/* what the package's name says: "6.12" */
	char *version;
};

/**
 * Finds the tarball of @line: the newest that fits below /usr/src, or below the cache, or else it is fetched by apt
 * (nothing is installed, no root needed), once. ERROR_CHILD where it cannot be fetched, with the package's name.
 */
must_check struct error *debian_source_find(const struct kernel_line *line,
					    struct debian_source *ret);
/** As debian_source_find(), but fetches nothing: .tarball is NULL where it would. */
must_check struct error *debian_source_look(const struct kernel_line *line,
					    struct debian_source *ret);
void debian_source_release(struct debian_source *source);

#endif
