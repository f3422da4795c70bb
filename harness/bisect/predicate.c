// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/predicate.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/json_text.h"
#include "core/strbuf.h"
#include "layout/image_vars.h"
#include "verify/checks.h"

void predicate_set_finding(struct predicate *predicate, const char *text)
{
	size_t len = strcspn(text, ":");

	predicate->kind = PREDICATE_FINDING;
	predicate->check = xstrndup(text, len);
	predicate->variable = text[len] && text[len + 1] ? xstrdup(text + len + 1) : NULL;
}

static void add_option(struct strbuf *sb, const char *option, const char *value)
{
	strbuf_addf(sb, "%s ", option);
	strbuf_add_shell_word(sb, value);
}

char *predicate_options(const struct predicate *predicate)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *finding = NULL;

	switch (predicate->kind) {
	case PREDICATE_VERDICT:
		break;
	case PREDICATE_FINDING:
		finding = xasprintf("%s%s%s", predicate->check, predicate->variable ? ":" : "",
				    predicate->variable ?: "");
		add_option(&sb, "--finding", finding);
		break;
	case PREDICATE_LAYOUT:
		add_option(&sb, "--layout-of", predicate->layout_of);
		break;
	case PREDICATE_SIZE:
		strbuf_addf(&sb, "--size-over %" PRIu64, predicate->size);
		break;
	case PREDICATE_BOOT:
		strbuf_adds(&sb, "--boot");
		break;
	case PREDICATE_BUILD:
		strbuf_adds(&sb, "--build");
		break;
	}
	return xstrdup(strbuf_str(&sb));
}

/* Whether a check that it means has all of @needs. */
static bool means_check(const struct predicate *predicate, unsigned int needs)
{
	for (size_t i = 0; i < nr_checks; i++)
		if ((checks[i].needs & needs) == needs &&
		    fnmatch(predicate->check, checks[i].id, 0) == 0)
			return true;
	return false;
}

bool predicate_has_check(const struct predicate *predicate)
{
	return predicate->kind != PREDICATE_FINDING || means_check(predicate, 0);
}

bool predicate_needs_boot(const struct predicate *predicate)
{
	if (predicate->kind == PREDICATE_FINDING)
		return means_check(predicate, NEEDS_GUEST);
	return predicate->kind == PREDICATE_VERDICT || predicate->kind == PREDICATE_BOOT;
}

void predicate_release(struct predicate *predicate)
{
	free(predicate->check);
	free(predicate->variable);
	free(predicate->layout_of);
	*predicate = (struct predicate){ 0 };
}

static void set(struct trial_result *result, enum mark mark, char *reason)
{
	result->mark = mark;
	free(result->reason);
	result->reason = reason;
}

/* What a failure means that kept the cell from being judged, by where it was and of what kind. */
enum failure_meaning {
	/* the tree cannot be built, and that is its own doing */
	FAILURE_OF_BUILD,
	/* these patches or this configuration are not for this commit */
	FAILURE_OF_FIT,
	/* the machine's, or ours */
	FAILURE_OF_TOOLS,
};

static enum failure_meaning failure_meaning(const json_t *failure, const char *reason)
{
	const char *stage = json_text_at(failure, "stage"), *kind = json_text_at(failure, "kind");

	if (strstr(reason, "No space left on device"))
		return FAILURE_OF_TOOLS;
	if (str_eq(kind, "child") && (str_eq(stage, "compile") || str_eq(stage, "configure")))
		return FAILURE_OF_BUILD;
	/* what the verifier cannot read is not the machine's failure either, and will be so the next time */
	if (str_eq(kind, "input") || str_eq(kind, "timeout"))
		return FAILURE_OF_FIT;
	return FAILURE_OF_TOOLS;
}

/* False where the cell came as far as to be judged, or the predicate is about the build. */
static bool judge_failure(const struct predicate *predicate, const json_t *cell,
			  struct trial_result *result)
{
	const json_t *failure = json_object_get(cell, "failure");
	const char *reason = json_text_at(cell, "reason");
	enum failure_meaning meaning;

	if (str_eq(json_text_at(cell, "verdict"), "skipped")) {
		set(result, MARK_SKIP, xasprintf("not done: %s", reason));
		result->infrastructure = true;
		return true;
	}
	if (!json_is_object(failure))
		return false;
	meaning = failure_meaning(failure, reason);
	result->infrastructure = meaning == FAILURE_OF_TOOLS;
	set(result,
	    meaning == FAILURE_OF_BUILD && predicate->kind == PREDICATE_BUILD ? MARK_BAD
									      : MARK_SKIP,
	    xstrdup(reason));
	return true;
}

static void judge_verdict(const json_t *cell, struct trial_result *result)
{
	const char *verdict = json_text_at(cell, "verdict"), *reason = json_text_at(cell, "reason");

	if (str_eq(verdict, "pass") || str_eq(verdict, "known"))
		set(result, MARK_GOOD, NULL);
	else
		set(result, str_eq(verdict, "fail") ? MARK_BAD : MARK_SKIP, xstrdup(reason));
}

static void judge_boot(const json_t *cell, struct trial_result *result)
{
	const json_t *boot = json_object_get(cell, "boot");
	const char *verdict = json_text_at(boot, "verdict"), *detail = json_text_at(boot, "detail");

	if (str_eq(verdict, "ok"))
		set(result, MARK_GOOD, NULL);
	else if (*verdict)
		set(result, MARK_BAD, xasprintf("boot %s: %s", verdict, detail));
	else
		set(result, MARK_SKIP, xstrdup("it was not booted"));
}

static bool is_wanted(const struct predicate *predicate, const json_t *finding)
{
	return fnmatch(predicate->check, json_text_at(finding, "check"), 0) == 0 &&
	       (!predicate->variable ||
		fnmatch(predicate->variable, json_text_at(finding, "variable"), 0) == 0);
}

/* Good only where each check that is meant ran: one without a witness has not seen what it did not find. */
static void judge_finding(const struct predicate *predicate, const json_t *cell,
			  struct trial_result *result)
{
	const json_t *verify = json_object_get(cell, "verify");
	const json_t *findings = json_object_get(verify, "findings");
	const json_t *states = json_object_get(verify, "checks");
	size_t nr_ran = 0;

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);

		if (!is_wanted(predicate, finding))
			continue;
		set(result, MARK_BAD,
		    xasprintf("%s: %s", json_text_at(finding, "check"),
			      json_text_at(finding, "variable")));
		result->expected = xasprintf("%s says %s", json_text_at(finding, "witness"),
					     json_text_at(finding, "expected"));
		result->actual = xstrdup(json_text_at(finding, "actual"));
		return;
	}
	for (size_t i = 0; i < json_array_size(states); i++) {
		const json_t *check = json_array_get(states, i);

		if (fnmatch(predicate->check, json_text_at(check, "id"), 0) != 0)
			continue;
		if (!str_eq(json_text_at(check, "state"), "skipped")) {
			nr_ran++;
		} else if (!json_is_false(json_object_get(check, "applicable"))) {
			set(result, MARK_SKIP,
			    xasprintf("%s could not be checked: %s", json_text_at(check, "id"),
				      json_text_at(check, "reason")));
			return;
		}
	}
	if (nr_ran)
		set(result, MARK_GOOD, NULL);
	else
		set(result, MARK_SKIP,
		    xasprintf("no check %s has anything to look at", predicate->check));
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Where @name is, one line for each variable of that name: "absent" where there is none. */
static char *describe_place(const struct image_vars *vars, const char *name)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	VEC(char *) lines = { 0 };

	vec_for_each(var, &vars->list) {
		if (!str_eq(var->name, name))
			continue;
		_cleanup_free_ char *type = btf_type_describe(var->btf, var->type);

		vec_push(&lines, xasprintf("%s+0x%x, %u bytes, %s", var->section, var->offset,
					   var->size, type));
	}
	if (lines.len)
		qsort(lines.data, lines.len, sizeof(*lines.data), compare_lines);
	vec_for_each(line, &lines) {
		strbuf_addf(&sb, "%s%s", sb.len ? "; " : "", *line);
		free(*line);
	}
	vec_free(&lines);
	return sb.len ? strbuf_detach(&sb) : xstrdup("absent");
}

static void judge_layout(const struct predicate *predicate, const json_t *cell,
			 struct trial_result *result)
{
	const json_t *build = json_object_get(cell, "build");
	const char *module = json_string_value(json_object_get(build, "extra_module"));
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
	struct error *err = image_vars_open(json_text_at(build, "vmlinux"), module, &vars);

	if (err) {
		set(result, MARK_SKIP, xstrdup(err->message));
		error_free(err);
		return;
	}
	result->mark = MARK_NONE;
	result->state = describe_place(vars, predicate->layout_of);
}

static void judge_size(const struct predicate *predicate, const json_t *cell,
		       struct trial_result *result)
{
	const json_t *verify = json_object_get(cell, "verify");
	json_int_t bytes = json_integer_value(json_object_get(verify, "btf_bytes")) +
			   json_integer_value(json_object_get(verify, "extra_btf_bytes"));

	if (bytes <= 0) {
		set(result, MARK_SKIP, xstrdup("it has no BTF to measure"));
		return;
	}
	bool over = (uint64_t)bytes > predicate->size;
	set(result, over ? MARK_BAD : MARK_GOOD,
	    over ? xasprintf("%lld bytes of BTF", (long long)bytes) : NULL);
	if (over) {
		result->expected = xasprintf("at most %" PRIu64 " bytes", predicate->size);
		result->actual = xasprintf("%lld bytes", (long long)bytes);
	}
}

void predicate_judge(const struct predicate *predicate, const json_t *cell,
		     struct trial_result *result)
{
	if (judge_failure(predicate, cell, result))
		return;
	switch (predicate->kind) {
	case PREDICATE_VERDICT:
		judge_verdict(cell, result);
		break;
	case PREDICATE_FINDING:
		judge_finding(predicate, cell, result);
		break;
	case PREDICATE_LAYOUT:
		judge_layout(predicate, cell, result);
		break;
	case PREDICATE_SIZE:
		judge_size(predicate, cell, result);
		break;
	case PREDICATE_BOOT:
		judge_boot(cell, result);
		break;
	case PREDICATE_BUILD:
		/* It came to be judged, so it was built. */
		set(result, MARK_GOOD, NULL);
		break;
	}
}
