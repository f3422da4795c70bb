/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of one cell. */
#ifndef BTFMATRIX_RUN_OUTCOME_H
#define BTFMATRIX_RUN_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/boot.h"
#include "build/build.h"
#include "core/mem.h"
#include "plan/cell.h"
#include "verify/verify.h"

/* A boot that failed and was tried again. All strings are owned. */
struct boot_attempt {
	enum boot_verdict verdict;
	/* may be NULL */
	char *detail;
	/* file in the cell's folder */
	char *console_log;
	double wall_s;
};

enum verdict {
	/* built, booted, every check ran that could and found nothing */
	VERDICT_PASS,
	/* all findings are listed in known.ini */
	VERDICT_KNOWN,
	/* findings, or a kernel that did not come up well */
	VERDICT_FAIL,
	/* something kept us from finding out */
	VERDICT_ERROR,
	/* not tried: the run was interrupted before it came to this cell */
	VERDICT_SKIPPED,
	VERDICT_COUNT,
};

struct outcome {
	/* borrowed from the plan */
	const struct cell *cell;
	enum verdict verdict;
	/* one line of why, where the verdict is neither pass nor known; owned */
	char *reason;
	/* the kernel by its own Makefile, e.g. "6.12.117", and the series it got; owned, NULL: there is none */
	char *release, *series;
	/* where the verdict is error and an error led to it: what failed ("source", "pahole", "prepare", "configure",
	 * "compile", "keep", "boot", "verify"), and the error's kind by error_kind_name(); static, else NULL */
	const char *failure_stage, *failure_kind;
	/* not done in this run: an earlier one had this outcome */
	bool cached;
	/* how far it came */
	bool built, booted, verified;
	/* the programs that made and booted it */
	struct cell_tools tools;
	struct build_result build;
	struct boot_result boot;
	/* those before boot, which is the last one */
	VEC(struct boot_attempt) attempts;
	struct verify_result verify;
	/* lines of /proc/kallsyms that the guest sent; the report itself may have been left behind without them */
	size_t nr_guest_symbols;
	/* "qemu-system-x86_64 7.2", owned; NULL where there is none */
	char *qemu_version;
	/* wall clock and CPU seconds of our own: verifying */
	double verify_wall_s, verify_cpu_s;
};

/** "pass", "known", "fail", "error", "skipped". */
const char *verdict_name(enum verdict verdict);

/** What failed, one of those that outcome->failure_stage has, as a static string; NULL where @name is none. */
const char *outcome_failure_stage(const char *name);

/** Makes @err the cell's verdict and says it. @stage is one of outcome->failure_stage's. Takes @err. */
void outcome_fail(struct outcome *outcome, const char *stage, struct error *err);

void outcome_release(struct outcome *outcome);

#endif
