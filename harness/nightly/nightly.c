// SPDX-License-Identifier: GPL-2.0-only
#include "nightly/nightly.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bisect/git.h"
#include "bisect/place.h"
#include "config/own_command.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "nightly/disk_budget.h"

enum {
	TIP_DIGITS = 12,
};

static const char fetched_ref[] = "refs/heads/nightly";

static void nightly_release(struct nightly *nightly)
{
	nightly_state_release(&nightly->state);
	free(nightly->repo);
	free(nightly->runs);
	free(nightly->nights);
	free(nightly->place);
}

static struct error *set_step(struct nightly *nightly, const char *step)
{
	nightly_state_set(&nightly->state, "step", step);
	return nightly_state_save(&nightly->state);
}

static bool is_at(const struct nightly *nightly, const char *step)
{
	return str_eq(nightly_state_text(&nightly->state, "step"), step);
}

static struct error *make_repository(const struct nightly *nightly)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_free_ char *head = xasprintf("%s/HEAD", nightly->repo);

	if (path_exists(head))
		return NULL;
	proc.argv = (const char *const[]){ "git",         "init",        "-q", "--bare",
					   "--template=", nightly->repo, NULL };
	return proc_run_checked(&proc);
}

/* What the branch is now; the caller frees it. */
static struct error *fetch(const struct nightly *nightly, char **tip_ret)
{
	const struct nightly_config *config = nightly->config;
	_cleanup_free_ char *spec = xasprintf("+%s:%s", config->branch ?: "HEAD", fetched_ref);
	struct error *err;

	log_info("fetching %s of %s", config->branch ?: "HEAD", config->url);
	err = git_run(nightly->repo,
		      (const char *const[]){ "fetch", "--quiet", "--no-tags", config->url, spec,
					     NULL },
		      NULL);
	return err
		       ?: git_line(nightly->repo,
				   (const char *const[]){ "rev-parse", "--verify", fetched_ref,
							  NULL },
				   tip_ret);
}

/* Where bisections of it are: they know it by its objects. */
static struct error *find_place(struct nightly *nightly)
{
	_cleanup_free_ char *path = xasprintf("%s/objects", nightly->repo), *objects = NULL;
	struct error *err = make_repository(nightly);

	if (err)
		return err;
	objects = realpath(path, NULL);
	if (!objects)
		return error_errno(errno, "cannot read %s", path);
	err = place_of(objects, &nightly->place);
	return err ?: place_open(nightly->place, objects);
}

static bool has_pending(const struct nightly *nightly)
{
	return json_array_size(json_object_get(nightly->state.json, "bisections")) > 0;
}

/* A new night, unless there is nothing to do in it. */
static struct error *begin_night(struct nightly *nightly, bool *nothing_ret)
{
	struct nightly_state *state = &nightly->state;
	_cleanup_free_ char *tip = NULL, *night = NULL;
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];
	bool is_new;
	struct error *err = fetch(nightly, &tip);

	*nothing_ret = false;
	if (err)
		return err;
	is_new = !str_eq(nightly_state_text(state, "tip"), tip);
	if (!is_new && !has_pending(nightly)) {
		*nothing_ret = true;
		return NULL;
	}
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	night = xasprintf("%s-%.*s", stamp, TIP_DIGITS, tip);
	nightly_state_set(state, "night", night);
	nightly_state_set(state, "tip", tip);
	json_object_set_new(state->json, "spent_s", json_real(0));
	json_object_set_new(state->json, "news", json_array());
	json_object_set_new(state->json, "mended", json_array());
	return set_step(nightly, is_new ? "run" : "bisect");
}

/* The name of the newest run, the caller's to free; NULL: there is none. */
static char *newest_run(const struct nightly *nightly)
{
	_cleanup_free_ char *latest = xasprintf("%s/latest", nightly->runs);
	char name[NAME_MAX + 1];
	ssize_t len = readlink(latest, name, sizeof(name) - 1);

	return len > 0 ? xstrndup(name, (size_t)len) : NULL;
}

static struct error *run_matrix(const struct nightly *nightly, const char *tree, const char *log)
{
	const struct nightly_config *config = nightly->config;
	_cleanup_free_ char *jobs = xasprintf("%u", config->jobs);
	_cleanup_free_ char *retries = xasprintf("%u", config->retries);
	const struct own_option options[] = {
		{ "--kernel-dir", tree },
		{ "--results", nightly->runs },
		{ "--matrix", config->matrix },
		{ "--arch", config->arches },
		{ "--toolchain", config->toolchains },
		{ "--mode", config->modes },
		{ "--profile", config->profiles },
		{ "--series", config->series },
		{ "--feature", config->feature },
		{ "--jobs", config->jobs ? jobs : NULL },
		{ "--retries", retries },
	};
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_strv_ strv argv = NULL;
	struct error *err;

	err = own_command("run", options, ARRAY_SIZE(options), &argv);
	if (err)
		return err;
	proc.argv = STRV_CONST(argv);
	proc.log_path = log;
	log_info("running the matrix; see %s", log);
	err = proc_run(&proc);
	if (!err && proc.exit_code == 130)
		err = error_new(ERROR_INTERRUPTED, "interrupted");
	return err;
}

static json_t *problem_json(const struct problem *problem, const char *good)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "cell", json_text(problem->cell),
			 "key", json_text(problem->key), "kind", json_text(problem->kind), "text",
			 json_text(problem->text), "again", json_text(problem->again), "tools",
			 json_text(problem->tools), "good", json_text(good));
}

/* What a cell had and has no more. */
static void note_mended(struct nightly_state *state, const struct cell_problems *problems)
{
	const json_t *cells = json_object_get(state->json, "cells");
	json_t *mended = json_object_get(state->json, "mended");

	for (size_t i = 0; i < problems->cells.len; i++) {
		const char *cell = problems->cells.data[i];
		const json_t *keys = json_object_get(json_object_get(cells, cell), "keys");

		for (size_t k = 0; problems->judged.data[i] && k < json_array_size(keys); k++) {
			const char *key = json_string_value(json_array_get(keys, k)) ?: "";
			bool there = false;

			vec_for_each(problem, &problems->list)
				there |= str_eq(problem->cell, cell) && str_eq(problem->key, key);
			if (!there)
				json_array_append_new(mended, json_pack("{s:s, s:s}", "cell", cell,
									"key", key));
		}
	}
}

/* New is what was not there when the cell was last judged; a cell that never was has nothing to be held against. */
static void note_news(struct nightly_state *state, const struct cell_problems *problems)
{
	json_t *news = json_object_get(state->json, "news");

	vec_for_each(problem, &problems->list) {
		const char *good = nightly_state_good(state, problem->cell, problem->key);

		if (!good)
			continue;
		json_array_append_new(news, problem_json(problem, good));
		nightly_state_want(state, problem, good);
	}
}

static struct error *do_run(struct nightly *nightly)
{
	struct nightly_state *state = &nightly->state;
	const char *tip = nightly_state_text(state, "tip");
	_cleanup_free_ char *tree = place_tree(nightly->place, 0);
	_cleanup_free_ char *log =
		xasprintf("%s/%s.log", nightly->nights, nightly_state_text(state, "night"));
	_cleanup_free_ char *before = newest_run(nightly), *after = NULL, *dir = NULL;
	_cleanup_(problems_release) struct cell_problems problems = { 0 };
	_cleanup_close_ int lock = -1;
	struct error *err = place_lock_tree(nightly->place, 0, &lock);

	if (!err)
		err = place_checkout(nightly->place, 0, tip);
	if (!err)
		err = run_matrix(nightly, tree, log);
	if (err)
		return err;
	after = newest_run(nightly);
	if (!after || (before && str_eq(before, after)))
		return error_new(ERROR_CHILD, "the matrix could not be run; see %s", log);
	dir = xasprintf("%s/%s", nightly->runs, after);
	err = problems_load(dir, &problems);
	if (err)
		return err;
	nightly_state_set(state, "run", after);
	note_mended(state, &problems);
	note_news(state, &problems);
	nightly_state_judge(state, &problems);
	return set_step(nightly, "bisect");
}

/* Keeps all within the budget. The last run, and what is to be gone on with, stays. */
static struct error *trim(const struct nightly *nightly)
{
	const struct nightly_config *config = nightly->config;
	struct disk_budget budget = { .max_bytes = (uint64_t)config->disk_gb << 30 };
	uint64_t over = 0;
	struct error *err;

	vec_push(&budget.counted, config->folder);
	vec_push(&budget.counted, nightly->place);
	disk_budget_add(&budget, nightly->runs, "[0-9]*",
			nightly_state_text(&nightly->state, "run"));
	disk_budget_add(&budget, nightly->nights, "[0-9]*",
			nightly_state_text(&nightly->state, "night"));
	if (!has_pending(nightly))
		disk_budget_add(&budget, nightly->place, "[0-9a-f]*", NULL);
	err = disk_budget_keep(&budget, &over);
	if (!err && over)
		log_warning("%.1f GB beyond the disk budget of %u GB are in use: the tree and the "
			    "last run",
			    (double)over / (1 << 30), config->disk_gb);
	disk_budget_release(&budget);
	return err;
}

static struct error *finish(struct nightly *nightly, enum nightly_outcome *outcome_ret,
			    char **mail_ret)
{
	struct nightly_state *state = &nightly->state;
	json_t *bisections = json_object_get(state->json, "bisections");
	bool news = json_array_size(json_object_get(state->json, "news")) > 0;
	struct error *err = nightly_report(nightly, mail_ret);

	if (err)
		return err;
	for (size_t i = json_array_size(bisections); i-- > 0;)
		if (json_is_true(json_object_get(json_array_get(bisections, i), "done")))
			json_array_remove(bisections, i);
	*outcome_ret = news ? NIGHTLY_NEW_FAILURES : NIGHTLY_WELL;
	err = set_step(nightly, "done");
	return err ?: trim(nightly);
}

static struct error *do_night(struct nightly *nightly, enum nightly_outcome *outcome_ret,
			      char **mail_ret)
{
	bool nothing = false;
	struct error *err = NULL;

	if (is_at(nightly, "done"))
		err = begin_night(nightly, &nothing);
	else
		log_info("going on with the night of %s",
			 nightly_state_text(&nightly->state, "night"));
	*outcome_ret = NIGHTLY_NOTHING_NEW;
	if (err || nothing)
		return err;
	if (is_at(nightly, "run"))
		err = do_run(nightly);
	if (!err && is_at(nightly, "bisect"))
		err = nightly_bisect(nightly);
	if (!err && is_at(nightly, "bisect"))
		err = set_step(nightly, "report");
	return err ?: finish(nightly, outcome_ret, mail_ret);
}

struct error *nightly_run(const struct nightly_config *config, enum nightly_outcome *outcome_ret,
			  char **mail_ret)
{
	_cleanup_(nightly_release) struct nightly nightly = {
		.config = config,
		.repo = xasprintf("%s/repo.git", config->folder),
		.runs = xasprintf("%s/runs", config->folder),
		.nights = xasprintf("%s/nights", config->folder),
	};
	_cleanup_free_ char *state = xasprintf("%s/state.json", config->folder);
	_cleanup_free_ char *lock_path = xasprintf("%s/lock", config->folder);
	_cleanup_close_ int lock = -1;
	struct error *err = dir_make(nightly.nights);

	if (!err)
		err = dir_make(nightly.runs);
	if (!err)
		err = file_lock(lock_path, "waiting for another night in this folder", &lock);
	if (!err)
		err = nightly_state_load(state, &nightly.state);
	if (!err)
		err = find_place(&nightly);
	return err ?: do_night(&nightly, outcome_ret, mail_ret);
}
