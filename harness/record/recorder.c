// SPDX-License-Identifier: GPL-2.0-only
#include "record/recorder.h"

#include <stdlib.h>
#include <time.h>

#include "core/log.h"
#include "core/mem.h"

struct recorder {
	struct db *db;
	struct rec_run run;
	/* the first failure was said, and ended the writing */
	bool failed;
};

/* Takes @err. After a failure nothing more is written: half a run is worse than what ended early. */
static void note(struct recorder *recorder, struct error *err)
{
	if (!err)
		return;
	if (!recorder->failed)
		log_error("the run is not in the record: %s", err->message);
	error_free(err);
	recorder->failed = true;
	db_close(recorder->db);
	recorder->db = NULL;
}

struct recorder *recorder_open(const char *folder)
{
	struct recorder *recorder = xcalloc(1, sizeof(*recorder));

	note(recorder, record_open(folder, DB_WRITE, &recorder->db));
	return recorder;
}

void recorder_free(struct recorder *recorder)
{
	rec_run_release(&recorder->run);
	db_close(recorder->db);
	free(recorder);
}

void recorder_begin(struct recorder *recorder, const struct run *run)
{
	rec_run_from_plan(run, &recorder->run);
	if (recorder->db)
		note(recorder, record_add_run(recorder->db, &recorder->run));
}

/* The same build has the same layout: that of an earlier run saves reading DWARF again. */
static void find_layout(struct recorder *recorder, struct rec_cell *cell)
{
	struct rec_layout *layout = NULL, *have;
	struct error *err;

	if (recorder->db && cell->build_key)
		note(recorder, record_layout_of_build(recorder->db, cell->build_key, &layout));
	if (!layout && cell->vmlinux) {
		err = rec_layout_from_vmlinux(cell->vmlinux, &layout);
		if (err)
			log_debug("%s: no layout: %s", cell->name, err->message);
		error_free(err);
	}
	have = layout ? rec_find_layout(&recorder->run, layout->digest) : NULL;
	if (have)
		rec_layout_free(layout);
	else if (layout)
		vec_push(&recorder->run.layouts, layout);
	cell->layout = have ?: layout;
}

static void find_config(struct recorder *recorder, struct rec_cell *cell)
{
	struct rec_config *config = rec_config_from_file(cell->config_path);
	struct rec_config *have = config ? rec_find_config(&recorder->run, config->digest) : NULL;

	if (have)
		rec_config_free(config);
	else if (config)
		vec_push(&recorder->run.configs, config);
	cell->config = have ?: config;
}

/* Whether what is recorded from now on waits for the disk; what did not is there with the next that does. */
static void sync_record(struct recorder *recorder, bool wait)
{
	note(recorder, db_exec(recorder->db,
			       wait ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
}

void recorder_cell(struct recorder *recorder, const struct run *run, const struct outcome *outcome,
		   const struct kernel_source *source)
{
	struct rec_cell *cell = &recorder->run.cells.data[outcome - run->outcomes.data];

	rec_cell_from_outcome(run, outcome, source, &recorder->run);
	find_layout(recorder, cell);
	find_config(recorder, cell);
	if (!recorder->db)
		return;
	/* What an earlier run had can be had again. */
	sync_record(recorder, !outcome->cached);
	note(recorder, record_put_cell(recorder->db, cell));
}

/* Which cells are flaky is seen from other runs too. */
static void find_flaky(struct recorder *recorder)
{
	_cleanup_(rec_run_release) struct rec_run stored = { 0 };

	if (!recorder->db)
		return;
	note(recorder, record_load_run(recorder->db, recorder->run.id, RECORD_OVERVIEW, &stored));
	vec_for_each(cell, &recorder->run.cells) {
		const struct rec_cell *same = rec_find_cell(&stored, cell->name);

		cell->flaky |= same && same->flaky;
	}
}

void recorder_end(struct recorder *recorder, const struct run *run)
{
	recorder->run.wall_s = run->wall_s;
	recorder->run.ended_at = time(NULL);
	if (recorder->db) {
		sync_record(recorder, true);
		note(recorder, record_end_run(recorder->db, &recorder->run));
	}
	find_flaky(recorder);
}

bool recorder_is_whole(const struct recorder *recorder)
{
	return !recorder->failed;
}

struct rec_run *recorder_run(struct recorder *recorder)
{
	return &recorder->run;
}

struct db *recorder_db(struct recorder *recorder)
{
	return recorder->db;
}
