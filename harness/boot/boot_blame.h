/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot that went wrong: the line of the descriptor that is likely to be the cause. */
#ifndef BTFMATRIX_BOOT_BOOT_BLAME_H
#define BTFMATRIX_BOOT_BOOT_BLAME_H

#include "boot/verdict.h"
#include "config/arch.h"

/**
 * "FILE:LINE: [section] key: what to look at", perhaps several of them, most likely first; NULL where nothing
 * points at the descriptor. The caller frees it.
 */
char *boot_blame(const struct arch *arch, enum boot_verdict verdict,
		 const struct boot_evidence *evidence);

/** Adds to the error of a missing QEMU the line that names it and its package. Takes @err; NULL stays NULL. */
must_check struct error *boot_blame_binary(const struct arch *arch, struct error *err);

#endif
