/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plan handed to a cluster: for each object tree a task in each of three stages,
 *
 *	compile		the first cell of the tree, which compiles all there is
 *	modes		its other cells, which link and encode in the same tree
 *	boot		all its cells, whose builds are in the cache by then: booted, verified, recorded
 *
 * so that a stage is a job array, and a task waits for that of the same tree in the stage before. What a task
 * does is a plain `btfmatrix run` of a part of the plan. All of it lives in one folder that the nodes share:
 *
 *	submit.json		what was submitted, and the engine's names for it
 *	tasks/STAGE-N.sh	the task's command
 *	tasks/STAGE-N.json	how it ended, written by the task
 *	log/STAGE-N.log		what it said
 *	parts/N			results of the tree's boot task
 */
#ifndef BTFMATRIX_SUBMIT_SUBMISSION_H
#define BTFMATRIX_SUBMIT_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "plan/plan.h"

enum submit_stage {
	STAGE_COMPILE,
	STAGE_MODES,
	STAGE_BOOT,
	NR_STAGES,
};

extern const char *const submit_stage_names[NR_STAGES];

enum task_state {
	/* not begun; reason may say what it waits for */
	TASK_WAITING,
	TASK_RUNNING,
	/* its status file is there */
	TASK_DONE,
	/* it ended without one; reason says how */
	TASK_LOST,
};

/* What a task needs of a node. */
struct task_needs {
	unsigned int cpus;
	unsigned int memory_mb;
	unsigned int minutes;
};

struct submit_task {
	enum task_state state;
	/* exit status of `btfmatrix run`, where it is done */
	int status;
	double wall_s;
	/* of the largest process */
	uint64_t max_rss;
	/* the node, and why; owned, NULL: not known */
	char *node, *reason;
	/* when it was first seen as ended without its status file; seconds of clock_now_s() */
	double ended_s;
	/* its cells; 0: there is nothing to do */
	size_t nr_cells;
	/* the user was told of its end */
	bool told;
};

struct submit_tree {
	/* "s390x/gcc/6.12"; borrowed from the plan */
	const char *name;
	/* in the plan */
	size_t first_cell, nr_cells;
	struct submit_task tasks[NR_STAGES];
};

struct submission {
	const struct plan *plan;
	/* the shared folder, and the run's name in the record */
	char *dir, *run_name;
	/* tells this plan from others, in eight hex digits */
	char key[9];
	/* as the user named it; NULL: the engine's default */
	const char *partition;
	/* overrides; 0: from recorded costs */
	struct task_needs given;
	struct task_needs needs[NR_STAGES];
	/* what an earlier call submitted them by; NULL: none did */
	char *engine;
	/* the engine's names for the stages' job arrays; NULL: not submitted */
	char *jobs[NR_STAGES];
	VEC(struct submit_tree) trees;
};

/**
 * The submission of @plan, with a task for each tree and stage. @selection are the options that made the plan,
 * as a shell has them; @results the folder with the record. Nothing is written.
 */
void submission_init(struct submission *sub, const struct plan *plan, const char *selection,
		     const char *results);
void submission_release(struct submission *sub);

/** Whether any tree has something to do in the stage. */
bool submission_has_stage(const struct submission *sub, enum submit_stage stage);

/** "tasks/compile-0.json" and the like, below the folder; the caller frees it. */
char *submission_path(const struct submission *sub, const char *folder, enum submit_stage stage,
		      size_t tree, const char *suffix);

/**
 * Writes the folder with the tasks' scripts. @program is the btfmatrix that the nodes run, @options what its `run`
 * gets beside the cells in each stage, as a shell has them.
 */
must_check struct error *submission_write(const struct submission *sub, const char *program,
					  const char *selection,
					  const char *const options[NR_STAGES]);

/** Reads submit.json, if it is there, into engine, jobs and run_name; *found says whether. */
must_check struct error *submission_load(struct submission *sub, bool *found);
must_check struct error *submission_save(const struct submission *sub, const char *engine);

/** Removes submit.json: the next submission of the plan begins anew. */
void submission_forget(const struct submission *sub);

/** Reads the status file of a task, if it is there, and marks it as done. */
must_check struct error *submission_read_status(struct submission *sub, enum submit_stage stage,
						size_t tree);

#endif
