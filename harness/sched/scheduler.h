/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doing jobs, each in a worker, so that the machine is full and never overcommitted.
 *
 * A job may start when it has a token of the jobserver and its memory fits into the budget beside that of those that
 * run. The most urgent goes first; one that does not fit is passed over by those that do only while something runs
 * (when all has ended it runs alone, whatever it needs). There are no edges between jobs: on_done adds what can begin
 * now, so the graph is in the code that knows it.
 */
#ifndef BTFMATRIX_SCHED_SCHEDULER_H
#define BTFMATRIX_SCHED_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cleanup.h"
#include "sched/jobserver.h"
#include "sched/worker.h"

struct scheduler;

struct sched_job {
	/* for the status line and for messages; borrowed, as all here is until on_done */
	const char *name;
	/* the larger the sooner; of equal ones the one that was added first */
	double urgency;
	/* bytes it is expected to need */
	uint64_t memory;
	/* called in the worker */
	worker_fn work;
	/*
	 * Whether it can start now, where that hangs on something outside, such as a lock; asked again five times a
	 * second. NULL: it can.
	 */
	bool (*may_start)(struct sched_job *job);
	/* Called in the driver at its end with the worker's result, error and figures; frees the job if it likes. */
	void (*on_done)(struct scheduler *scheduler, struct sched_job *job,
			const struct worker *worker);
	void *user;
};

/* What a whole run came to. */
struct sched_figures {
	/* from the first job to the end of the last; CPU seconds of all workers; the longest time between two ends */
	double wall_s, cpu_s;
	/* most workers at once, and most memory they were expected to need */
	unsigned int most_workers;
	uint64_t most_memory;
};

/** @memory is the budget in bytes. */
struct scheduler *scheduler_new(struct jobserver *jobserver, uint64_t memory);
void scheduler_free(struct scheduler *scheduler);
DEFINE_CLEANUP_PTR(scheduler, struct scheduler, scheduler_free);

/** Adds a job; also from on_done. */
void scheduler_add(struct scheduler *scheduler, struct sched_job *job);

/**
 * Does all jobs, and those that they add. After a signal (core/proc.h) none is started, those that run are asked to
 * end, made to end when they do not within ten seconds, and ERROR_INTERRUPTED is returned; on_done is called for those
 * that had begun, with an error of that kind where they did not come to their end, and not for the others.
 */
must_check struct error *scheduler_run(struct scheduler *scheduler);

/** What is shown before the status line: "[3/9]". */
void scheduler_set_progress(struct scheduler *scheduler, size_t done, size_t total);

struct sched_figures scheduler_figures(const struct scheduler *scheduler);

#endif
