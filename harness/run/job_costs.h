/* SPDX-License-Identifier: GPL-2.0-only */
/* What a stage of a cell took as a job of a run. */
#ifndef BTFMATRIX_RUN_JOB_COSTS_H
#define BTFMATRIX_RUN_JOB_COSTS_H

#include "run/outcome.h"
#include "sched/worker.h"

/** Remembers what the build took, unless it was found built or failed. */
void job_costs_note_build(const struct outcome *outcome, const struct worker *worker);
/** The same of boot and verification, unless the boot was an earlier run's or had to be repeated. */
void job_costs_note_check(const struct outcome *outcome, const struct worker *worker);

#endif
