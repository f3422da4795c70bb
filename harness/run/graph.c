// SPDX-License-Identifier: GPL-2.0-only
#include "run/graph.h"

#include <stdlib.h>
#include <string.h>

#include "build/object_tree.h"
#include "config/tool_versions.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "plan/estimate.h"
#include "plan/urgency.h"
#include "run/job_costs.h"
#include "run/outcome_cache.h"
#include "run/outcome_json.h"
#include "run/run_cell.h"
#include "run/source_json.h"
#include "run/tools_json.h"
#include "sched/memory.h"
#include "sched/scheduler.h"
#include "toolroot/cell_tools.h"
#include "toolroot/toolroot.h"

struct graph;

/* The source tree of one kernel line. */
struct line_source {
	struct graph *graph;
	const struct kernel_line *line;
	struct sched_job job;
	char *name;
	struct kernel_source source;
	/* why there is none; given to every cell that needs it */
	struct error *err;
};

/* The tools of one architecture with one toolchain. */
struct tools {
	struct graph *graph;
	const struct arch *arch;
	const struct toolchain *toolchain;
	struct sched_job job;
	char *name;
	/* in the works; else tools or err is there */
	bool running;
	struct cell_tools tools;
	/* why there are none; given to every cell that needs them */
	struct error *err;
	/* the trees that wait for them, by their first cells */
	VEC(struct outcome *) waiting;
};

/* One stage of a cell. */
struct stage {
	struct graph *graph;
	struct outcome *outcome;
	const struct line_source *source;
	struct sched_job job;
	char *name;
	struct error *(*fn)(const struct cell_context *context, struct outcome *outcome);
	/* for another btfmatrix, and that was said */
	bool waits;
};

struct graph {
	const struct graph_request *request;
	struct run *run;
	struct scheduler *scheduler;
	VEC(struct line_source *) sources;
	VEC(struct tools *) tools;
	/* what each cell will take */
	struct estimates estimates;
	/* object trees that no build has begun in */
	size_t nr_untouched;
	size_t nr_done;
	/* the board, if there is one, boots a kernel */
	bool board_busy;
	/* the first of note_cell()'s */
	struct error *err;
};

/* Outcomes are in the order of the plan's cells. */
static size_t cell_index(const struct run *run, const struct outcome *outcome)
{
	return (size_t)(outcome - run->outcomes.data);
}

static bool begins_tree(const struct run *run, const struct outcome *outcome)
{
	return plan_begins_tree(run->request->plan, cell_index(run, outcome));
}

/* The cell that is built next in the same tree, NULL: there is none. */
static struct outcome *next_in_tree(struct run *run, struct outcome *outcome)
{
	struct outcome *next = outcome + 1;

	return next < run->outcomes.data + run->outcomes.len && !begins_tree(run, next) ? next
											: NULL;
}

static void cell_is_done(struct graph *graph, struct outcome *outcome,
			 const struct kernel_source *source)
{
	struct error *err = graph->request->note_cell(graph->run, outcome, source);

	graph->nr_done++;
	scheduler_set_progress(graph->scheduler, graph->nr_done, graph->run->outcomes.len);
	if (graph->err)
		error_free(err);
	else
		graph->err = err;
}

/* The folder of the cell's logs; the caller frees it. */
static char *cell_dir(const struct graph *graph, const struct outcome *outcome)
{
	_cleanup_free_ char *name = run_cell_file_name(outcome->cell);

	return xasprintf("%s/cells/%s", graph->run->request->dir, name);
}

static struct cell_context context_of(const struct graph *graph, const struct line_source *source,
				      const char *dir)
{
	return (struct cell_context){
		.run = graph->run,
		.source = &source->source,
		.known = graph->request->known,
		.values = graph->request->values,
		.dir = dir,
	};
}

static struct error *work_on_stage(void *arg, struct strbuf *result)
{
	struct sched_job *job = arg;
	struct stage *stage = job->user;
	struct outcome *outcome = stage->outcome;
	_cleanup_free_ char *dir = cell_dir(stage->graph, outcome);
	const struct cell_context context = context_of(stage->graph, stage->source, dir);
	struct error *err = dir_make(dir);
	json_t *json;
	char *text;

	if (!err)
		err = stage->fn(&context, outcome);
	if (err)
		return err;
	json = outcome_to_json(outcome);
	text = json_dumps(json, JSON_COMPACT);
	strbuf_adds(result, text);
	free(text);
	json_decref(json);
	return NULL;
}

static struct error *copy_error(const struct error *err)
{
	struct error *copy = error_new(err->kind, "%s", err->message);

	copy->errnum = err->errnum;
	return copy;
}

/* Leaves its cell and tools. */
static void empty_outcome(struct outcome *outcome)
{
	const struct cell *cell = outcome->cell;
	struct cell_tools tools = outcome->tools;

	outcome->tools = (struct cell_tools){ 0 };
	outcome_release(outcome);
	outcome->cell = cell;
	outcome->tools = tools;
}

/* What the worker made of the outcome, in place of all we had but its cell and tools. @stage is what failed if it ended without one. */
static void take_outcome(struct outcome *outcome, const char *stage, const struct worker *worker)
{
	json_t *json;
	struct error *err;

	if (worker->err && worker->err->kind == ERROR_INTERRUPTED) {
		free(outcome->reason);
		outcome->reason = xstrdup("interrupted");
		return;
	}
	if (worker->err) {
		outcome_fail(outcome, stage, copy_error(worker->err));
		return;
	}
	empty_outcome(outcome);
	json = json_loadb(worker->result.data, worker->result.len, 0, NULL);
	err = outcome_from_json(json, outcome);
	json_decref(json);
	if (err) {
		/* half of it is none */
		empty_outcome(outcome);
		outcome_fail(outcome, stage, err);
	}
}

static const struct line_source *find_source(const struct graph *graph,
					     const struct kernel_line *line)
{
	for (size_t i = 0; i < graph->sources.len; i++)
		if (graph->sources.data[i]->line == line)
			return graph->sources.data[i];
	return NULL;
}

static void add_stage(struct graph *graph, struct outcome *outcome,
		      const struct line_source *source, bool check);
static void begin_build(struct graph *graph, struct outcome *outcome,
			const struct line_source *source);

static void on_checked(struct scheduler *scheduler, struct sched_job *job,
		       const struct worker *worker)
{
	struct stage *stage = job->user;
	_cleanup_free_ char *dir = cell_dir(stage->graph, stage->outcome);
	const struct cell_context context = context_of(stage->graph, stage->source, dir);

	(void)scheduler;
	stage->graph->board_busy = false;
	take_outcome(stage->outcome, "boot", worker);
	job_costs_note_check(stage->outcome, worker);
	outcome_cache_store(&context, stage->outcome);
	cell_is_done(stage->graph, stage->outcome, &stage->source->source);
	free(stage->name);
	free(stage);
}

static void on_built(struct scheduler *scheduler, struct sched_job *job,
		     const struct worker *worker)
{
	struct stage *stage = job->user;
	struct graph *graph = stage->graph;
	struct outcome *next = next_in_tree(graph->run, stage->outcome);

	(void)scheduler;
	take_outcome(stage->outcome, "compile", worker);
	job_costs_note_build(stage->outcome, worker);
	if (!worker->err && stage->outcome->built && !graph->err)
		add_stage(graph, stage->outcome, stage->source, true);
	else
		cell_is_done(graph, stage->outcome, &stage->source->source);
	if (next && !graph->err)
		begin_build(graph, next, stage->source);
	free(stage->name);
	free(stage);
}

/* There is one board, if any. What this allows is started at once. */
static bool board_is_free(struct sched_job *job)
{
	struct stage *stage = job->user;
	struct graph *graph = stage->graph;

	if (!graph->run->request->board)
		return true;
	if (graph->board_busy)
		return false;
	graph->board_busy = true;
	return true;
}

/* Another btfmatrix may be building there: then what can be done elsewhere is done first. */
static bool tree_is_free(struct sched_job *job)
{
	struct stage *stage = job->user;
	const struct cell_context context = context_of(stage->graph, stage->source, NULL);
	const struct build_request request = run_cell_build_request(&context, stage->outcome);
	_cleanup_free_ char *lock = object_tree_foreign_lock(&request);

	if (lock && !stage->waits)
		log_info("%s waits for another btfmatrix to build there; if none does, "
			 "`fuser %s` tells who has the lock",
			 stage->outcome->cell->name, lock);
	stage->waits = lock != NULL;
	return !lock;
}

static void add_stage(struct graph *graph, struct outcome *outcome,
		      const struct line_source *source, bool check)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));
	size_t at = cell_index(graph->run, outcome);
	double chain = estimates_chain(graph->run->request->plan, &graph->estimates, at,
				       graph->run->request->jobs);

	if (!check && !begins_tree(graph->run, outcome) &&
	    graph->nr_untouched > graph->run->request->jobs)
		chain += URGENCY_OF_BEGUN;
	stage->graph = graph;
	stage->outcome = outcome;
	stage->source = source;
	stage->fn = check ? run_cell_check : run_cell_build;
	stage->name = xasprintf("%s: %s", outcome->cell->name, check ? "boot" : "build");
	stage->job = (struct sched_job){
		.name = stage->name,
		.urgency = check ? URGENCY_OF_CHECK : chain,
		.memory = check ? estimates_check_memory(&graph->estimates, at)
				: estimates_build_memory(&graph->estimates, at),
		.work = work_on_stage,
		.may_start = check ? board_is_free : tree_is_free,
		.on_done = check ? on_checked : on_built,
		.user = stage,
	};
	scheduler_add(graph->scheduler, &stage->job);
}

/* The cell was done before, and its outcome is that of then. */
static bool is_cached(struct graph *graph, struct outcome *outcome,
		      const struct line_source *source)
{
	_cleanup_free_ char *dir = cell_dir(graph, outcome);
	const struct cell_context context = context_of(graph, source, dir);
	bool found = false;
	struct error *err = outcome_cache_find(&context, outcome, &found);

	if (err && !graph->err)
		graph->err = err;
	else
		error_free(err);
	if (found)
		log_info("%s: %s%s%s, as in an earlier run", outcome->cell->name,
			 verdict_name(outcome->verdict), outcome->reason ? ": " : "",
			 outcome->reason ?: "");
	return found;
}

/* Adds the build of this cell; if it is done, or lacks its pahole, of the next in its tree. */
static void begin_build(struct graph *graph, struct outcome *outcome,
			const struct line_source *source)
{
	for (; outcome && !graph->err; outcome = next_in_tree(graph->run, outcome)) {
		const struct error *missing = run_find_pahole(graph->run, outcome->cell)->err;

		if (missing) {
			outcome_fail(outcome, "pahole", copy_error(missing));
		} else if (!is_cached(graph, outcome, source)) {
			add_stage(graph, outcome, source, false);
			return;
		}
		cell_is_done(graph, outcome, &source->source);
	}
}

static void copy_words(strv from, strv *to)
{
	for (; from && *from; from++)
		strv_append(to, xstrdup(*from));
}

/* Begins the tree whose first cell this is, with its tools. */
static void begin_tree(struct graph *graph, struct outcome *first, const struct tools *tools)
{
	const struct line_source *source = find_source(graph, first->cell->line);

	graph->nr_untouched--;
	for (struct outcome *outcome = first; outcome;
	     outcome = next_in_tree(graph->run, outcome)) {
		const struct cell_tools *from = &tools->tools;

		if (tools->err) {
			outcome_fail(outcome, "prepare", copy_error(tools->err));
			cell_is_done(graph, outcome, &source->source);
			continue;
		}
		outcome->tools = (struct cell_tools){
			.cross_compile = xstrdup(from->cross_compile),
			.cc = xstrdup(from->cc),
			.ld = xstrdup(from->ld),
			.probe_cc = xstrdup(from->probe_cc),
			.qemu = xstrdup(from->qemu),
		};
		copy_words(from->make_args, &outcome->tools.make_args);
		copy_words(from->root_packages, &outcome->tools.root_packages);
		copy_words(from->roots, &outcome->tools.roots);
	}
	if (!tools->err)
		begin_build(graph, first, source);
}

static struct error *work_on_tools(void *arg, struct strbuf *result)
{
	struct sched_job *job = arg;
	struct tools *tools = job->user;
	struct cell_tools found = { 0 };
	struct error *err = cell_tools_find(tools->arch, tools->toolchain, &found);

	if (!err)
		tools_to_json(&found, result);
	cell_tools_release(&found);
	return err;
}

static void on_tools(struct scheduler *scheduler, struct sched_job *job,
		     const struct worker *worker)
{
	struct tools *tools = job->user;

	(void)scheduler;
	tools->running = false;
	tools->err = worker->err ? copy_error(worker->err)
				 : tools_from_json(&worker->result, &tools->tools);
	if (tools->err && tools->err->kind == ERROR_INTERRUPTED)
		return;
	vec_for_each(first, &tools->waiting)
		begin_tree(tools->graph, *first, tools);
}

/* Looks for them: at once where that is quick, and in a worker where a tool root is needed and may have to be made. */
static struct tools *find_tools(struct graph *graph, const struct cell *cell)
{
	struct tools *tools;
	struct cell_tool_roots roots;
	struct error *err;

	vec_for_each(known, &graph->tools)
		if ((*known)->arch == cell->arch && (*known)->toolchain == cell->toolchain)
			return *known;
	tools = xcalloc(1, sizeof(*tools));
	tools->graph = graph;
	tools->arch = cell->arch;
	tools->toolchain = cell->toolchain;
	vec_push(&graph->tools, tools);
	err = cell_tools_roots(cell->arch, cell->toolchain, &roots);
	if (!err && !roots.cc && !roots.probe_cc && !roots.qemu)
		err = cell_tools_find(cell->arch, cell->toolchain, &tools->tools);
	else if (!err)
		tools->running = true;
	tools->err = err;
	if (!tools->running)
		return tools;
	tools->name = xasprintf("%s/%s: tools", cell->arch->name, cell->toolchain->name);
	tools->job = (struct sched_job){
		.name = tools->name,
		.urgency = URGENCY_OF_SOURCE,
		.work = work_on_tools,
		.on_done = on_tools,
		.user = tools,
	};
	scheduler_add(graph->scheduler, &tools->job);
	return tools;
}

static struct error *work_on_source(void *arg, struct strbuf *result)
{
	struct sched_job *job = arg;
	struct line_source *source = job->user;
	const struct source_request request = {
		.line = source->line,
		.user_dir = source->graph->run->request->kernel_dir,
		.series = source->graph->run->request->series,
	};
	struct kernel_source prepared = { 0 };
	struct error *err = kernel_source_prepare(&request, &prepared);

	if (err)
		return err;
	log_info("Linux %s: %s, %s with %u patches of %s (%u were there)", source->line->name,
		 prepared.version.full, prepared.origin, prepared.nr_applied + prepared.nr_present,
		 prepared.series, prepared.nr_present);
	source_to_json(&prepared, result);
	kernel_source_release(&prepared);
	return NULL;
}

/* No cell of this line can be done, and all get the same reason. */
static void fail_line(struct graph *graph, const struct line_source *source)
{
	vec_for_each(outcome, &graph->run->outcomes) {
		if (outcome->cell->line != source->line)
			continue;
		outcome_fail(outcome, "source", copy_error(source->err));
		cell_is_done(graph, outcome, NULL);
	}
}

static void on_prepared(struct scheduler *scheduler, struct sched_job *job,
			const struct worker *worker)
{
	struct line_source *source = job->user;
	struct graph *graph = source->graph;

	(void)scheduler;
	if (worker->err) {
		source->err = copy_error(worker->err);
		if (worker->err->kind == ERROR_INTERRUPTED)
			return;
	} else {
		source->err = source_from_json(&worker->result, &source->source);
	}
	if (source->err) {
		fail_line(graph, source);
		return;
	}
	vec_for_each(outcome, &graph->run->outcomes) {
		if (outcome->cell->line != source->line)
			continue;
		free(outcome->release);
		free(outcome->series);
		outcome->release = xstrdup(source->source.version.full);
		outcome->series = xstrdup(source->source.series);
	}
	vec_for_each(outcome, &graph->run->outcomes) {
		struct tools *tools;

		if (outcome->cell->line != source->line || !begins_tree(graph->run, outcome))
			continue;
		tools = find_tools(graph, outcome->cell);
		if (tools->running)
			vec_push(&tools->waiting, outcome);
		else
			begin_tree(graph, outcome, tools);
	}
}

static void add_source(struct graph *graph, const struct kernel_line *line)
{
	struct line_source *source;

	if (find_source(graph, line))
		return;
	source = xcalloc(1, sizeof(*source));
	source->graph = graph;
	source->line = line;
	source->name = xasprintf("Linux %s: source", line->name);
	source->job = (struct sched_job){
		.name = source->name,
		.urgency = URGENCY_OF_SOURCE,
		.work = work_on_source,
		.on_done = on_prepared,
		.user = source,
	};
	vec_push(&graph->sources, source);
	scheduler_add(graph->scheduler, &source->job);
}

/* make is told how to draw from the same tokens. Where there is no make, that is the error of each cell. */
static void tell_make(struct run *run, const struct jobserver *jobserver)
{
	_cleanup_free_ char *make = NULL;
	_cleanup_error_ struct error *err = tool_version("make", &make);
	bool needs_fds = false;
	const char *version;

	run->jobserver_fd = -1;
	if (err)
		return;
	version = strchr(make, ' ');
	run->makeflags = jobserver_makeflags(jobserver, version ? version + 1 : "", &needs_fds);
	if (needs_fds)
		run->jobserver_fd = jobserver->shared_fd;
}

static void say_figures(const struct graph *graph)
{
	struct sched_figures figures = scheduler_figures(graph->scheduler);

	log_debug("%.0f CPU s in %.0f s on %u CPUs: %.0f %% of them; at most %u stages at once",
		  figures.cpu_s, figures.wall_s, graph->run->request->jobs,
		  figures.wall_s > 0
			  ? 100 * figures.cpu_s / figures.wall_s / graph->run->request->jobs
			  : 0,
		  figures.most_workers);
}

struct error *graph_run(const struct graph_request *request)
{
	_cleanup_(jobserver_cleanup) struct jobserver *jobserver = NULL;
	_cleanup_(scheduler_cleanup) struct scheduler *scheduler = NULL;
	struct graph graph = { .request = request, .run = request->run };
	struct error *err = jobserver_open(request->run->request->jobs, &jobserver);

	/* QEMU of a tool root writes there */
	if (!err)
		err = toolroot_bind(request->run->request->dir);
	if (err)
		return err;
	tell_make(graph.run, jobserver);
	estimates_by_cache(graph.run->request->plan, &graph.estimates);
	scheduler = scheduler_new(jobserver, memory_available());
	graph.scheduler = scheduler;
	vec_for_each(outcome, &graph.run->outcomes) {
		graph.nr_untouched += begins_tree(graph.run, outcome);
		add_source(&graph, outcome->cell->line);
	}
	scheduler_set_progress(scheduler, 0, graph.run->outcomes.len);
	err = scheduler_run(scheduler);
	scheduler_set_progress(scheduler, 0, 0);
	say_figures(&graph);
	if (err)
		error_free(graph.err);
	else
		err = graph.err;
	vec_for_each(source, &graph.sources) {
		kernel_source_release(&(*source)->source);
		error_free((*source)->err);
		free((*source)->name);
		free(*source);
	}
	vec_free(&graph.sources);
	vec_for_each(tools, &graph.tools) {
		cell_tools_release(&(*tools)->tools);
		error_free((*tools)->err);
		vec_free(&(*tools)->waiting);
		free((*tools)->name);
		free(*tools);
	}
	vec_free(&graph.tools);
	estimates_release(&graph.estimates);
	return err;
}
