/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stage of a cell in a process of its own.
 *
 * Why processes, and not threads: the driver forks itself, so a worker has all of the plan without a copy being made of
 * it, and shares nothing it could spoil: no lock is needed anywhere. A stage that crashes on what a guest or a
 * compiler left, or is killed for its memory, is an error of its cell alone. The kernel counts the CPU time and the
 * memory of each apart (wait4(2)). And the signal that ends a child with its driver (PR_SET_PDEATHSIG) follows the
 * thread that made it, which must be one that lives as long as the driver. What it costs, a fork of 10 MB and a result
 * as text through a pipe, is milliseconds beside stages of seconds.
 *
 * The driver has one thread, and starts its programs from workers alone: libuv's table of children and signals must not
 * be in use when it forks.
 */
#ifndef BTFMATRIX_SCHED_WORKER_H
#define BTFMATRIX_SCHED_WORKER_H

#include <stdint.h>
#include <uv.h>

#include "core/error.h"
#include "core/log.h"
#include "core/strbuf.h"

/** What a worker does: appends its result, or says what kept it from it. Called in the worker. */
typedef struct error *(*worker_fn)(void *arg, struct strbuf *result);

struct worker {
	/* the driver's: called with what the worker says, and once at its end, when all below is there */
	void (*on_log)(struct worker *worker, enum log_kind kind, const char *text);
	void (*on_end)(struct worker *worker);
	/* what it is doing, for messages; borrowed */
	const char *name;
	void *user;

	/* what came of it: a result, or an error, which is owned */
	struct strbuf result;
	struct error *err;
	/* seconds; of CPU with all its children */
	double wall_s, cpu_s;
	/* bytes of the largest of its processes */
	uint64_t max_rss;

	/* the rest is worker.c's */
	pid_t pid;
	uv_pipe_t pipe;
	struct strbuf received;
	bool has_result;
	double start_s;
	char chunk[1 << 14];
};

/**
 * Forks a worker that calls @fn, and has @loop read what it says. @worker must have its members above set and stay
 * until on_end. @in_worker is called first of all in the worker (NULL: nothing is): there it closes what is the
 * driver's alone.
 */
must_check struct error *worker_start(uv_loop_t *loop, struct worker *worker, worker_fn fn,
				      void *arg, void (*in_worker)(void *user), void *user);

/** Asks it to end, SIGTERM, or makes it end, SIGKILL. */
void worker_signal(struct worker *worker, int sig);

void worker_release(struct worker *worker);

#endif
