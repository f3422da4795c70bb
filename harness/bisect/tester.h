/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Testing cells of one kernel tree with `btfmatrix run` as a child: whatever happens to it, a bisection goes on.
 */
#ifndef BTFMATRIX_BISECT_TESTER_H
#define BTFMATRIX_BISECT_TESTER_H

#include "bisect/cell_spec.h"
#include "bisect/predicate.h"
#include "bisect/trial.h"

/* All borrowed. */
struct tester {
	const struct predicate *predicate;
	const struct cell_specs *cells;
	/* for the caller's own use */
	const char *tree;
	/* of `btfmatrix run`; NULL: not given */
	const char *series, *feature, *kernel, *config, *pahole, *profile;
	unsigned int jobs, retries;
	/* folder that gets one for each trial */
	const char *runs;
	/* folder that remembers what each cell came to, whatever was looked for; NULL: nothing is remembered */
	const char *memory;
};

/* What a trial left, for what comes after it. */
struct tester_trace {
	/* file that gets what the build read (bisect/depends.h), where one was made; NULL: none is wanted */
	const char *depends;
};

/**
 * Tests the cells @cells of @tester, which are of one family, on the kernel tree @tree (NULL: Debian's source of
 * @kernel). @label names the trial's folder. The only errors are those of our own: interrupted, no space.
 */
must_check struct error *tester_run(const struct tester *tester, const char *tree,
				    const char *label, const size_t *cells, size_t nr_cells,
				    const struct tester_trace *trace, struct trial_result *results);

#endif
