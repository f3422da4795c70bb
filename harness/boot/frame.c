// SPDX-License-Identifier: GPL-2.0-only
#include "boot/frame.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "boot/frame_records.h"
#include "core/strbuf.h"
#include "probe/protocol.h"

enum {
	CRC_DIGITS = 8,
	/* above what any kernel has: a bound, not a fact */
	PAYLOAD_TOTAL_MAX = 128 << 20,
};

struct frame_decoder {
	char *nonce;
	/* the line being gathered; too_long: it went past PROTOCOL_LINE_MAX and is skipped */
	struct strbuf line;
	bool too_long;
	struct frame_stats stats;
	bool begun, ended, closed;
	uint32_t next_seq;
	size_t counts[FRAME_TYPE_COUNT];
	size_t payload_total;
	/* the first thing that went wrong; NULL if nothing did */
	char *problem;
	struct guest_report *report;
};

/* A frame whose checksum is right. */
struct frame {
	uint32_t seq;
	/* of a length, not NUL-terminated */
	const char *type;
	size_t type_len;
	char *payload;
	size_t payload_len;
};

struct frame_decoder *frame_decoder_new(const char *nonce)
{
	struct frame_decoder *d = xcalloc(1, sizeof(*d));

	d->nonce = xstrdup(nonce);
	d->report = xcalloc(1, sizeof(*d->report));
	return d;
}

void frame_decoder_free(struct frame_decoder *d)
{
	if (!d)
		return;
	free(d->nonce);
	strbuf_release(&d->line);
	free(d->problem);
	guest_report_free(d->report);
	free(d);
}

printf_like(2, 3) static void note_problem(struct frame_decoder *d, const char *fmt, ...)
{
	va_list args;

	if (d->problem)
		return;
	va_start(args, fmt);
	d->problem = xvasprintf(fmt, args);
	va_end(args);
}

/* Takes a frame that belongs to the report as a whole; false if it makes no sense. */
typedef bool handler_fn(struct frame_decoder *d, const struct frame_fields *fields);

static bool has_nonce(struct frame_decoder *d, const struct frame_fields *fields)
{
	const char *nonce = frame_field(fields, "nonce");

	if (nonce && str_eq(nonce, d->nonce))
		return true;
	note_problem(d, "a frame carries another run's nonce (\"%.64s\")", nonce ? nonce : "");
	return false;
}

static bool on_begin(struct frame_decoder *d, const struct frame_fields *fields)
{
	uint64_t version;

	if (!frame_number(fields, "version", 10, UINT32_MAX, &version))
		return false;
	if (version != PROTOCOL_VERSION)
		note_problem(d, "the probe speaks version %" PRIu64 " of the protocol, not %d",
			     version, PROTOCOL_VERSION);
	if (d->begun)
		note_problem(d, "the probe began twice");
	d->begun = true;
	return has_nonce(d, fields);
}

static bool on_end(struct frame_decoder *d, const struct frame_fields *fields)
{
	if (!has_nonce(d, fields))
		return false;
	d->ended = true;
	for (int type = 0; type < FRAME_TYPE_COUNT; type++) {
		const char *name = frame_type_name(type);
		uint64_t count;

		if (type == FRAME_END)
			continue;
		if (!frame_number(fields, name, 10, UINT32_MAX, &count))
			return false;
		if (count != d->counts[type])
			note_problem(d, "%zu %s frames came, and the probe sent %" PRIu64,
				     d->counts[type], name, count);
	}
	return true;
}

static handler_fn *const handlers[FRAME_TYPE_COUNT] = {
	[FRAME_BEGIN] = on_begin,
	[FRAME_END] = on_end,
};

/* False if the record makes no sense. */
static bool take_payload(struct frame_decoder *d, enum frame_type type, char *payload)
{
	struct frame_fields fields;

	if (!frame_fields_split(payload, &fields))
		return false;
	return handlers[type] ? handlers[type](d, &fields)
			      : frame_take_record(d->report, type, &fields);
}

/* FRAME_TYPE_COUNT for a type this version does not know. */
static enum frame_type find_type(const char *name, size_t len)
{
	for (int type = 0; type < FRAME_TYPE_COUNT; type++)
		if (strlen(frame_type_name(type)) == len &&
		    memcmp(frame_type_name(type), name, len) == 0)
			return type;
	return FRAME_TYPE_COUNT;
}

/* Reads "SEQ TYPE CRC32 PAYLOAD" at @text (NUL-terminated); false unless the checksum is right. */
static bool parse_frame(char *text, struct frame *frame)
{
	char *type, *space, *end;
	uint32_t crc = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	unsigned long long seq = strtoull(text, &end, 10);
	if (errno || seq > UINT32_MAX || *end != ' ')
		return false;
	frame->seq = (uint32_t)seq;

	type = end + 1;
	space = strchr(type, ' ');
	if (!space || space == type)
		return false;
	frame->type = type;
	frame->type_len = (size_t)(space - type);
	for (int i = 1; i <= CRC_DIGITS; i++) {
		int digit = frame_hex_digit(space[i]);

		if (digit < 0)
			return false;
		crc = crc << 4 | (uint32_t)digit;
	}
	if (space[CRC_DIGITS + 1] != ' ')
		return false;
	frame->payload = space + CRC_DIGITS + 2;
	frame->payload_len = strlen(frame->payload);
	return frame_crc(text, (size_t)(space + 1 - text), frame->payload, frame->payload_len) ==
	       crc;
}

/* False if the frame is not the next one. */
static bool check_sequence(struct frame_decoder *d, const struct frame *frame)
{
	if (d->closed) {
		note_problem(d, "frame %" PRIu32 " came after the end token", frame->seq);
		return false;
	}
	if (frame->seq < d->next_seq) {
		d->stats.repeated++;
		note_problem(d, "frame %" PRIu32 " came again", frame->seq);
		return false;
	}
	if (frame->seq > d->next_seq) {
		d->stats.missing += frame->seq - d->next_seq;
		note_problem(d, "%" PRIu32 " frames are missing before frame %" PRIu32,
			     frame->seq - d->next_seq, frame->seq);
	}
	/* the largest number is refused as a next one: nobody sends so many */
	d->next_seq = frame->seq == UINT32_MAX ? frame->seq : frame->seq + 1;
	return true;
}

static void take_frame(struct frame_decoder *d, const struct frame *frame)
{
	enum frame_type type = find_type(frame->type, frame->type_len);

	if (!check_sequence(d, frame))
		return;
	d->stats.frames++;
	if (type == FRAME_TYPE_COUNT)
		return;
	if (!d->begun && type != FRAME_BEGIN)
		note_problem(d, "the report's start is missing");
	d->payload_total += frame->payload_len;
	if (d->payload_total > PAYLOAD_TOTAL_MAX) {
		note_problem(d, "the report is larger than %d bytes", PAYLOAD_TOTAL_MAX);
		return;
	}
	if (type != FRAME_END)
		d->counts[type]++;
	if (!take_payload(d, type, frame->payload))
		note_problem(d, "frame %" PRIu32 " (%s) is malformed", frame->seq,
			     frame_type_name(type));
	if (type == FRAME_END)
		d->closed = d->ended;
}

/*
 * A serial line that is set up may leave NULs: they must not hide what follows them.
 * Text of others may stand before a frame on its line. It could even hold the magic: each place is
 * tried, and if none has a right checksum, the line was a frame once.
 */
static void take_line(struct frame_decoder *d)
{
	struct strbuf *line = &d->line;
	struct frame frame;
	bool has_magic = false;

	for (size_t i = 0; i < line->len; i++)
		if (!line->data[i])
			line->data[i] = '?';
	while (line->len && line->data[line->len - 1] == '\r')
		line->data[--line->len] = '\0';
	for (char *at = line->data; at && (at = strstr(at, PROTOCOL_MAGIC));) {
		has_magic = true;
		at += strlen(PROTOCOL_MAGIC);
		if (parse_frame(at, &frame)) {
			take_frame(d, &frame);
			return;
		}
	}
	if (has_magic) {
		d->stats.bad_frames++;
		note_problem(d, "the frame after number %" PRIu32 " has a wrong checksum or form",
			     d->next_seq ? d->next_seq - 1 : 0);
	} else {
		d->stats.other_lines++;
	}
}

void frame_decoder_feed(struct frame_decoder *d, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		const char *newline = memchr(at, '\n', len);
		size_t part = newline ? (size_t)(newline - at) : len;

		if (d->line.len + part >= PROTOCOL_LINE_MAX)
			d->too_long = true;
		if (!d->too_long)
			strbuf_add(&d->line, at, part);
		if (newline) {
			/* a frame that is lost in so long a line shows as a gap */
			if (d->too_long)
				d->stats.other_lines++;
			else
				take_line(d);
			strbuf_reset(&d->line);
			d->too_long = false;
			part++;
		}
		at += part;
		len -= part;
	}
}

bool frame_decoder_started(const struct frame_decoder *d)
{
	return d->stats.frames || d->stats.bad_frames || d->stats.repeated;
}

bool frame_decoder_ended(const struct frame_decoder *d)
{
	return d->ended;
}

bool frame_decoder_damaged(const struct frame_decoder *d)
{
	return d->problem || (d->stats.other_lines && !frame_decoder_started(d));
}

const struct frame_stats *frame_decoder_stats(const struct frame_decoder *d)
{
	return &d->stats;
}

struct error *frame_decoder_finish(struct frame_decoder *d, struct guest_report **report_ret)
{
	*report_ret = NULL;
	if (!frame_decoder_started(d) && d->stats.other_lines)
		return error_new(ERROR_CHILD, "none of the %zu lines on the channel is the probe's",
				 d->stats.other_lines);
	if (!frame_decoder_started(d))
		return error_new(ERROR_CHILD, "the probe sent nothing");
	if (d->problem)
		return error_new(ERROR_CHILD, "the probe's report is damaged: %s", d->problem);
	if (!d->ended)
		return error_new(ERROR_CHILD, "the probe's report breaks off after frame %" PRIu32,
				 d->next_seq ? d->next_seq - 1 : 0);
	if (!d->report->release)
		return error_new(ERROR_CHILD, "the probe's report is damaged: no system frame");
	*report_ret = d->report;
	d->report = xcalloc(1, sizeof(*d->report));
	return NULL;
}
