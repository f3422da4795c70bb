/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a kernel runs: this machine, one that ssh reaches, a guest of QEMU's, or a board on a serial line.
 * The same probe runs on all of them.
 *
 * A new target is a table of functions (target/ops.h) and a row in target.c.
 */
#ifndef BTFMATRIX_TARGET_TARGET_H
#define BTFMATRIX_TARGET_TARGET_H

#include <stddef.h>
#include <stdio.h>

#include "boot/board.h"
#include "boot/guest_report.h"
#include "config/arch.h"
#include "config/values.h"
#include "core/error.h"
#include "core/strbuf.h"

struct target_request {
	/* "local", "ssh:HOST", "qemu" or "console:DEVICE" */
	const char *target;
	/* NULL: told by what the machine calls itself; the guest of QEMU needs one */
	const struct arch *arch;
	/* what the kernel is verified by, for the names of its variables; each may be NULL */
	const char *vmlinux, *btf_file;
	/* for QEMU and boards: the kernel they boot */
	const char *image;
	/* how to boot a board; its device is the target's */
	const struct board *board;
	/* a module with split BTF to load before and remove after; NULL: none is loaded */
	const char *module;
	/* a static probe for the machine; NULL: one is built */
	const char *probe;
	const struct values *values;
	/* seconds; 0: what suits the target */
	double deadline_s;
	/* a folder that exists, for files that come and go */
	const char *work_dir;
};

/* All of it is owned. */
struct target_result {
	struct guest_report *report;
	/* /sys/kernel/btf/vmlinux as it was there; NULL: the target has no such file, or it was not needed */
	char *btf_file;
	/* an ELF file with symbols and DWARF of the kernel, found on this machine; NULL: none */
	char *vmlinux;
	/* where the request had none and there is a descriptor for the machine */
	struct arch *arch;
};

/** Whether @name is that of a target; else why not, as an owned string in @why_ret. */
bool target_name_is_good(const char *name, char **why_ret);

/**
 * Runs the probe there, and leaves the machine as it was. ERROR_INPUT: the request lacks something;
 * ERROR_CHILD: the machine cannot be reached, or the probe did not get to its end; ERROR_TIMEOUT.
 */
must_check struct error *target_probe(const struct target_request *request,
				      struct target_result *result);
void target_result_release(struct target_result *result);

/**
 * Adds what a script for sh prints on a running machine to @output. ERROR_INPUT for a target that is none;
 * else as target_probe().
 */
must_check struct error *target_shell(const char *name, const char *script, struct strbuf *output);

/** Prints the targets there are, one a line, for a help text. */
void targets_print(FILE *out);

#endif
