/* SPDX-License-Identifier: GPL-2.0-only */
/* The object tree that all modes and paholes of one architecture, toolchain, kernel and profile share. */
#ifndef BTFMATRIX_BUILD_OBJECT_TREE_H
#define BTFMATRIX_BUILD_OBJECT_TREE_H

#include "build/build.h"

/* The report on an extra module's BTF, which Makefile.modfinal has made from vmlinux. */
#define EXTRA_REPORT "vmlinux.btf-repairs.json"

struct object_tree {
	char *dir;
	/* the script that kbuild runs as PAHOLE */
	char *pahole;
	/* where that script's reports go */
	char *reports;
	/* lock, held while this is open */
	int lock;
};

#define OBJECT_TREE_INIT   \
	{                  \
		.lock = -1 \
	}

/**
 * Opens the tree of the request's cell, waiting where another process builds in it, and makes it ready
 * for the cell: PAHOLE script written; what an other pahole (or an other repair) made is removed, as
 * kbuild does not know that it depends on it. @pahole_id identifies pahole and repair.
 */
must_check struct error *object_tree_open(const struct build_request *request,
					  const char *pahole_id, struct object_tree *tree);
/** The file that somebody who has that tree open now has locked, the caller's to free; NULL: nobody has. */
char *object_tree_foreign_lock(const struct build_request *request);

/** The report on @module by itself, as on any module's BTF; the caller frees it. */
char *object_tree_module_report(const struct object_tree *tree, const char *module);

void object_tree_close(struct object_tree *tree);

#endif
