/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's report from the files that its boot left. */
#ifndef BTFMATRIX_BOOT_REPLAY_H
#define BTFMATRIX_BOOT_REPLAY_H

#include "boot/frame.h"
#include "boot/guest_report.h"
#include "core/error.h"

/** The one to believe: the console's only where the probe fell back to it, or has nothing else. */
struct frame_decoder *boot_choose_decoder(struct frame_decoder *from_channel,
					  struct frame_decoder *from_console);

/**
 * Decodes the report of a boot that went well from its channel's file and its console's log, as it was decoded then.
 * @nonce is that boot's. ERROR_INPUT where it is not whole.
 */
must_check struct error *boot_replay(const char *channel, const char *console_log,
				     const char *nonce, struct guest_report **ret);

#endif
