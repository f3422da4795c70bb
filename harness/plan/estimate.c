// SPDX-License-Identifier: GPL-2.0-only
#include "plan/estimate.h"

#include <stdlib.h>

#define MIB ((uint64_t)1 << 20)

/* CPU seconds for a weight of one, and bytes, where nothing is recorded: x86_64, of weight 145, takes 300 to compile. */
static const struct {
	double cpu_s;
	uint64_t memory;
} defaults[NR_COST_STAGES] = {
	/* ld and pahole on a kernel with DWARF */
	[COST_COMPILE] = { 2.1, 1200 * MIB },
	[COST_RELINK] = { 0.13, 1200 * MIB },
	/* the verifier; the guest's memory comes on top */
	[COST_CHECK] = { 0.03, 400 * MIB },
};

bool plan_begins_tree(const struct plan *plan, size_t i)
{
	return !i || !str_eq(plan->cells.data[i - 1].tree, plan->cells.data[i].tree);
}

size_t plan_tree_end(const struct plan *plan, size_t first)
{
	size_t end = first + 1;

	while (end < plan->cells.len && !plan_begins_tree(plan, end))
		end++;
	return end;
}

/* Which of the stages the plan's cell @i has. */
static bool has_stage(const struct plan *plan, size_t i, enum cost_stage stage)
{
	return stage == COST_CHECK || (stage == COST_COMPILE) == plan_begins_tree(plan, i);
}

static void take_known(struct stage_estimate *estimate, const struct stage_cost *known)
{
	if (known->cpu_s > estimate->cpu_s)
		estimate->cpu_s = known->cpu_s;
	if (known->max_rss > estimate->memory)
		estimate->memory = known->max_rss;
}

/* The most that any cell of the tree took for the stage; zeroed where none did. */
static struct stage_estimate most_of_tree(const struct plan *plan, const struct stage_costs *known,
					  size_t first, size_t end, enum cost_stage stage)
{
	struct stage_estimate most = { 0 };

	for (size_t i = first; i < end; i++) {
		const struct stage_cost *cost =
			stage_costs_find(known, plan->cells.data[i].name, stage);

		if (cost)
			take_known(&most, cost);
	}
	return most;
}

/* What was recorded in all, and the weights it was for: the measure for what was not. */
struct measure {
	double cpu_s[NR_COST_STAGES], weight[NR_COST_STAGES];
};

static void estimate_tree(const struct plan *plan, const struct stage_costs *known, size_t first,
			  size_t end, struct estimates *ret, struct measure *measure)
{
	struct stage_estimate most[NR_COST_STAGES];

	for (int stage = 0; stage < NR_COST_STAGES; stage++)
		most[stage] = most_of_tree(plan, known, first, end, (enum cost_stage)stage);
	for (size_t i = first; i < end; i++) {
		const struct cell *cell = &plan->cells.data[i];

		for (int stage = 0; stage < NR_COST_STAGES; stage++) {
			struct stage_estimate *estimate = &ret->cells[i].stages[stage];
			const struct stage_cost *cost =
				stage_costs_find(known, cell->name, (enum cost_stage)stage);
			bool has = has_stage(plan, i, (enum cost_stage)stage);

			if (cost)
				take_known(estimate, cost);
			else
				*estimate = most[stage];
			estimate->recorded = cost != NULL;
			ret->nr_stages += has;
			ret->nr_recorded += has && cost;
			if (!cost)
				continue;
			measure->cpu_s[stage] += cost->cpu_s;
			measure->weight[stage] += cell->arch->build_weight;
		}
	}
}

static void fill_gaps(const struct plan *plan, const struct measure *measure, struct estimates *ret)
{
	for (size_t i = 0; i < plan->cells.len; i++) {
		const struct arch *arch = plan->cells.data[i].arch;

		for (int stage = 0; stage < NR_COST_STAGES; stage++) {
			struct stage_estimate *estimate = &ret->cells[i].stages[stage];
			double each = measure->weight[stage] > 0
					      ? measure->cpu_s[stage] / measure->weight[stage]
					      : defaults[stage].cpu_s;

			if (!(estimate->cpu_s > 0))
				estimate->cpu_s = each * (arch->build_weight ?: 1);
			if (!estimate->memory)
				estimate->memory =
					defaults[stage].memory +
					(stage == COST_CHECK ? arch->memory_mb * MIB : 0);
		}
	}
}

void estimates_make(const struct plan *plan, const struct stage_costs *known, struct estimates *ret)
{
	struct measure measure = { 0 };

	*ret = (struct estimates){ 0 };
	if (!plan->cells.len)
		return;
	ret->cells = xcalloc(plan->cells.len, sizeof(*ret->cells));
	for (size_t first = 0, end; first < plan->cells.len; first = end) {
		end = plan_tree_end(plan, first);
		estimate_tree(plan, known, first, end, ret, &measure);
	}
	fill_gaps(plan, &measure, ret);
}

void estimates_by_cache(const struct plan *plan, struct estimates *ret)
{
	struct stage_costs known = { 0 };

	stage_costs_load(&known);
	estimates_make(plan, &known, ret);
	stage_costs_release(&known);
}

void estimates_release(struct estimates *estimates)
{
	free(estimates->cells);
	*estimates = (struct estimates){ 0 };
}

void estimates_build(const struct plan *plan, const struct estimates *estimates, size_t at,
		     double *parallel_ret, double *serial_ret)
{
	const struct cell_estimate *cell = &estimates->cells[at];
	double compile = cell->stages[COST_COMPILE].cpu_s;

	*serial_ret = cell->stages[COST_RELINK].cpu_s;
	*parallel_ret = 0;
	if (!plan_begins_tree(plan, at))
		return;
	/* the end of a compile is what a relink is */
	if (*serial_ret > compile)
		*serial_ret = compile;
	*parallel_ret = compile - *serial_ret;
}

/* Runs differ a little, and the largest process is not alone. */
static uint64_t with_margin(uint64_t bytes)
{
	return bytes + bytes / 4;
}

uint64_t estimates_build_memory(const struct estimates *estimates, size_t at)
{
	const struct stage_estimate *stages = estimates->cells[at].stages;
	uint64_t compile = stages[COST_COMPILE].memory, relink = stages[COST_RELINK].memory;

	/* both end with a link */
	return with_margin(compile > relink ? compile : relink);
}

uint64_t estimates_check_memory(const struct estimates *estimates, size_t at)
{
	return with_margin(estimates->cells[at].stages[COST_CHECK].memory);
}

double estimates_chain(const struct plan *plan, const struct estimates *estimates, size_t at,
		       unsigned int cores)
{
	size_t end = plan_tree_end(plan, at);
	double chain = 0, longest = 0;

	for (size_t i = at; i < end; i++) {
		double parallel, serial, whole;

		estimates_build(plan, estimates, i, &parallel, &serial);
		chain += parallel / cores + serial;
		whole = chain + estimates->cells[i].stages[COST_CHECK].cpu_s;
		longest = whole > longest ? whole : longest;
	}
	return longest;
}

double estimates_tree(const struct plan *plan, const struct estimates *estimates, size_t first)
{
	size_t end = plan_tree_end(plan, first);
	double sum = 0;

	for (size_t i = first; i < end; i++) {
		double parallel, serial;

		estimates_build(plan, estimates, i, &parallel, &serial);
		sum += parallel + serial + estimates->cells[i].stages[COST_CHECK].cpu_s;
	}
	return sum;
}

void estimates_costs(const struct plan *plan, const struct estimates *estimates, struct costs *ret)
{
	for (size_t first = 0; first < plan->cells.len; first = plan_tree_end(plan, first)) {
		double seconds = estimates_tree(plan, estimates, first);

		costs_add(ret, plan->cells.data[first].tree,
			  seconds < 1e9 ? (int64_t)(seconds * 1000) : COST_MAX);
	}
}
