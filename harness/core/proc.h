/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a child process to its end, on libuv.
 *
 * Recipe:
 *   1. struct proc proc = PROC_INIT;
 *   2. Set .argv (NULL-terminated; argv[0] is looked up in $PATH) and whichever other inputs matter.
 *   3. err = proc_run(&proc);
 *   4. Read .exit_code, .term_signal, .output; then proc_release(&proc).
 *
 * The child is the leader of a session and process group of its own. When the deadline
 * passes, when a callback asks for it, or when a signal asks the run to end, the whole group gets
 * SIGTERM and, after a grace time, SIGKILL; proc_run() returns only when the child has been reaped. A
 * child whose btfmatrix is killed gets SIGTERM from the kernel.
 * The child's standard input is /dev/null.
 */
#ifndef BTFMATRIX_CORE_PROC_H
#define BTFMATRIX_CORE_PROC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/strbuf.h"

struct proc;

/** What a callback wants done with the child. */
enum proc_action {
	PROC_CONTINUE,
	/* End the child now; proc_run() returns success with .stopped set. */
	PROC_STOP,
};

struct proc {
	/* Inputs; the strings stay the caller's. */
	const char *const *argv;
	/* working folder; NULL: ours */
	const char *cwd;
	/* "NAME=value" entries added to (or replacing those of) our environment; NULL: none */
	const char *const *env;
	/* descriptors the child gets as 3, 4 ...; they stay the caller's, and are closed on exec elsewhere */
	int inherited[3];
	unsigned int nr_inherited;
	/* file that gets both outputs, appended; NULL: none. Kept open while the child runs. */
	const char *log_path;
	/* seconds until the child is ended and ERROR_TIMEOUT returned; 0: none */
	double deadline_s;
	/* also keep the outputs in memory: .output; at most 64 MiB, the rest is only logged */
	bool capture;
	/* keep standard error out of .output (it is still logged) */
	bool capture_stdout_only;
	/* Undoes something: runs also after the signal that asked the run to end. Wants a deadline. */
	bool cleanup;
	/* Called with each chunk the child writes (both outputs). May be NULL. */
	enum proc_action (*on_output)(struct proc *proc, const char *data, size_t len);
	/* Called about five times a second with the seconds since the start. May be NULL. */
	enum proc_action (*on_tick)(struct proc *proc, double elapsed_s);
	/* for the callbacks */
	void *user;

	/* Results, valid after proc_run() returned success or ERROR_TIMEOUT. */
	/* exit status, or -1 where a signal ended it */
	int exit_code;
	int term_signal;
	/* a callback returned PROC_STOP */
	bool stopped;
	struct strbuf output;
	/* wall clock, and user + system time of the child and all it waited for, in seconds */
	double wall_s;
	double cpu_s;
};

#define PROC_INIT \
	{         \
		0 \
	}

/**
 * Runs the child. A child that ran and failed is success here: read .exit_code.
 *
 * Errors: ERROR_SYSTEM if it could not be started (the message names the program and says how to get
 * it if errno is ENOENT), ERROR_TIMEOUT, ERROR_INTERRUPTED.
 */
must_check struct error *proc_run(struct proc *proc);

/** As proc_run(), and a status other than 0 is ERROR_CHILD with the command and the log's path. */
must_check struct error *proc_run_checked(struct proc *proc);

void proc_release(struct proc *proc);

/** Runs a command and returns its standard output without trailing newlines, the caller's to free. */
must_check struct error *proc_read_output(const char *const *argv, char **out_ret);

/** Appends @argv as a shell command line. */
void proc_format_command(struct strbuf *sb, const char *const *argv);

/**
 * Makes SIGINT, SIGTERM and SIGHUP end the running child and come back as ERROR_INTERRUPTED from
 * proc_run(), and from interrupted() between children. Call once at start.
 */
void proc_catch_signals(void);

/** The signal that asked the run to end, or 0. */
int proc_interrupted(void);

#endif
