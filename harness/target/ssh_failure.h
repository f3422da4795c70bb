/* SPDX-License-Identifier: GPL-2.0-only */
/* What ssh says when it fails, and what can be done about it. Pure: text in, text out. */
#ifndef BTFMATRIX_TARGET_SSH_FAILURE_H
#define BTFMATRIX_TARGET_SSH_FAILURE_H

struct ssh_failure {
	/* e.g. "refused"; for tests */
	const char *id;
	/* what ssh, or the machine's shell, says; a part of a line */
	const char *says;
	/* one exit status alone; 0: any */
	int status;
	/* what that means, and what helps */
	const char *what, *mend;
};

/**
 * The failure that @output, all that ssh(1) and the command there wrote, tells of; NULL: none that is
 * known. @status is ssh's: 255 for its own failures, else the command's.
 */
const struct ssh_failure *ssh_failure_find(const char *output, int status);

/** One line: what it means, the words themselves, what helps. The caller frees it. */
char *ssh_failure_explain(const char *output, int status);

#endif
