/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is bisected: revisions from a good end to a bad one, each with its parents. They are git's commits,
 * or things in a row that have no git: the patches of a series, programs of several versions.
 */
#ifndef BTFMATRIX_BISECT_HISTORY_H
#define BTFMATRIX_BISECT_HISTORY_H

#include <stddef.h>

#include "core/cleanup.h"
#include "core/mem.h"

/* Indices are of struct history.commits. */
struct commit {
	/* git's object name, a path, ...; one line of what it is; both owned */
	char *id, *subject;
	/* those in the history; others are ancestors of the good end */
	VEC(size_t) parents;
	VEC(size_t) children;
};

struct history {
	/* parents before children; the first is the good end, the last the bad one */
	VEC(struct commit) commits;
};

/** Adds a commit and returns its index; takes @id and @subject. Its parents must be there already. */
size_t history_add(struct history *history, char *id, char *subject, const size_t *parents,
		   size_t nr_parents);

/** The index of @id, or the number of commits where it is none of them. Slow: for a few look-ups. */
size_t history_find(const struct history *history, const char *id);

/** The only parent of @commit, or @commit itself where it has none or several. */
size_t history_only_parent(const struct history *history, size_t commit);

void history_release(struct history *history);

#endif
