/* SPDX-License-Identifier: GPL-2.0-only */
/* Booting a cell's kernel under QEMU, or on a board, with the probe as /init, and judging how that ended. */
#ifndef BTFMATRIX_BOOT_BOOT_H
#define BTFMATRIX_BOOT_BOOT_H

#include <stddef.h>

#include "boot/guest_report.h"
#include "boot/nonce.h"
#include "config/arch.h"
#include "core/error.h"

struct board;

enum boot_verdict {
	/* the probe's report is complete */
	BOOT_OK,
	BOOT_PANIC,
	/* an oops, BUG or WARN in the kernel log */
	BOOT_SPLAT,
	/* nothing on any channel for silence_s */
	BOOT_SILENT,
	/* deadline_s passed */
	BOOT_TIMEOUT,
	/* a second kernel banner */
	BOOT_REBOOT_LOOP,
	/* QEMU ended by itself before the guest was done */
	BOOT_QEMU_DIED,
	/* the guest ended without the probe's end token */
	BOOT_NO_TOKEN,
	/* the report is damaged: a bad checksum, a gap, wrong counts */
	BOOT_BAD_REPORT,
	/* the report is complete, and the console has nothing of the kernel's: trouble would go unseen */
	BOOT_NO_CONSOLE,
	/* the same, and the report came on the console in place of the descriptor's channel */
	BOOT_NO_CHANNEL,
};

struct boot_request {
	const struct arch *arch;
	/* what QEMU's -kernel gets */
	const char *image;
	/* the static probe for this architecture: see probe_build() */
	const char *probe;
	/* vmlinux_btf_extra.ko or what else it is called, or NULL */
	const char *extra_module;
	/* names whose kallsyms lines the probe shall send (beyond the per-CPU ones); sorted, unique */
	const char *const *wanted;
	size_t nr_wanted;
	/* the list of values to read, as values_write_list() makes it; NULL: none */
	const char *values;
	/* where the module's BTF is in sysfs, if not /sys/kernel/btf/MODULE; NULL: there */
	const char *sysfs_file;
	/* without nokaslr */
	bool moves;
	/* folder for initramfs, channel file, console log; exists */
	const char *work_dir;
	/* $PATH name or path that overrides arch->qemu_binary; NULL: none */
	const char *qemu;
	/* seconds that override the arch's; 0: the arch's */
	double deadline_s, silence_s;
	/* boots it in QEMU's place; NULL: QEMU does */
	const struct board *board;
};

struct boot_result {
	enum boot_verdict verdict;
	/* one line of why, where the verdict is not ok; "killed after token" where QEMU had to be; owned */
	char *detail;
	/* the console's log; owned */
	char *console_log;
	/* QEMU's command line, or a board's power command, for reproducing; owned */
	char *command;
	/* wall clock and CPU seconds of QEMU */
	double wall_s, cpu_s;
	/* what its frames are signed with; "" where it came to none */
	char nonce[NONCE_SIZE];
	/* what the probe sent; NULL unless BOOT_OK or BOOT_SPLAT with a complete report */
	struct guest_report *report;
};

/** "ok", "panic", "splat", "silent", "timeout", "reboot-loop", "qemu-died", "no-token", "bad-report",
 * "no-console", "no-channel". */
const char *boot_verdict_name(enum boot_verdict verdict);

/**
 * Boots. Errors are what kept us from trying (no QEMU, no space, interrupted); how a guest went wrong
 * is the result's verdict.
 */
must_check struct error *boot_kernel(const struct boot_request *request,
				     struct boot_result *result);
void boot_result_release(struct boot_result *result);

/**
 * Compiles the probe, static, for a machine called @machine into the cache (once for the same sources,
 * compiler and flags); @cc is the C compiler with the cross prefix, e.g. "s390x-linux-gnu-gcc". @arch says
 * what more it takes; NULL for this machine's own compiler. The caller frees the path.
 */
must_check struct error *probe_build(const char *machine, const char *cc, const struct arch *arch,
				     char **path_ret);

#endif
