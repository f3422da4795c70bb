/* SPDX-License-Identifier: GPL-2.0-only */
/* A bisection from its request to its report, with its places in the cache: BISECT in the cache of btfmatrix. */
#ifndef BTFMATRIX_BISECT_SESSION_H
#define BTFMATRIX_BISECT_SESSION_H

#include "bisect/bisect.h"
#include "bisect/cell_spec.h"
#include "bisect/git_log.h"
#include "bisect/predicate.h"
#include "bisect/tester.h"
#include "core/strbuf.h"

/* What the user asked for; borrowed but for cells and predicate. */
struct bisect_options {
	const char *kernel_dir;
	/* revisions; bad is NULL for HEAD. Without good the series is what is bisected, on top of onto (NULL: HEAD). */
	const char *good, *bad, *onto;
	/* NULL-terminated, may be empty */
	const char *const *paths;
	bool first_parent;
	const char *term_good, *term_bad;
	struct cell_specs cells;
	struct predicate predicate;
	/* of btfmatrix run, or NULL */
	const char *series, *feature, *kernel;
	/* a folder of paholes, or pahole's git tree with the command that builds it and the program that makes */
	const char *pahole_dir, *pahole_build, *pahole_program;
	/* Kconfig lines with which all is well, and with which it is not */
	const char *config_good, *config_bad;
	unsigned int jobs, retries, nr_slots;
	/* forget what an earlier bisection of the same request came to */
	bool restart;
};

/* What a bisection has come to. All is owned but for the options. */
struct session {
	const struct bisect_options *options;
	/* what the commits are, for people: "commit", "patch", "pahole" */
	const char *thing;
	/* folder of this bisection */
	char *state;
	struct history history;
	struct bisection bisection;
	/* by cell */
	const char **names;
	size_t *families;
	VEC(const char *) family_names;
	/* git's own; NULL: there is no git */
	struct git_log *logs;
};

#define SESSION_INIT \
	{            \
		0    \
	}

/** Numbers the families of the options' cells. To be called first. */
void session_name_cells(struct session *session, const struct bisect_options *options);

/**
 * Bisects git's commits. ERROR_INPUT where the revisions or the repository are not fit for it, ERROR_INTERRUPTED where
 * it ended before its time; then @session has as much as there is.
 */
must_check struct error *session_bisect_git(const struct bisect_options *options,
					    struct session *session);
/** Bisects the paholes of a folder, from the oldest version to the newest. */
must_check struct error *session_bisect_paholes(const struct bisect_options *options,
						struct session *session);
/**
 * Finds the smallest set of Kconfig lines that makes the one configuration bad that is good without them: they become
 * the session's suspects.
 */
must_check struct error *session_bisect_config(const struct bisect_options *options,
					       struct session *session);
void session_release(struct session *session);

/** All that what is tested of a revision depends on: the program, the patches, ... */
must_check struct error *session_describe_test(const struct bisect_options *options,
					       struct strbuf *sb);
/** session_describe_test(), what is looked for, and in which cells and revisions: @what tells these. */
must_check struct error *session_describe(const struct bisect_options *options, const char *what,
					  struct strbuf *sb);
/** A tester for the options; @runs is borrowed. */
struct tester session_tester(const struct bisect_options *options, const char *runs);

/**
 * The folder CACHE/bisect/PLACE/REQUEST, made if missing: @place and @request are what tells one from another, and
 * stand there as digests. The caller frees both strings; @place_ret may be NULL.
 */
must_check struct error *session_folders(const char *place, const char *request, bool restart,
					 char **place_ret, char **state_ret);

/** For people; and for nightly, as JSON in the session's folder. */
void session_print(FILE *out, const struct session *session);
must_check struct error *session_write_json(const struct session *session, const char *path);

/** STATUS_OK where each cell has its culprit, STATUS_FINDINGS where one has several suspects, else STATUS_ERROR. */
int session_status(const struct session *session);

#endif
