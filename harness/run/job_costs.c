// SPDX-License-Identifier: GPL-2.0-only
#include "run/job_costs.h"

#include "cache/stage_costs.h"

/* Objects that a relink compiles at most: version and symbol tables, and what hangs on the mode. */
static const size_t relink_objects = 50;

static void note(const struct outcome *outcome, enum cost_stage stage, const struct worker *worker)
{
	const struct stage_cost cost = { worker->wall_s, worker->cpu_s, worker->max_rss };

	stage_costs_note(outcome->cell->name, stage, &cost);
}

void job_costs_note_build(const struct outcome *outcome, const struct worker *worker)
{
	if (worker->err || !outcome->built || outcome->build.cached)
		return;
	note(outcome, outcome->build.nr_compiled > relink_objects ? COST_COMPILE : COST_RELINK,
	     worker);
}

void job_costs_note_check(const struct outcome *outcome, const struct worker *worker)
{
	/* a boot that is older than this job took longer than all of it, or was in another guest's time */
	bool booted_now = outcome->boot.wall_s < worker->wall_s;

	if (!worker->err && outcome->verified && booted_now && !outcome->attempts.len)
		note(outcome, COST_CHECK, worker);
}
