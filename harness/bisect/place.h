/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the bisections of a repository are: a folder in the cache with a repository of ours, which borrows the user's
 * objects, and with work trees, one for each slot, that stay from one commit to the next and from one bisection to the
 * next: kbuild compiles what differs.
 */
#ifndef BTFMATRIX_BISECT_PLACE_H
#define BTFMATRIX_BISECT_PLACE_H

#include "core/error.h"

/** The folder for what has the name @what, a path of objects for a repository; it is there. The caller frees it. */
must_check struct error *place_of(const char *what, char **ret);

/** The repository of ours, and the work tree of a slot; the caller frees them. */
char *place_repo(const char *place);
char *place_tree(const char *place, unsigned int slot);

/** Makes the repository of ours, if it is not there, which borrows from @objects. */
must_check struct error *place_open(const char *place, const char *objects);

/** Waits until the work tree is nobody's; it is ours until *ret is closed. */
must_check struct error *place_lock_tree(const char *place, unsigned int slot, int *ret);

/** Makes the work tree that of @rev. It is locked, and the place is open. */
must_check struct error *place_checkout(const char *place, unsigned int slot, const char *rev);

#endif
