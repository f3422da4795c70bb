// SPDX-License-Identifier: GPL-2.0-only
#include "run/run.h"

#include <stdlib.h>
#include <string.h>

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
#include "run/run_cell.h"
#include "source/kernel_source.h"
#include "verify/print.h"

/* "x86_64/gcc/6.12/n" as a file name */
static char *cell_file_name(const struct cell *cell)
{
	char *name = xstrdup(cell->name);

	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '-';
	return name;
}

static struct error *write_cell(const struct run *run, const struct outcome *outcome)
{
	_cleanup_free_ char *name = cell_file_name(outcome->cell);
	_cleanup_free_ char *path = xasprintf("%s/cells/%s.json", run->request->dir, name);

	return json_write(cell_json(run, outcome), path);
}

static struct error *write_summary(const struct run *run)
{
	_cleanup_free_ char *path = xasprintf("%s/summary.json", run->request->dir);
	json_t *cells = json_array();

	vec_for_each(outcome, &run->outcomes) {
		_cleanup_free_ char *name = cell_file_name(outcome->cell);
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

/* The source tree of one kernel line, made when the first cell needs it. */
struct prepared_source {
	const struct kernel_line *line;
	struct kernel_source source;
	/* why there is none; given to every cell that needs it */
	struct error *err;
};

struct run_state {
	struct run *run;
	struct known *known;
	struct values *values;
	VEC(struct prepared_source) sources;
};

static const struct prepared_source *get_source(struct run_state *state,
						const struct kernel_line *line)
{
	const struct source_request request = {
		.line = line,
		.user_dir = state->run->request->kernel_dir,
		.series = state->run->request->series,
	};
	struct prepared_source prepared = { .line = line };
	const struct kernel_source *source = &prepared.source;

	vec_for_each(known, &state->sources)
		if (known->line == line)
			return known;
	prepared.err = kernel_source_prepare(&request, &prepared.source);
	if (!prepared.err)
		log_info("Linux %s: %s, %s with %u patches of %s (%u were there)", line->name,
			 source->version.full, source->origin,
			 source->nr_applied + source->nr_present, source->series,
			 source->nr_present);
	vec_push(&state->sources, prepared);
	return &state->sources.data[state->sources.len - 1];
}

static struct error *do_cell(struct run_state *state, struct outcome *outcome)
{
	struct run *run = state->run;
	const struct prepared_source *prepared = get_source(state, outcome->cell->line);
	const struct error *missing = prepared->err ?: run_find_pahole(run, outcome->cell)->err;
	_cleanup_free_ char *name = cell_file_name(outcome->cell);
	_cleanup_free_ char *dir = xasprintf("%s/cells/%s", run->request->dir, name);
	const struct cell_context context = {
		.run = run,
		.source = &prepared->source,
		.known = state->known,
		.values = state->values,
		.dir = dir,
	};
	struct error *err = NULL, *write_err;

	if (prepared->err && prepared->err->kind == ERROR_INTERRUPTED)
		return error_new(ERROR_INTERRUPTED, "interrupted");
	if (missing) {
		outcome->verdict = VERDICT_ERROR;
		outcome->reason = xstrdup(missing->message);
		outcome->failure_stage = prepared->err ? "source" : "pahole";
		outcome->failure_kind = error_kind_name(missing->kind);
		log_error("%s: %s", outcome->cell->name, outcome->reason);
	} else {
		outcome->release = xstrdup(prepared->source.version.full);
		outcome->series = xstrdup(prepared->source.series);
		err = dir_make(dir);
		if (!err)
			err = run_cell(&context, outcome);
	}
	write_err = write_cell(run, outcome);
	if (run->request->recorder)
		recorder_cell(run->request->recorder, run, outcome,
			      prepared->err ? NULL : &prepared->source);
	if (err) {
		error_free(write_err);
		return err;
	}
	return write_err;
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

static struct error *do_cells(struct run_state *state)
{
	vec_for_each(outcome, &state->run->outcomes) {
		struct error *err;

		if (proc_interrupted())
			return error_new(ERROR_INTERRUPTED, "interrupted");
		free(outcome->reason);
		outcome->reason = NULL;
		log_set_step((size_t)(outcome - state->run->outcomes.data) + 1,
			     state->run->outcomes.len);
		err = do_cell(state, outcome);
		if (err)
			return err;
	}
	return NULL;
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

static struct error *prepare(struct run_state *state)
{
	struct run *run = state->run;
	_cleanup_free_ char *cells = xasprintf("%s/cells", run->request->dir);
	_cleanup_free_ char *known_path = NULL, *values_path = NULL;
	struct error *err = project_path(&known_path, "configs/known.ini");

	if (!err)
		err = known_load(known_path, &state->known);
	if (!err)
		err = project_path(&values_path, "configs/values.ini");
	if (!err)
		err = values_load(values_path, &state->values);
	if (!err)
		err = dir_make(cells);
	if (!err)
		err = tool_version("sh", &run->sh_version);
	return err ?: find_paholes(run);
}

struct error *run_plan(const struct run_request *request, struct run *run)
{
	struct run_state state = { .run = run };
	struct error *err, *summary_err;
	double start = clock_now_s();

	run->request = request;
	init_outcomes(run);
	err = prepare(&state);
	if (!err) {
		if (request->recorder)
			recorder_begin(request->recorder, run);
		err = do_cells(&state);
		run->wall_s = clock_now_s() - start;
		if (request->recorder)
			recorder_end(request->recorder, run);
		summary_err = write_summary(run);
		if (err)
			error_free(summary_err);
		else
			err = summary_err;
	}
	vec_for_each(source, &state.sources) {
		kernel_source_release(&source->source);
		error_free(source->err);
	}
	vec_free(&state.sources);
	if (state.known)
		known_free(state.known);
	values_free(state.values);
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
	*run = (struct run){ 0 };
}
