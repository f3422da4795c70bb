// SPDX-License-Identifier: GPL-2.0-only
#include "nightly/problem.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/told_tools.h"
#include "core/cleanup.h"
#include "core/json_text.h"

static void add(struct cell_problems *problems, const json_t *cell, char *key, const char *kind,
		char *text)
{
	vec_push(&problems->list, (struct problem){
					  .cell = xstrdup(json_text_at(cell, "cell")),
					  .key = key,
					  .kind = xstrdup(kind),
					  .text = text,
					  .again = xstrdup(json_text_at(cell, "reproduce")),
					  .tools = told_tools(cell),
				  });
}

static void add_findings(struct cell_problems *problems, const json_t *cell)
{
	const json_t *findings = json_object_get(json_object_get(cell, "verify"), "findings");

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);
		const char *check = json_text_at(finding, "check");
		const char *variable = json_text_at(finding, "variable");

		/* what is listed in known.ini is no news */
		if (*json_text_at(finding, "known"))
			continue;
		add(problems, cell,
		    *variable ? xasprintf("%s:%s", check, variable) : xstrdup(check), check,
		    xasprintf("%s: %s says %s, BTF says %s", variable,
			      json_text_at(finding, "witness"), json_text_at(finding, "expected"),
			      json_text_at(finding, "actual")));
	}
}

/* The tree's own failure to build; every other error is none of a commit's. */
static bool is_build_failure(const json_t *failure)
{
	const char *stage = json_text_at(failure, "stage");

	return str_eq(json_text_at(failure, "kind"), "child") &&
	       (str_eq(stage, "compile") || str_eq(stage, "configure"));
}

void problems_add_cell(struct cell_problems *problems, const json_t *cell)
{
	const json_t *failure = json_object_get(cell, "failure");
	const char *verdict = json_text_at(cell, "verdict"), *reason = json_text_at(cell, "reason");
	const char *boot = json_text_at(json_object_get(cell, "boot"), "verdict");
	bool builds = !is_build_failure(failure);
	bool judged = !builds || str_eq(verdict, "pass") || str_eq(verdict, "known") ||
		      str_eq(verdict, "fail");

	vec_push(&problems->cells, xstrdup(json_text_at(cell, "cell")));
	vec_push(&problems->judged, judged);
	vec_push(&problems->verdicts, xstrdup(verdict));
	vec_push(&problems->reasons, judged ? NULL : xstrdup(reason));
	if (!builds)
		add(problems, cell, xstrdup("build"), "build", xstrdup(reason));
	if (!judged || !builds)
		return;
	if (*boot && !str_eq(boot, "ok"))
		add(problems, cell, xstrdup("boot"), "boot", xstrdup(reason));
	add_findings(problems, cell);
}

struct error *problems_load(const char *run_dir, struct cell_problems *ret)
{
	_cleanup_free_ char *pattern = xasprintf("%s/cells/*.json", run_dir);
	_cleanup_globfree_ glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found))
		return error_new(ERROR_CHILD, "%s has no cells", run_dir);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		json_t *cell = json_load_file(found.gl_pathv[i], 0, NULL);

		if (cell)
			problems_add_cell(ret, cell);
		json_decref(cell);
	}
	return NULL;
}

static void free_texts(char **texts, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(texts[i]);
}

void problems_release(struct cell_problems *problems)
{
	free_texts(problems->cells.data, problems->cells.len);
	free_texts(problems->verdicts.data, problems->verdicts.len);
	free_texts(problems->reasons.data, problems->reasons.len);
	vec_for_each(problem, &problems->list) {
		free(problem->cell);
		free(problem->key);
		free(problem->kind);
		free(problem->text);
		free(problem->again);
		free(problem->tools);
	}
	vec_free(&problems->cells);
	vec_free(&problems->judged);
	vec_free(&problems->verdicts);
	vec_free(&problems->reasons);
	vec_free(&problems->list);
}
