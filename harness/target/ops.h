/* SPDX-License-Identifier: GPL-2.0-only */
/* What a target can do. For the files of this folder. */
#ifndef BTFMATRIX_TARGET_OPS_H
#define BTFMATRIX_TARGET_OPS_H

#include "core/strbuf.h"
#include "target/target.h"

struct target {
	const struct target_ops *ops;
	/* what stands behind the name and a colon; "" where the target takes nothing */
	const char *argument;
	const struct target_request *request;
	/* uname -m and -r, set by open(); owned, NULL where they are not known before the probe runs */
	char *machine, *release;
	/* the target's own; see its file */
	void *state;
};

/* What a probe is run with. */
struct probe_run {
	const char *nonce;
	/* static, for the machine */
	const char *probe;
	/* lists for the probe, in files; module may be NULL */
	const char *wanted_file, *values_file, *module;
	/* the same as text, for those who make files of it themselves */
	const char *const *wanted;
	size_t nr_wanted;
	const char *values;
	double deadline_s;
};

struct target_ops {
	const char *name;
	/* what the argument is, e.g. "HOST"; NULL: there is none */
	const char *takes;
	const char *help;
	/* Reaches the machine and learns what it is. */
	struct error *(*open)(struct target *target);
	/* Copies a file of the machine to @to; *there is false where it has none or keeps it to itself. NULL: cannot. */
	struct error *(*fetch)(struct target *target, const char *path, const char *to,
			       bool *there);
	/* Adds what a script for sh prints there, whatever its status. NULL: there is no shell. */
	struct error *(*shell)(struct target *target, const char *script, struct strbuf *output);
	/* Runs the probe to its end. */
	struct error *(*run)(struct target *target, const struct probe_run *run,
			     struct guest_report **report_ret);
	/* Undoes what open() and run() left, whatever became of them. */
	void (*close)(struct target *target);
};

extern const struct target_ops target_local, target_ssh, target_qemu, target_console;

/** Boots the request's image with the probe as /init, on @board or, where it is NULL, in QEMU. */
must_check struct error *target_boot(struct target *target, const struct probe_run *run,
				     const struct board *board, struct guest_report **report_ret);

/**
 * Runs @argv, whose standard output has frames with the run's nonce, into a report. What it writes also goes
 * to @log_path. A child that fails is an error with the last line that was no frame.
 */
must_check struct error *probe_command(const char *const *argv, const struct probe_run *run,
				       const char *log_path, struct guest_report **report_ret);

#endif
