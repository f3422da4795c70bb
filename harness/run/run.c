// SPDX-License-Identifier: GPL-2.0-only
#include "run/run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache/entries.h"
#include "config/known.h"
#include "config/project.h"
#include "config/tool_versions.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "record/recorder.h"
#include "report/cell_json.h"
#include "run/graph.h"
#include "source/kernel_source.h"
#include "verify/print.h"

char *run_cell_file_name(const struct cell *cell)
{
	char *name = xstrdup(cell->name);

	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '-';
	return name;
}

static struct error *write_cell(const struct run *run, const struct outcome *outcome)
{
	_cleanup_free_ char *name = run_cell_file_name(outcome->cell);
	_cleanup_free_ char *path = xasprintf("%s/cells/%s.json", run->request->dir, name);

	/* What an earlier run had can be had again, and need not wait for the disk. */
	return outcome->cached ? json_write_plain(cell_json(run, outcome), path)
			       : json_write(cell_json(run, outcome), path);
}

static struct error *write_summary(const struct run *run)
{
	_cleanup_free_ char *path = xasprintf("%s/summary.json", run->request->dir);
	json_t *cells = json_array();

	vec_for_each(outcome, &run->outcomes) {
		_cleanup_free_ char *name = run_cell_file_name(outcome->cell);
		_cleanup_free_ char *file = xasprintf("cells/%s.json", name);

		json_array_append_new(
			cells,
			json_pack("{s:s, s:s, s:o, s:I, s:I, s:s}", "cell", outcome->cell->name,
				  "verdict", verdict_name(outcome->verdict), "reason",
				  json_text(outcome->reason), "findings",
				  (json_int_t)outcome->verify.findings.len, "new_findings",
				  (json_int_t)verify_count_new(&outcome->verify), "file", file));
	}
	return json_write(json_pack("{s:s, s:o, s:f, s:o}", "schema", "btfmatrix-run-1", "matrix",
				    json_text(run->request->plan->matrix_path), "wall_s",
				    run->wall_s, "cells", cells),
			  path);
}

static void init_outcomes(struct run *run)
{
	vec_for_each(cell, &run->request->plan->cells) {
		struct outcome outcome = {
			.cell = cell,
			.verdict = VERDICT_SKIPPED,
			.reason = xstrdup("interrupted before its turn"),
		};

		vec_push(&run->outcomes, outcome);
	}
}

/* A cell is done: its record, and its place in the run's. */
static struct error *note_cell(struct run *run, const struct outcome *outcome,
			       const struct kernel_source *source)
{
	struct error *err = write_cell(run, outcome);

	if (run->request->recorder)
		recorder_cell(run->request->recorder, run, outcome, source);
	return err;
}

/*
 * Finds every pahole of the plan. One that cannot be fetched is the error of the cells that have it; one that nobody
 * knows is a misspelling, and ends the run before it begins.
 */
static struct error *find_paholes(struct run *run)
{
	const struct plan *plan = run->request->plan;

	for (size_t i = 0; i < plan->paholes.len; i++) {
		const struct pahole_spec *spec = plan->paholes.data[i];
		struct run_pahole found = { .spec = spec };
		struct error *err = pahole_tool_named(spec->which, &found.tool);

		if (err && (err->kind == ERROR_INPUT || err->kind == ERROR_INTERRUPTED))
			return err;
		if (err)
			log_error("pahole %s: %s", spec->text, err->message);
		else
			log_info("pahole %s (%s)%s%s", found.tool.version,
				 found.tool.is_private ? "in the cache" : found.tool.path,
				 spec->stock ? ", without repairs" : "",
				 spec->encode ? ", with our encoder" : "");
		found.err = err;
		vec_push(&run->paholes, found);
	}
	return NULL;
}

const struct run_pahole *run_find_pahole(const struct run *run, const struct cell *cell)
{
	for (size_t i = 0; i < run->paholes.len; i++)
		if (run->paholes.data[i].spec == cell->pahole)
			return &run->paholes.data[i];
	/* every cell's pahole is the plan's */
	abort();
}

static struct error *prepare(struct run *run, struct graph_request *graph)
{
	_cleanup_free_ char *cells = xasprintf("%s/cells", run->request->dir);
	_cleanup_free_ char *known_path = NULL, *values_path = NULL;
	struct error *err = project_path(&known_path, "configs/known.ini");

	if (!err)
		err = known_load(known_path, &graph->known);
	if (!err)
		err = project_path(&values_path, "configs/values.ini");
	if (!err)
		err = values_load(values_path, &graph->values);
	if (!err)
		err = dir_make(cells);
	if (!err)
		err = tool_version("sh", &run->sh_version);
	return err ?: find_paholes(run);
}

/* What this run used stays. Where nothing was built nothing has grown. */
static void bound_cache(const struct run *run, time_t start)
{
	struct cache_bounded bounded = { 0 };
	bool has_built = false;
	struct error *err;

	vec_for_each(outcome, &run->outcomes)
		has_built |= outcome->built && !outcome->cached && !outcome->build.cached;
	if (!has_built)
		return;
	err = cache_bound(run->request->cache_max, start, &bounded);
	if (err)
		log_warning("the cache cannot be kept small: %s", err->message);
	else if (bounded.nr_removed)
		log_info("the cache was too large: %zu builds and trees that nothing had used for "
			 "longest are removed, %.1f GiB",
			 bounded.nr_removed, (double)bounded.freed / (1 << 30));
	error_free(err);
}

struct error *run_plan(const struct run_request *request, struct run *run)
{
	struct graph_request graph = { .run = run, .note_cell = note_cell };
	struct error *err, *summary_err;
	double start = clock_now_s();
	time_t start_time = time(NULL);

	run->request = request;
	init_outcomes(run);
	err = prepare(run, &graph);
	if (!err) {
		if (request->recorder)
			recorder_begin(request->recorder, run);
		err = graph_run(&graph);
		run->wall_s = clock_now_s() - start;
		if (!err)
			bound_cache(run, start_time);
		if (request->recorder)
			recorder_end(request->recorder, run);
		summary_err = write_summary(run);
		if (err)
			error_free(summary_err);
		else
			err = summary_err;
	}
	if (graph.known)
		known_free(graph.known);
	values_free(graph.values);
	return err;
}

void run_release(struct run *run)
{
	vec_for_each(outcome, &run->outcomes)
		outcome_release(outcome);
	vec_free(&run->outcomes);
	vec_for_each(pahole, &run->paholes) {
		pahole_tool_release(&pahole->tool);
		error_free(pahole->err);
	}
	vec_free(&run->paholes);
	free(run->sh_version);
	free(run->makeflags);
	*run = (struct run){ 0 };
}
