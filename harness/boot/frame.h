/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decoding the probe's frames (docs/protocol.md) into a guest_report.
 *
 *	decoder = frame_decoder_new(nonce);
 *	frame_decoder_feed(decoder, data, len);		// as often as there is data
 *	err = frame_decoder_finish(decoder, &report);	// an error says how the report is damaged
 *
 * What is fed is untrusted: chunks may be cut anywhere, lines may be anything. Memory is bounded by
 * limits on the length of a line and on the number and size of records.
 */
#ifndef BTFMATRIX_BOOT_FRAME_H
#define BTFMATRIX_BOOT_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/guest_report.h"
#include "core/cleanup.h"
#include "core/error.h"

struct frame_decoder;

/* What was met so far. */
struct frame_stats {
	/* frames with a right checksum that continue the sequence */
	size_t frames;
	/* lines that hold no frame */
	size_t other_lines;
	/* lines with a frame's magic whose checksum or form is wrong */
	size_t bad_frames;
	/* frames missing from the sequence, and frames that came again */
	size_t missing, repeated;
};

/** @nonce is copied: what the begin and end frames must carry. */
struct frame_decoder *frame_decoder_new(const char *nonce);
void frame_decoder_free(struct frame_decoder *decoder);
DEFINE_CLEANUP_PTR(frame_decoder, struct frame_decoder, frame_decoder_free);

void frame_decoder_feed(struct frame_decoder *decoder, const void *data, size_t len);

/** Whether any frame, right or damaged, was seen. */
bool frame_decoder_started(const struct frame_decoder *decoder);
/** Whether the end token with our nonce was seen (which does not mean that nothing is damaged). */
bool frame_decoder_ended(const struct frame_decoder *decoder);

/** Whether something is wrong already, or all that came so far is something else than frames. */
bool frame_decoder_damaged(const struct frame_decoder *decoder);

const struct frame_stats *frame_decoder_stats(const struct frame_decoder *decoder);

/**
 * Hands over the report (NULL on error). ERROR_CHILD: no end token, a bad checksum, a gap, a
 * repeated frame, another nonce, counts that differ, a malformed record.
 */
must_check struct error *frame_decoder_finish(struct frame_decoder *decoder,
					      struct guest_report **report_ret);

#endif
