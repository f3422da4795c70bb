/* SPDX-License-Identifier: GPL-2.0-only */
/* The subcommands of btfmatrix, and what they have in common. */
#ifndef BTFMATRIX_CLI_COMMAND_H
#define BTFMATRIX_CLI_COMMAND_H

#include "core/error.h"

/** Exit statuses, the same for every command. */
enum exit_status {
	/* all cells pass or are known */
	STATUS_OK = 0,
	/* there are findings */
	STATUS_FINDINGS = 1,
	/* something could not be done, or the command line was wrong */
	STATUS_ERROR = 2,
	/* ended by SIGINT, SIGTERM or SIGHUP */
	STATUS_INTERRUPTED = 130,
};

struct command {
	const char *name;
	/* one line for `btfmatrix --help` */
	const char *summary;
	/* argv[0] is "btfmatrix NAME", for argp's messages; returns an exit status */
	int (*run)(int argc, char **argv);
};

/** Prints @err, frees it and returns the exit status that suits it. */
int command_fail(struct error *err);

int cmd_arch(int argc, char **argv);
int cmd_bisect(int argc, char **argv);
int cmd_cache(int argc, char **argv);
int cmd_checks(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_patch(int argc, char **argv);
int cmd_encode(int argc, char **argv);
int cmd_fetch(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_layout(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_nightly(int argc, char **argv);
int cmd_pahole(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_submit(int argc, char **argv);
int cmd_target(int argc, char **argv);
int cmd_verify(int argc, char **argv);

/** --series, in --help texts. */
#define SERIES_HELP                                                                            \
	"a series of your own in place of ours: a quilt folder, a git format-patch folder, a " \
	"mailbox or "                                                                          \
	"a patch; with a '+' in front, on top of ours"

#endif
