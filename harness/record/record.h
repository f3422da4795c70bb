/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of runs: one SQLite database in the results folder, which every run adds to and every report
 * is a view of.
 *
 * A run's row and all its cells, as skipped, are there from its start; each cell is then written whole, in
 * one transaction. A run that was killed is so far true as it came.
 */
#ifndef BTFMATRIX_RECORD_RECORD_H
#define BTFMATRIX_RECORD_RECORD_H

#include "core/error.h"
#include "plan/costs.h"
#include "record/db.h"
#include "record/model.h"

#define RECORD_FILE "btfmatrix.db"

/** Opens the record in @folder; DB_WRITE makes it where there is none and brings it up to date. */
must_check struct error *record_open(const char *folder, enum db_mode mode, struct db **ret);

/** Adds the run with its cells and sets their ids. ERROR_INPUT where there is one of its name. */
must_check struct error *record_add_run(struct db *db, struct rec_run *run);
/** Writes a cell that record_add_run() added, whole or not at all. */
must_check struct error *record_put_cell(struct db *db, const struct rec_cell *cell);
/** Writes a run whole, in one transaction, in place of one of its name. Sets the ids. */
must_check struct error *record_put_run(struct db *db, struct rec_run *run);
/** Writes when the run ended. */
must_check struct error *record_end_run(struct db *db, const struct rec_run *run);

/** The layout of an earlier cell with this build key; *ret is NULL where there is none. */
must_check struct error *record_layout_of_build(struct db *db, const char *build_key,
						struct rec_layout **ret);

/**
 * The id of the run that @name means: a run's name, the beginning of one name alone, "latest" (also
 * NULL), or "latest~N" for the Nth before. ERROR_INPUT where there is none, with those there are.
 */
must_check struct error *record_find_run(struct db *db, const char *name, int64_t *id_ret);

/** The id of the run of that very name; *@found_ret says whether there is one. */
must_check struct error *record_find_exactly(struct db *db, const char *name, int64_t *id_ret,
					     bool *found_ret);

enum record_depth {
	/* runs and cells, without what cells have lists of */
	RECORD_OVERVIEW,
	RECORD_WHOLE,
};

/** Loads a run. rec_run_release() frees it, also after an error. */
must_check struct error *record_load_run(struct db *db, int64_t id, enum record_depth depth,
					 struct rec_run *ret);

/** Adds what each family took: CPU time of the newest build, boot and check of each of its cells, in ms. */
must_check struct error *record_costs(struct db *db, struct costs *ret);

/* What one run says of one cell, for tables and charts over time. */
struct rec_point {
	char *run, *cell, *verdict, *reason;
	int64_t began_at;
	int64_t built, cached, verified;
	double build_wall_s, boot_wall_s;
	int64_t btf_bytes, extra_btf_bytes, percpu_bytes, nr_percpu, nr_global, nr_new, nr_known;
	char *layout, *commit, *source_commit, *compiler, *pahole;
	bool flaky;
};

struct rec_history {
	/* by cell, the oldest run first */
	VEC(struct rec_point) points;
};

/** All points of @cell (NULL: every cell) in the newest @limit runs (0: all). */
must_check struct error *record_history(struct db *db, const char *cell, int64_t limit,
					struct rec_history *ret);
void rec_history_release(struct rec_history *history);

#endif
