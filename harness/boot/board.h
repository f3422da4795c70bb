/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Booting a board: the user's own commands put the kernel where it loads it and turn it on, perhaps a talk with
 * its boot loader starts it, and all it says comes over a serial line.
 */
#ifndef BTFMATRIX_BOOT_BOARD_H
#define BTFMATRIX_BOOT_BOARD_H

#include "config/strv.h"
#include "core/error.h"

struct session;

/* Strings are borrowed; all but device and power_cmd may be NULL. */
struct board {
	/* the serial line, e.g. "/dev/ttyUSB0", and its speed */
	const char *device;
	unsigned int baud;
	/*
	 * For sh: turns it off, if it is on, and on; may stay for as long as it is on. Turns it off, at the
	 * end. Puts kernel and initramfs where the board loads them, before it is turned on.
	 */
	const char *power_cmd, *off_cmd, *boot_cmd;
	/* for console=, in place of the architecture's; further kernel arguments, in place of those */
	const char *console, *append;
	/* the talk with its boot loader; no commands: there is none */
	const char *loader_stop, *loader_prompt;
	const char *const *loader_commands;
};

enum {
	BOARD_BAUD = 115200,
	/* firmware, loaders and network boot take their time, as does the report over a slow line */
	BOARD_DEADLINE_S = 300,
	BOARD_SILENCE_S = 60,
};

/**
 * Boots the session's image. Errors are what kept us from trying: no such device, a command of the user's
 * that fails; how the kernel went wrong is the verdict.
 */
must_check struct error *board_boot(const struct board *board, struct session *s);

#endif
