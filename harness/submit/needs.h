/* SPDX-License-Identifier: GPL-2.0-only */
/* What tasks are asked for of a node, from what they took before. */
#ifndef BTFMATRIX_SUBMIT_NEEDS_H
#define BTFMATRIX_SUBMIT_NEEDS_H

#include "submit/engine.h"

/**
 * Sets the needs of each stage, the most of its trees': what was given, else three times what the tasks took by
 * submit-costs.json in @results or what the record there says of their cells, else what a kernel takes at most;
 * never more memory or CPUs than @node has. What cannot be read counts as not known.
 */
void needs_find(struct submission *sub, const char *results, const struct slurm_nodes *node);

/** Adds what the tasks took to submit-costs.json: the most of each. */
must_check struct error *needs_note(const struct submission *sub, const char *results);

#endif
