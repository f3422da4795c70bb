// SPDX-License-Identifier: GPL-2.0-only
#include "nightly/state.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"

struct error *nightly_state_load(const char *path, struct nightly_state *ret)
{
	json_error_t why;

	ret->path = xstrdup(path);
	if (!path_exists(path)) {
		ret->json = json_pack("{s:s, s:{}, s:[]}", "step", "done", "cells", "bisections");
		return NULL;
	}
	ret->json = json_load_file(path, 0, &why);
	if (!ret->json || !json_is_object(json_object_get(ret->json, "cells")) ||
	    !json_is_array(json_object_get(ret->json, "bisections")))
		return error_new(ERROR_INPUT,
				 "%s is damaged (%s); without it the next night is the first", path,
				 ret->json ? "no cells" : why.text);
	return NULL;
}

struct error *nightly_state_save(const struct nightly_state *state)
{
	return json_write(json_incref(state->json), state->path);
}

void nightly_state_release(struct nightly_state *state)
{
	free(state->path);
	json_decref(state->json);
	*state = (struct nightly_state){ 0 };
}

const char *nightly_state_text(const struct nightly_state *state, const char *key)
{
	return json_text_at(state->json, key);
}

void nightly_state_set(struct nightly_state *state, const char *key, const char *text)
{
	json_object_set_new(state->json, key, json_text(text));
}

static bool has_text(const json_t *array, const char *text)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (str_eq(json_string_value(json_array_get(array, i)) ?: "", text))
			return true;
	return false;
}

const char *nightly_state_good(const struct nightly_state *state, const char *cell, const char *key)
{
	const json_t *cells = json_object_get(state->json, "cells");
	const json_t *last = json_object_get(cells, cell);
	const char *rev = json_string_value(json_object_get(last, "rev"));

	return rev && !has_text(json_object_get(last, "keys"), key) ? rev : NULL;
}

void nightly_state_judge(struct nightly_state *state, const struct cell_problems *problems)
{
	json_t *cells = json_object_get(state->json, "cells");

	for (size_t i = 0; i < problems->cells.len; i++) {
		json_t *keys;

		if (!problems->judged.data[i])
			continue;
		keys = json_array();
		vec_for_each(problem, &problems->list)
			if (str_eq(problem->cell, problems->cells.data[i]))
				json_array_append_new(keys, json_text(problem->key));
		json_object_set_new(cells, problems->cells.data[i],
				    json_pack("{s:s, s:o}", "rev", nightly_state_text(state, "tip"),
					      "keys", keys));
	}
}

static bool is_for(const json_t *bisection, const char *key, const char *good, const char *bad)
{
	return str_eq(json_text_at(bisection, "key"), key) &&
	       str_eq(json_text_at(bisection, "good"), good) &&
	       str_eq(json_text_at(bisection, "bad"), bad);
}

void nightly_state_want(struct nightly_state *state, const struct problem *problem,
			const char *good)
{
	json_t *bisections = json_object_get(state->json, "bisections");
	const char *bad = nightly_state_text(state, "tip");
	json_t *found = NULL;

	for (size_t i = 0; i < json_array_size(bisections); i++) {
		json_t *bisection = json_array_get(bisections, i);

		if (str_eq(json_text_at(bisection, "kind"), problem->kind) &&
		    str_eq(json_text_at(bisection, "bad"), bad) &&
		    has_text(json_object_get(bisection, "cells"), problem->cell))
			return;
		if (is_for(bisection, problem->key, good, bad))
			found = bisection;
	}
	if (!found) {
		found = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:[], s:b}", "key",
				  problem->key, "kind", problem->kind, "good", good, "bad", bad,
				  "text", json_text(problem->text), "again",
				  json_text(problem->again), "tools", json_text(problem->tools),
				  "cells", "done", 0);
		json_array_append_new(bisections, found);
	}
	json_array_append_new(json_object_get(found, "cells"), json_text(problem->cell));
}
