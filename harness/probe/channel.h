/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding and opening the way to the host that the kernel's command line names. */
#ifndef BTFMATRIX_PROBE_CHANNEL_H
#define BTFMATRIX_PROBE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

/** The value of a kernel argument ("btfm.end=" with its '=') in /proc/cmdline; "" if there is none. */
void read_argument(const char *argument, char *value, size_t size);

/**
 * Opens the channel of "btfm.channel=" in /proc/cmdline: "virtio:PORT" (waits a few seconds for the
 * port), a tty's path (made raw), or "console". Falls back to the console, with the reason in @why
 * ("" otherwise): what is known must get out somehow.
 */
int channel_open(bool *shared_console_ret, char *why, size_t why_size);

#endif
