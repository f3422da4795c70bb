/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's command line for a guest of an architecture. */
#ifndef BTFMATRIX_BOOT_QEMU_COMMAND_H
#define BTFMATRIX_BOOT_QEMU_COMMAND_H

#include "config/arch.h"
#include "config/strv.h"

struct qemu_guest {
	const struct arch *arch;
	/* overrides arch->qemu_binary; NULL: none */
	const char *qemu;
	const char *kernel, *initramfs;
	/* file that gets what the probe writes; not used with CHANNEL_CONSOLE */
	const char *channel_file;
	/* without nokaslr */
	bool moves;
};

/**
 * Makes the argument vector. The guest's console is QEMU's standard output; QEMU has no display, no
 * network, no monitor, and ends when the guest powers off or resets. The caller frees it with
 * strv_free().
 */
strv qemu_command(const struct qemu_guest *guest);

#endif
