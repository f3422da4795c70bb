/* SPDX-License-Identifier: GPL-2.0-only */
/* A serial line to a board's console. */
#ifndef BTFMATRIX_BOOT_TTY_H
#define BTFMATRIX_BOOT_TTY_H

#include <stdbool.h>

#include "core/error.h"

/** Whether a serial line can have this speed, in bits a second. */
bool tty_speed_is_good(unsigned int baud);

/**
 * Opens @device for reading and writing, raw, at @baud, with what had come thrown away, and keeps it for us
 * among those who use flock(2) on it: another btfmatrix is waited for. The caller closes the descriptor.
 * ERROR_INPUT for what is no terminal; ERROR_SYSTEM with the mend; ERROR_INTERRUPTED.
 */
must_check struct error *tty_open(const char *device, unsigned int baud, int *fd_ret);

/** Writes all of @text, waiting for the line up to ten seconds. */
must_check struct error *tty_write(int fd, const char *device, const char *text);

#endif
