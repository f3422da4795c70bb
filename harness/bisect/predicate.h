/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What makes a commit good or bad for a cell, told from the JSON that `btfmatrix run` wrote of it. What kept the cell
 * from being looked at is never "bad": it is "skip", with the reason, as status 125 is for git bisect run.
 */
#ifndef BTFMATRIX_BISECT_PREDICATE_H
#define BTFMATRIX_BISECT_PREDICATE_H

#include <jansson.h>

#include "bisect/trial.h"
#include "core/error.h"

enum predicate_kind {
	/* the cell's verdict: pass and known are good, fail is bad */
	PREDICATE_VERDICT,
	/* a finding is bad, its check passed is good */
	PREDICATE_FINDING,
	/* where a variable is, its size and its type: as at the good end, or else */
	PREDICATE_LAYOUT,
	/* bytes of BTF, in vmlinux and in the extra module: more than a number is bad */
	PREDICATE_SIZE,
	/* it boots */
	PREDICATE_BOOT,
	/* it compiles and links */
	PREDICATE_BUILD,
};

struct predicate {
	enum predicate_kind kind;
	/* PREDICATE_FINDING: as fnmatch() has it; variable is NULL for any. Owned. */
	char *check, *variable;
	/* PREDICATE_LAYOUT: owned */
	char *layout_of;
	/* PREDICATE_SIZE */
	uint64_t size;
};

/** "CHECK[:VARIABLE]" into a PREDICATE_FINDING. */
void predicate_set_finding(struct predicate *predicate, const char *text);

/** The options that make this predicate, e.g. "--finding percpu.*:runqueues"; "" for the verdict. Caller frees. */
char *predicate_options(const struct predicate *predicate);

/** Whether there is a check that a PREDICATE_FINDING means; true for all others. */
bool predicate_has_check(const struct predicate *predicate);

/** Whether it takes a running kernel to judge it. */
bool predicate_needs_boot(const struct predicate *predicate);

/** Judges a cell. With PREDICATE_LAYOUT the result has a state and no mark: see struct trial_result. */
void predicate_judge(const struct predicate *predicate, const json_t *cell,
		     struct trial_result *result);

void predicate_release(struct predicate *predicate);

#endif
