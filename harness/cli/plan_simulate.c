// SPDX-License-Identifier: GPL-2.0-only
#include "cli/plan_simulate.h"

#include <stdio.h>

#include "sched/cpus.h"
#include "sched/memory.h"

static void print_host(const struct plan *plan, const struct split *split, unsigned int host,
		       const struct sim_result *result)
{
	size_t nr_trees = 0, nr_cells = 0;

	vec_for_each(part, &split->parts) {
		nr_trees += part->shard == host;
		nr_cells += part->shard == host ? part->nr_cells : 0;
	}
	printf("host %u/%u: %zu cell%s on %zu object tree%s, %.0f s: %.0f CPU s on all cores are "
	       "%.0f s, the longest chain, %s, is %.0f s, and with more memory it would be %.0f s; "
	       "limited by %s\n",
	       host, split->count, nr_cells, nr_cells == 1 ? "" : "s", nr_trees,
	       nr_trees == 1 ? "" : "s", result->wall_s, result->cpu_s, result->cores_bound_s,
	       plan->cells.data[result->chain_cell].tree, result->chain_bound_s,
	       result->free_memory_s, sim_limit_name(result->limit));
}

static void simulate_host(const struct plan *plan, const struct estimates *estimates,
			  const struct split *split, unsigned int host,
			  const struct sim_machine *machine, struct sim_result *ret)
{
	VEC(size_t) firsts = { 0 };

	vec_for_each(part, &split->parts)
		if (part->shard == host)
			vec_push(&firsts, part->first_cell);
	simulate(plan, estimates, firsts.data, firsts.len, machine, ret);
	vec_free(&firsts);
}

void plan_simulate(const struct plan *plan, const struct simulated *simulated)
{
	struct sim_machine machine = simulated->machine;
	_cleanup_(costs_release) struct costs costs = { 0 };
	_cleanup_(split_release) struct split split = { 0 };
	struct estimates estimates = { 0 };
	struct sim_result last = { 0 };
	unsigned int last_host = 1;

	if (!machine.cores)
		machine.cores = cpus_available();
	if (!machine.memory)
		machine.memory = memory_available();
	estimates_by_cache(plan, &estimates);
	estimates_costs(plan, &estimates, &costs);
	split_plan(plan, &costs, simulated->hosts ?: 1, &split);
	for (unsigned int host = 1; host <= split.count; host++) {
		struct sim_result result;

		simulate_host(plan, &estimates, &split, host, &machine, &result);
		print_host(plan, &split, host, &result);
		if (result.wall_s > last.wall_s) {
			last = result;
			last_host = host;
		}
	}
	printf("%zu cells on %u host%s of %u core%s and %.0f GiB: %.0f s, limited by %s of host "
	       "%u; %zu of %zu stages by their recorded times, the others by build_weight\n",
	       plan->cells.len, split.count, split.count == 1 ? "" : "s", machine.cores,
	       machine.cores == 1 ? "" : "s", (double)machine.memory / (1 << 30), last.wall_s,
	       sim_limit_name(last.limit), last_host, estimates.nr_recorded, estimates.nr_stages);
	estimates_release(&estimates);
}
