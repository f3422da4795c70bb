/* SPDX-License-Identifier: GPL-2.0-only */
/* From what was seen of a guest to a verdict. Pure, so that every case can be tested. */
#ifndef BTFMATRIX_BOOT_VERDICT_H
#define BTFMATRIX_BOOT_VERDICT_H

#include <stdbool.h>

#include "boot/boot.h"
#include "boot/classify.h"

/* Why we ended QEMU. */
enum boot_stop {
	/* we did not, or only after the guest had said all */
	STOP_NONE,
	STOP_SILENT,
	STOP_TIMEOUT,
	/* it wrote more than any sane guest */
	STOP_FLOOD,
};

struct boot_evidence {
	const struct console_state *console;
	enum boot_stop stop;
	/* we ended QEMU, for whatever reason: its status tells nothing */
	bool stopped_by_us;
	/* how QEMU ended */
	int exit_code, term_signal;
	/* the limits in force, for the message */
	double silence_s, deadline_s;
	/* the probe did not find the descriptor's channel, and reported on the console */
	bool fell_back;
	/* the decoder's view */
	bool report_complete, report_damaged;
	/* what frame_decoder_finish() had to say; NULL where the report is complete */
	const char *report_problem;
};

/** The verdict; @detail_ret is a line of why, NULL for BOOT_OK. The caller frees it. */
enum boot_verdict boot_judge(const struct boot_evidence *evidence, char **detail_ret);

#endif
