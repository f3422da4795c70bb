/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which files of the kernel's a build read, by the .cmd files kbuild leaves in the object tree, and so which changes
 * cannot make another build.
 *
 * A change that touches none of the C files and headers a build read, and adds or removes none (a new header may hide
 * another), makes the same build of its parent's tree: what is read there is the same. Whatever else kbuild reads
 * (Makefiles, Kconfig, scripts, tools) is not told by .cmd files, so a change to it is never thought harmless.
 */
#ifndef BTFMATRIX_BISECT_DEPENDS_H
#define BTFMATRIX_BISECT_DEPENDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/cleanup.h"
#include "core/error.h"

struct depends;

/** Writes what the build in @object_tree of the tree @source read to the file @path. */
must_check struct error *depends_collect(const char *object_tree, const char *source,
					 const char *path);

/** NULL where the file is not there or is too short to be a kernel's. */
struct depends *depends_load(const char *path);
void depends_free(struct depends *depends);
DEFINE_CLEANUP_PTR(depends, struct depends, depends_free);

/** How many objects were made from the file, which is told from the top of the tree. */
size_t depends_count(const struct depends *depends, const char *path);

/** Whether a change to @path (@status as git has it: 'M', 'A', 'D', ...) may make another build. */
bool depends_matters(const struct depends *depends, char status, const char *path);

#endif
