/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel that boots, as it is seen from outside: what comes on its console and its channel, when enough was
 * seen, and the verdict. The same for QEMU and for boards.
 */
#ifndef BTFMATRIX_BOOT_SESSION_H
#define BTFMATRIX_BOOT_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/boot.h"
#include "boot/classify.h"
#include "boot/frame.h"
#include "boot/nonce.h"
#include "boot/verdict.h"
#include "core/cleanup.h"

struct session {
	const struct boot_request *request;
	struct boot_result *result;
	char nonce[NONCE_SIZE];
	char *initramfs;
	double silence_s, deadline_s;

	size_t console_bytes, channel_bytes;
	struct console_state console;
	/* a probe without a channel falls back to the console: both are listened to */
	struct frame_decoder *from_channel, *from_console;
	/* seconds on the monotonic clock; 0: not yet */
	double last_sign, ending;
	enum boot_stop stop;
};

/* How the machine went. */
struct session_end {
	/* we ended it */
	bool stopped;
	/* of the program that it is; 0 where it is none */
	int exit_code, term_signal;
};

/** A session for a request; sets the result's console log. Never NULL. */
struct session *session_new(const struct boot_request *request, struct boot_result *result);
void session_free(struct session *s);
DEFINE_CLEANUP_PTR(session, struct session, session_free);

/** Checks the image, writes the initramfs, and removes an old console log. */
must_check struct error *session_prepare(struct session *s);

/** Takes what came; false where that is more than any sane kernel writes: it is to be stopped. */
bool session_console(struct session *s, const char *data, size_t len);
bool session_channel(struct session *s, const char *data, size_t len);

/** Whether to go on, @elapsed_s after the start: it has not ended, and no limit has passed. */
bool session_goes_on(struct session *s, double elapsed_s);

/** Sets the result's verdict, detail and report. */
void session_judge(struct session *s, const struct session_end *end);

#endif
