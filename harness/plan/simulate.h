/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a plan would take on other machines. A model of the scheduler (sched/scheduler.h, run/graph.c): every job
 * has a core of its own, cores that are left go to the compiles in equal parts, a job that does not fit into memory
 * waits, checks go before builds, and of builds the one with the longest way to its tree's last verdict. What it
 * leaves out: fetching sources and tools, disks, and cores that disturb each other.
 */
#ifndef BTFMATRIX_PLAN_SIMULATE_H
#define BTFMATRIX_PLAN_SIMULATE_H

#include "plan/estimate.h"
#include "plan/shard.h"

struct sim_machine {
	unsigned int cores;
	/* bytes; UINT64_MAX: no bound */
	uint64_t memory;
};

enum sim_limit {
	/* the machine is full all the time, but for its end */
	SIM_CORES,
	/* one tree, whose steps come one after another */
	SIM_CHAIN,
	/* with more memory it would be faster */
	SIM_MEMORY,
};

struct sim_result {
	/* seconds from the first job to the end of the last */
	double wall_s;
	/* of all jobs */
	double cpu_s;
	/* no machine with as many cores is faster: all of the work on all cores, and the longest chain */
	double cores_bound_s, chain_bound_s;
	/* the same machine without a bound to its memory */
	double free_memory_s;
	/* the tree of the longest chain, as its first cell in the plan */
	size_t chain_cell;
	enum sim_limit limit;
};

/** Does the trees of @plan that begin at the cells @firsts, @nr of them, on one machine. */
void simulate(const struct plan *plan, const struct estimates *estimates, const size_t *firsts,
	      size_t nr, const struct sim_machine *machine, struct sim_result *ret);

/** "cores", "the longest chain", "memory". */
const char *sim_limit_name(enum sim_limit limit);

#endif
