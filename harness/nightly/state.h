/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nightly knows from one night to the next, and at which step of a night it is: a JSON file that is always whole.
 * After a reboot in the middle of a night, the next call goes on with that night.
 */
#ifndef BTFMATRIX_NIGHTLY_STATE_H
#define BTFMATRIX_NIGHTLY_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "core/error.h"
#include "nightly/problem.h"

struct nightly_state {
	char *path;
	/* "tip": the commit of the night; "step": "run", "bisect", "done"; "run": the run's folder, by name;
	 * "cells": by cell "rev" and "keys", as it was last judged; "bisections": those of the night and from before
	 * that did not end */
	json_t *json;
};

must_check struct error *nightly_state_load(const char *path, struct nightly_state *ret);
must_check struct error *nightly_state_save(const struct nightly_state *state);
void nightly_state_release(struct nightly_state *state);

/** A text of the state; "" where there is none. */
const char *nightly_state_text(const struct nightly_state *state, const char *key);
void nightly_state_set(struct nightly_state *state, const char *key, const char *text);

/** The commit at which @cell was last judged, where it had not the problem @key; NULL: it had, or was not judged. */
const char *nightly_state_good(const struct nightly_state *state, const char *cell,
			       const char *key);
/** What the cells are now, at the state's tip. Those that could not be judged stay as they were. */
void nightly_state_judge(struct nightly_state *state, const struct cell_problems *problems);

/**
 * Adds a bisection of @problem from the commit @good to the tip, or @problem's cell to one that is there already for
 * the same. Of several problems of one check in a cell, the first is bisected for all.
 */
void nightly_state_want(struct nightly_state *state, const struct problem *problem,
			const char *good);

#endif
