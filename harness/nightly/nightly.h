/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A night: fetch, build and verify the matrix, hold it against the night before, bisect what broke, write the report.
 * Each step is written down when it is done (nightly/state.h), so that the next call goes on where one was ended.
 */
#ifndef BTFMATRIX_NIGHTLY_NIGHTLY_H
#define BTFMATRIX_NIGHTLY_NIGHTLY_H

#include "nightly/config.h"
#include "nightly/state.h"

struct nightly {
	/* borrowed */
	const struct nightly_config *config;
	struct nightly_state state;
	/* in the configured folder: what is fetched, the runs, the reports; all owned */
	char *repo, *runs, *nights;
	/* where bisections of what is fetched have their work trees: the matrix is built in the first, so that they
	 * compile what differs from it; owned */
	char *place;
};

enum nightly_outcome {
	/* no commit since the last night, and nothing left to bisect */
	NIGHTLY_NOTHING_NEW,
	/* done, and nothing that worked before is broken */
	NIGHTLY_WELL,
	NIGHTLY_NEW_FAILURES,
};

/**
 * Does a night, or what is left of one. @mail_ret gets the path of the mail, the caller's to free; NULL: none was
 * written. ERROR_INTERRUPTED: the same call goes on from here.
 */
must_check struct error *nightly_run(const struct nightly_config *config,
				     enum nightly_outcome *outcome_ret, char **mail_ret);

/** Writes the night's report.json, report.txt and mail.txt; @mail_ret is as above. */
must_check struct error *nightly_report(struct nightly *nightly, char **mail_ret);

/** Bisects what the state wants bisected, as long as there is time. */
must_check struct error *nightly_bisect(struct nightly *nightly);

#endif
