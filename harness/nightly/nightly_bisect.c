// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/own_command.h"
#include "core/cleanup.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "nightly/nightly.h"

/* "x86_64/gcc/6.12/m,...": the caller frees it. */
static char *join_cells(const json_t *bisection)
{
	const json_t *cells = json_object_get(bisection, "cells");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < json_array_size(cells); i++)
		strbuf_addf(&sb, "%s%s", i ? "," : "",
			    json_string_value(json_array_get(cells, i)) ?: "");
	return strbuf_detach(&sb);
}

/* "--boot", "--build" or "--finding=CHECK:VARIABLE"; the caller frees it. */
static char *predicate_option(const json_t *bisection)
{
	const char *key = json_text_at(bisection, "key");

	if (str_eq(key, "boot") || str_eq(key, "build"))
		return xasprintf("--%s", key);
	return xasprintf("--finding=%s", key);
}

/* *ended_ret is false where the time was not enough. */
static struct error *run_bisection(const struct nightly *nightly, const json_t *bisection,
				   double seconds, const char *json, const char *log,
				   bool *ended_ret)
{
	const struct nightly_config *config = nightly->config;
	_cleanup_free_ char *predicate = predicate_option(bisection);
	_cleanup_free_ char *cells = join_cells(bisection);
	_cleanup_free_ char *jobs = xasprintf("%u", config->jobs);
	_cleanup_free_ char *retries = xasprintf("%u", config->retries);
	const struct own_option options[] = {
		{ "--kernel-dir", nightly->repo },
		{ "--good", json_text_at(bisection, "good") },
		{ "--bad", json_text_at(bisection, "bad") },
		{ "--cell", cells },
		{ "--json", json },
		{ "--series", config->series },
		{ "--feature", config->feature },
		{ "--jobs", config->jobs ? jobs : NULL },
		{ "--retries", retries },
	};
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_strv_ strv argv = NULL;
	struct error *err;

	err = own_command("bisect", options, ARRAY_SIZE(options), &argv);
	if (err)
		return err;
	strv_append(&argv, return_ptr(predicate));
	proc.argv = STRV_CONST(argv);
	proc.log_path = log;
	proc.deadline_s = seconds;
	log_info("bisecting %s on %s; see %s", json_text_at(bisection, "key"), cells, log);
	err = proc_run(&proc);
	*ended_ret = !err;
	if (err && err->kind == ERROR_TIMEOUT) {
		error_free(err);
		err = NULL;
	} else if (!err && proc.exit_code == 130) {
		err = error_new(ERROR_INTERRUPTED, "interrupted");
	}
	return err;
}

static double spent(const struct nightly *nightly)
{
	return json_number_value(json_object_get(nightly->state.json, "spent_s"));
}

/* One of the state's, from before or of this night. What it comes to is in the state. */
static struct error *do_one(struct nightly *nightly, json_t *bisection, size_t number)
{
	struct nightly_state *state = &nightly->state;
	_cleanup_free_ char *stem = xasprintf("%s/%s-bisect-%zu", nightly->nights,
					      nightly_state_text(state, "night"), number);
	_cleanup_free_ char *json = xasprintf("%s.json", stem), *log = xasprintf("%s.log", stem);
	double budget = nightly->config->bisect_s - spent(nightly);
	double start = clock_now_s();
	bool ended = false;
	struct error *err = tree_remove(json);
	json_t *result;

	if (!err)
		err = run_bisection(nightly, bisection, budget, json, log, &ended);
	json_object_set_new(state->json, "spent_s",
			    json_real(spent(nightly) + clock_now_s() - start));
	if (err) {
		error_free(nightly_state_save(state));
		return err;
	}
	result = json_load_file(json, 0, NULL);
	if (ended) {
		json_object_set_new(bisection, "done", json_true());
		json_object_set_new(bisection, "result", result ?: json_null());
		json_object_set_new(bisection, "log", json_text(log));
	} else {
		json_decref(result);
	}
	return nightly_state_save(state);
}

struct error *nightly_bisect(struct nightly *nightly)
{
	json_t *bisections = json_object_get(nightly->state.json, "bisections");
	size_t nr_done = 0;

	for (size_t i = 0; i < json_array_size(bisections); i++) {
		json_t *bisection = json_array_get(bisections, i);
		struct error *err;

		if (json_is_true(json_object_get(bisection, "done"))) {
			nr_done++;
			continue;
		}
		if (nr_done >= nightly->config->bisect_max ||
		    spent(nightly) >= nightly->config->bisect_s)
			break;
		err = do_one(nightly, bisection, i + 1);
		if (err)
			return err;
		nr_done++;
	}
	return NULL;
}
