// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes out of a guest: the probe's frames and the console's lines.
 *
 * Input: a byte of how (below), then the text. A checksum would keep most mutations out: so that they get
 * further, the digits of a frame's checksum are put right first, unless the byte says otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/classify.h"
#include "boot/frame.h"
#include "core/strbuf.h"
#include "fuzz.h"
#include "probe/protocol.h"

enum {
	AS_IT_IS = 1 << 0,
	CRC_DIGITS = 8,
};

/* The nonce of the frames in the corpus. */
#define NONCE "fuzz"

/* Puts the checksum right of a line that is a frame otherwise; @line is NUL-terminated. */
static void mend_line(char *line)
{
	char *head = strstr(line, PROTOCOL_MAGIC);
	char *type = head ? strchr(head + strlen(PROTOCOL_MAGIC), ' ') : NULL;
	char *crc = type ? strchr(type + 1, ' ') : NULL;
	char digits[CRC_DIGITS + 1];

	if (!crc || strnlen(crc + 1, CRC_DIGITS + 1) != CRC_DIGITS + 1 ||
	    crc[CRC_DIGITS + 1] != ' ')
		return;
	head += strlen(PROTOCOL_MAGIC);
	crc++;
	snprintf(digits, sizeof(digits), "%08x",
		 frame_crc(head, (size_t)(crc - head), crc + CRC_DIGITS + 1,
			   strlen(crc + CRC_DIGITS + 1)));
	memcpy(crc, digits, CRC_DIGITS);
}

static void mend(struct strbuf *text)
{
	for (char *line = text->data, *end; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		*end = '\0';
		mend_line(line);
		*end = '\n';
	}
}

static struct frame_decoder *decode(const char *text, size_t len, size_t chunk)
{
	struct frame_decoder *d = frame_decoder_new(NONCE);

	for (size_t at = 0; at < len; at += chunk)
		frame_decoder_feed(d, text + at, chunk < len - at ? chunk : len - at);
	return d;
}

static bool same(const struct frame_decoder *a, const struct frame_decoder *b)
{
	const struct frame_stats *x = frame_decoder_stats(a), *y = frame_decoder_stats(b);

	return x->frames == y->frames && x->bad_frames == y->bad_frames &&
	       x->missing == y->missing && x->repeated == y->repeated &&
	       x->other_lines == y->other_lines &&
	       frame_decoder_ended(a) == frame_decoder_ended(b) &&
	       frame_decoder_damaged(a) == frame_decoder_damaged(b);
}

static void take_frames(const char *text, size_t len)
{
	_cleanup_(guest_report_cleanup) struct guest_report *report = NULL;
	struct frame_decoder *whole = decode(text, len, len ? len : 1);
	struct frame_decoder *parts = decode(text, len, 7);
	struct error *err;

	fuzz_demand(same(whole, parts), "it does not matter in which chunks frames come");
	err = frame_decoder_finish(whole, &report);
	fuzz_demand(!err == (report != NULL), "a report or an error");
	if (report)
		fuzz_demand(report->release && frame_decoder_ended(whole) &&
				    !frame_decoder_damaged(whole),
			    "a report is whole");
	fuzz_ignore(err);
	frame_decoder_free(whole);
	frame_decoder_free(parts);
}

static void take_console(const char *text, size_t len)
{
	struct console_state whole = { 0 }, parts = { 0 };

	console_feed(&whole, text, len);
	console_finish(&whole);
	for (size_t at = 0; at < len; at++)
		console_feed(&parts, text + at, 1);
	console_finish(&parts);
	fuzz_demand(str_eq(whole.panic, parts.panic) && str_eq(whole.splat, parts.splat) &&
			    str_eq(whole.last, parts.last) && whole.banners == parts.banners,
		    "it does not matter in which chunks the console's text comes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct fuzz_input in = { data, size };
	uint8_t how = fuzz_byte(&in);

	strbuf_add(&text, in.data, in.len);
	if (!(how & AS_IT_IS))
		mend(&text);
	take_frames(strbuf_str(&text), text.len);
	take_console(strbuf_str(&text), text.len);
	return 0;
}
