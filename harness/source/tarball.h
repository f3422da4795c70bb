/* SPDX-License-Identifier: GPL-2.0-only */
/* Unpacking a kernel tarball. */
#ifndef BTFMATRIX_SOURCE_TARBALL_H
#define BTFMATRIX_SOURCE_TARBALL_H

#include "core/error.h"

/**
 * Unpacks @tarball (any compression libarchive knows) into the new folder @dir, without the one folder
 * everything in it is in. Refuses entries that would land outside. ERROR_INPUT where it is truncated or
 * has more than one folder at its top; ERROR_INTERRUPTED on a signal.
 */
must_check struct error *tarball_unpack(const char *tarball, const char *dir);

#endif
