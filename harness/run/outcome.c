// SPDX-License-Identifier: GPL-2.0-only
#include "run/outcome.h"

#include <stdlib.h>

#include "core/log.h"

static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_PASS] = "pass",   [VERDICT_KNOWN] = "known",     [VERDICT_FAIL] = "fail",
	[VERDICT_ERROR] = "error", [VERDICT_SKIPPED] = "skipped",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

static const char *const failure_stages[] = {
	"source", "pahole", "prepare", "configure", "compile", "keep", "boot", "verify",
};

const char *outcome_failure_stage(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(failure_stages); i++)
		if (str_eq(failure_stages[i], name))
			return failure_stages[i];
	return NULL;
}

void outcome_fail(struct outcome *outcome, const char *stage, struct error *err)
{
	outcome->verdict = VERDICT_ERROR;
	free(outcome->reason);
	outcome->reason = xstrdup(err->message);
	outcome->failure_stage = stage;
	outcome->failure_kind = error_kind_name(err->kind);
	error_free(err);
	log_error("%s: %s", outcome->cell->name, outcome->reason);
}

void outcome_release(struct outcome *outcome)
{
	free(outcome->reason);
	free(outcome->release);
	free(outcome->series);
	free(outcome->qemu_version);
	vec_for_each(attempt, &outcome->attempts) {
		free(attempt->detail);
		free(attempt->console_log);
	}
	vec_free(&outcome->attempts);
	cell_tools_release(&outcome->tools);
	build_result_release(&outcome->build);
	boot_result_release(&outcome->boot);
	verify_result_release(&outcome->verify);
	*outcome = (struct outcome){ 0 };
}
