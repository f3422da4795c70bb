/* SPDX-License-Identifier: GPL-2.0-only */
/* btfmatrix plan --simulate */
#ifndef BTFMATRIX_CLI_PLAN_SIMULATE_H
#define BTFMATRIX_CLI_PLAN_SIMULATE_H

#include "plan/simulate.h"

/* Zeroed members stand for this machine, and for one host. */
struct simulated {
	struct sim_machine machine;
	unsigned int hosts;
};

/** Prints how long @plan would take on such hosts, each with its shard, and what limits it. */
void plan_simulate(const struct plan *plan, const struct simulated *simulated);

#endif
