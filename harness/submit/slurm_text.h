/* SPDX-License-Identifier: GPL-2.0-only */
/* What Slurm's commands print. Pure: text in, values out; untrusted, as users and sites set parts of it. */
#ifndef BTFMATRIX_SUBMIT_SLURM_TEXT_H
#define BTFMATRIX_SUBMIT_SLURM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* A line of `squeue --array --format=SLURM_QUEUE_FORMAT`. */
#define SLURM_QUEUE_FORMAT "%i|%T|%j|%N|%r"

struct slurm_task {
	/* the array's, and the task's number in it; -1: it is no array */
	char job[24];
	long index;
	char state[32], name[64], node[64], reason[128];
};

/** Takes a line without its newline; false where it is no such line. */
bool slurm_parse_task(const char *line, struct slurm_task *ret);

enum slurm_fate {
	SLURM_WAITS,
	SLURM_RUNS,
	/* it is over, well or not */
	SLURM_ENDED,
	/* it is over without having ended by itself: cancelled, out of time or memory, its node failed */
	SLURM_BROKEN,
};

/** What a state of squeue(1)'s means; one that is not known is taken for one that runs. */
enum slurm_fate slurm_fate_of(const char *state);

/** What helps a task that waits for @reason, which will not pass by itself; static, NULL: it may well pass. */
const char *slurm_hopeless(const char *reason);

/** Why a broken task broke, and what helps; static, NULL for states that say it themselves. */
const char *slurm_mend_of(const char *state);

/** "123" or "123;cluster", as sbatch --parsable prints; false for anything else. The caller frees *job_ret. */
bool slurm_parse_job(const char *text, char **job_ret);

/* The least of some nodes. 0: not known, or no limit. */
struct slurm_nodes {
	unsigned int cpus, memory_mb, minutes;
};

#define SLURM_NODES_FORMAT "%P %c %m %l"

/**
 * Takes lines of sinfo's in SLURM_NODES_FORMAT: "batch* 2 8000 infinite", "big 16+ 64000+ 1-12:00:00"; with
 * @default_alone those of the default partition, which has the '*', if there is one.
 */
void slurm_parse_nodes(const char *text, bool default_alone, struct slurm_nodes *ret);

/** The line of what a command of Slurm's wrote that says why it failed, and what helps. The caller frees it. */
char *slurm_explain(const char *output);

#endif
