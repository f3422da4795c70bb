/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The budget of CPUs as a GNU make jobserver (make's manual, "POSIX Jobserver Interaction"): a FIFO with one byte, a
 * token, for each job that may run. Every make under the driver draws from it; the driver takes a token for each
 * worker it starts, which is the implicit one of a make.
 */
#ifndef BTFMATRIX_SCHED_JOBSERVER_H
#define BTFMATRIX_SCHED_JOBSERVER_H

#include <stdbool.h>

#include "core/cleanup.h"
#include "core/error.h"

struct jobserver {
	/* how many tokens there are */
	unsigned int tokens;
	/* the FIFO and the folder made for it; owned */
	char *path, *dir;
	/* what makes are given, blocking; ours, which does not block */
	int shared_fd, own_fd;
};

/** Makes one with @tokens tokens, all of them free, in a private folder below $TMPDIR or /tmp. */
must_check struct error *jobserver_open(unsigned int tokens, struct jobserver **ret);
/** Removes it. A forked worker must not call this. */
void jobserver_close(struct jobserver *jobserver);
DEFINE_CLEANUP_PTR(jobserver, struct jobserver, jobserver_close);

/** Takes a token; false where none is free. */
bool jobserver_take(struct jobserver *jobserver);
void jobserver_give(struct jobserver *jobserver);

/** A descriptor that is readable while a token is free. */
int jobserver_poll_fd(const struct jobserver *jobserver);

/**
 * Puts the number of free tokens right, to be called while nothing runs: a make that was killed takes those it had
 * with it.
 */
void jobserver_refill(struct jobserver *jobserver);

/**
 * The entry for a make's environment, "MAKEFLAGS=...", the caller's to free. @version is make's, "4.3": since 4.4 it
 * takes the FIFO by its name. Before that jobserver->shared_fd must be its descriptors 3 and 4; *needs_fds_ret says
 * so.
 */
char *jobserver_makeflags(const struct jobserver *jobserver, const char *version,
			  bool *needs_fds_ret);

#endif
