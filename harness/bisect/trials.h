/* SPDX-License-Identifier: GPL-2.0-only */
/* Trials, one after another or side by side, each written down as soon as it is done. */
#ifndef BTFMATRIX_BISECT_TRIALS_H
#define BTFMATRIX_BISECT_TRIALS_H

#include "bisect/bisect.h"

enum {
	/* cells of one family: modes */
	TRIAL_CELLS_MAX = 16
};

struct trial {
	size_t commit;
	size_t cells[TRIAL_CELLS_MAX], nr_cells;
	struct trial_result results[TRIAL_CELLS_MAX];
	/* all of it had been written down before */
	bool is_old;
};

/**
 * Does the trials, in as many slots as the request has. One that failed by no fault of the commit's is tried again, and
 * then is a skip; where that is so of several in a row, nothing can be tested any more, which is an error.
 */
must_check struct error *trials_run(const struct bisect_request *request, struct trial *trials,
				    size_t nr);

/** Takes the results that are written down; false where one is not, or is to be tried again. */
bool trial_load(const struct bisect_request *request, struct trial *trial);
void trial_forget(struct trial *trial);

void trials_free(struct trial *trials, size_t nr);

#endif
