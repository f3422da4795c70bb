/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An object tree in which a make did not come to its end.
 *
 * kbuild writes .NAME.cmd when NAME is complete, and afterwards trusts NAME if its command is the same and no
 * prerequisite is newer. A compiler that was killed, or a machine that lost its power, may leave NAME half-written and
 * newer than all of them. So a mark is in the tree while a make runs, and who finds it removes what was being written.
 */
#ifndef BTFMATRIX_BUILD_TREE_HEAL_H
#define BTFMATRIX_BUILD_TREE_HEAL_H

#include "core/error.h"

/**
 * Sets the mark in the tree at @dir. If there is one already, first removes each file written since whose .cmd file
 * does not say that it is complete; and all written since where the machine was started anew in between, since then
 * the .cmd file may be on the disk and the file not.
 */
must_check struct error *tree_heal_begin(const char *dir);
/** Takes the mark away: make came to its end. */
must_check struct error *tree_heal_end(const char *dir);

#endif
