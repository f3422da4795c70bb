// SPDX-License-Identifier: GPL-2.0-only
#include "run/outcome.h"

#include <stdlib.h>

static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_PASS] = "pass",   [VERDICT_KNOWN] = "known",     [VERDICT_FAIL] = "fail",
	[VERDICT_ERROR] = "error", [VERDICT_SKIPPED] = "skipped",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
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
