/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the BTF of an image lacks a variable that another image's has. */
#ifndef BTFMATRIX_LAYOUT_DIFF_WHY_H
#define BTFMATRIX_LAYOUT_DIFF_WHY_H

#include "core/error.h"
#include "layout/image_diff.h"

/**
 * Fills in .why of each entry of @list, all of them variables that the image lacks: one of the verifier's rules
 * (verify/absence.h) with what its symbols and DWARF prove, or that it has no such symbol, or has it once where the
 * other has it twice. @module may be NULL. Reads DWARF, which takes seconds.
 */
must_check struct error *diff_why(const char *vmlinux, const char *module, struct diff_list *list);

#endif
