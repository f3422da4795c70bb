/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs the tasks of a submission. A new engine is a table of functions and a row in engine.c. */
#ifndef BTFMATRIX_SUBMIT_ENGINE_H
#define BTFMATRIX_SUBMIT_ENGINE_H

#include "submit/slurm_text.h"
#include "submit/submission.h"

struct engine_ops {
	const char *name, *help;
	/* what it runs goes on when btfmatrix has ended */
	bool goes_on;
	/* Whether it can be used; what its nodes have. */
	struct error *(*open)(const struct submission *sub, struct slurm_nodes *node_ret);
	/* The job of a stage that an earlier call submitted, as its owner gave it a name; NULL: there is none. */
	struct error *(*find)(const struct submission *sub, enum submit_stage stage,
			      char **job_ret);
	/* Submits a stage, whose tasks wait for those of @after, which may be NULL. */
	struct error *(*submit)(const struct submission *sub, enum submit_stage stage,
				const char *after, char **job_ret);
	/*
	 * Sets state, node and reason of the tasks that are not done. It may take as long as it needs to get on,
	 * and comes back after a signal.
	 */
	struct error *(*poll)(struct submission *sub);
	/* Ends what runs or waits of the submission, and nothing else; also after a signal. */
	struct error *(*cancel)(const struct submission *sub);
};

extern const struct engine_ops engine_local, engine_slurm;

/** The engine of that name, or NULL. */
const struct engine_ops *engine_find(const char *name);

#endif
