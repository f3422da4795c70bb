/* SPDX-License-Identifier: GPL-2.0-only */
/* A series as its author or the list has it, made into a folder of patches in order. */
#ifndef BTFMATRIX_SOURCE_SERIES_IMPORT_H
#define BTFMATRIX_SOURCE_SERIES_IMPORT_H

#include "core/error.h"
#include "source/series.h"

/**
 * Reads the user's series at @path:
 *
 * - a folder with a file `series`: as series_load() takes it;
 * - another folder: what `git format-patch` leaves; patches and mails in it, in the order of their subjects' n/m;
 * - a file: one patch, or a mailbox, gzipped or not, as saved from the list. Cover letters, answers and older versions
 *   are left out; a patch that was sent again alone takes the place of its predecessor.
 *
 * All but the first are copied to a folder in the cache. ERROR_INPUT where there is no patch, where one of a series is
 * missing, or where two claim one place.
 */
must_check struct error *series_open(const char *path, struct series *ret);

#endif
