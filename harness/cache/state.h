/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cache remembers beside its files: one SQLite database, state.db in the cache's folder, with write-ahead log.
 *
 * Nothing in it is needed: it holds digests, versions, outcomes and times that can be had again. So one that is
 * damaged, or that another version of btfmatrix wrote, is moved aside with a word to the user, and begun anew; and
 * where there can be none (a disk that is full, a cache that cannot be written) everything works, slower.
 */
#ifndef BTFMATRIX_CACHE_STATE_H
#define BTFMATRIX_CACHE_STATE_H

#include "record/db.h"

/**
 * The database, opened at the first call, and again at the first after a fork(2), which closes it: driver and worker
 * each have their own. So it is not to be held while a program is run. NULL where there is none; that was said once. Borrowed.
 */
struct db *state_db(void);

/** Closes it; the next call opens it again. */
void state_close(void);

/**
 * What to do with an error of a statement: it is dropped, after a word at the first; from then on
 * state_db() has none, or where the file is damaged, once, another one.
 */
void state_note(struct error *err);

#endif
