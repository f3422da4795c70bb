// SPDX-License-Identifier: GPL-2.0-only
#include "boot/frame.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/strbuf.h"
#include "probe/protocol.h"

enum {
	FIELDS_MAX = 24,
	CRC_DIGITS = 8,
	/* above what any kernel has: a bound, not a fact */
	BTFS_MAX = 4096,
	SYMBOLS_MAX = 1 << 20,
	TRIALS_MAX = 16384,
	CPUS_MAX = 16384,
	COMPLAINTS_MAX = 1024,
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

/* A key and an unescaped value, both within the decoder's line. */
struct field {
	const char *key, *value;
};

struct fields {
	struct field list[FIELDS_MAX];
	size_t nr;
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

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Undoes percent escapes in place; false on a broken escape or an escaped NUL. */
static bool unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (*s != '%') {
			*to++ = *s++;
			continue;
		}
		int high = hex_digit(s[1]);
		int low = high < 0 ? -1 : hex_digit(s[2]);

		if (low < 0 || high + low == 0)
			return false;
		*to++ = (char)(high << 4 | low);
		s += 3;
	}
	*to = '\0';
	return true;
}

/* Cuts "KEY=VALUE KEY=VALUE" up, in place. */
static bool split_fields(char *payload, struct fields *fields)
{
	char *state = NULL;

	fields->nr = 0;
	for (char *word = strtok_r(payload, " ", &state); word;
	     word = strtok_r(NULL, " ", &state)) {
		char *value = strchr(word, '=');

		if (!value || value == word || fields->nr == FIELDS_MAX)
			return false;
		*value++ = '\0';
		if (!unescape(value))
			return false;
		fields->list[fields->nr++] = (struct field){ word, value };
	}
	return true;
}

/* The value of @key, or NULL. */
static const char *find_field(const struct fields *fields, const char *key)
{
	for (size_t i = 0; i < fields->nr; i++)
		if (str_eq(fields->list[i].key, key))
			return fields->list[i].value;
	return NULL;
}

/* A number in @base that takes all of the value and is at most @max. */
static bool get_number(const struct fields *fields, const char *key, int base, uint64_t max,
		       uint64_t *ret)
{
	const char *text = find_field(fields, key);
	char *end;

	/* strtoumax() takes signs, spaces and "0x" too */
	if (!text || !*text || text[strspn(text, "0123456789abcdef")])
		return false;
	errno = 0;
	*ret = strtoumax(text, &end, base);
	return !*end && !errno && *ret <= max;
}

static bool is_sha256_hex(const char *text)
{
	return strlen(text) == SHA256_HEX_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == SHA256_HEX_SIZE - 1;
}

/* A handler takes a frame of its type into the report; false if the record makes no sense. */
typedef bool handler_fn(struct frame_decoder *d, const struct fields *fields);

static bool has_nonce(struct frame_decoder *d, const struct fields *fields)
{
	const char *nonce = find_field(fields, "nonce");

	if (nonce && str_eq(nonce, d->nonce))
		return true;
	note_problem(d, "a frame carries another run's nonce (\"%.64s\")", nonce ? nonce : "");
	return false;
}

static bool on_begin(struct frame_decoder *d, const struct fields *fields)
{
	uint64_t version;

	if (!get_number(fields, "version", 10, UINT32_MAX, &version))
		return false;
	if (version != PROTOCOL_VERSION)
		note_problem(d, "the probe speaks version %" PRIu64 " of the protocol, not %d",
			     version, PROTOCOL_VERSION);
	if (d->begun)
		note_problem(d, "the probe began twice");
	d->begun = true;
	return has_nonce(d, fields);
}

static bool on_system(struct frame_decoder *d, const struct fields *fields)
{
	const char *release = find_field(fields, "release");
	const char *version = find_field(fields, "version");
	const char *machine = find_field(fields, "machine");
	const char *endian = find_field(fields, "endian");
	struct guest_report *r = d->report;
	uint64_t bits, cpus;

	if (!release || !version || !machine || !endian || r->release ||
	    !get_number(fields, "bits", 10, 64, &bits) || (bits != 32 && bits != 64) ||
	    !get_number(fields, "cpus", 10, CPUS_MAX, &cpus))
		return false;
	r->big_endian = str_eq(endian, "big");
	if (!r->big_endian && !str_eq(endian, "little"))
		return false;
	r->release = xstrdup(release);
	r->version = xstrdup(version);
	r->machine = xstrdup(machine);
	r->bits = (unsigned int)bits;
	r->nr_cpus = (unsigned int)cpus;
	return true;
}

static bool on_btf(struct frame_decoder *d, const struct fields *fields)
{
	const char *name = find_field(fields, "name"), *sha256 = find_field(fields, "sha256");
	struct guest_btf btf = { 0 };
	uint64_t mode;

	if (!name || !*name || !sha256 || !is_sha256_hex(sha256) ||
	    d->report->btfs.len == BTFS_MAX || !get_number(fields, "mode", 8, 07777, &mode) ||
	    !get_number(fields, "size", 10, UINT64_MAX, &btf.size))
		return false;
	vec_for_each(other, &d->report->btfs)
		if (str_eq(other->name, name))
			return false;
	btf.name = xstrdup(name);
	btf.mode = (unsigned int)mode;
	memcpy(btf.sha256, sha256, SHA256_HEX_SIZE);
	vec_push(&d->report->btfs, btf);
	return true;
}

static bool on_symbol(struct frame_decoder *d, const struct fields *fields)
{
	const char *type = find_field(fields, "t"), *name = find_field(fields, "n");
	const char *module = find_field(fields, "m");
	struct guest_symbol sym = { 0 };

	if (!type || strlen(type) != 1 || !name || !*name ||
	    d->report->symbols.len == SYMBOLS_MAX ||
	    !get_number(fields, "a", 16, UINT64_MAX, &sym.address))
		return false;
	sym.type = *type;
	sym.name = xstrdup(name);
	sym.module = xstrdup(module ? module : "");
	vec_push(&d->report->symbols, sym);
	return true;
}

static bool on_offset(struct frame_decoder *d, const struct fields *fields)
{
	struct guest_report *r = d->report;
	uint64_t cpu, value;

	if (!get_number(fields, "cpu", 10, CPUS_MAX - 1, &cpu) ||
	    !get_number(fields, "value", 16, UINT64_MAX, &value) || r->percpu_offset_why)
		return false;
	/* The array is indexed by CPU; numbers come in order, and may leave some out. */
	if (cpu < r->percpu_offsets.len)
		return false;
	while (r->percpu_offsets.len < cpu)
		vec_push(&r->percpu_offsets, 0);
	vec_push(&r->percpu_offsets, value);
	return true;
}

static bool on_no_offsets(struct frame_decoder *d, const struct fields *fields)
{
	const char *why = find_field(fields, "why");

	if (!why || d->report->percpu_offset_why || d->report->percpu_offsets.len)
		return false;
	d->report->percpu_offset_why = xstrdup(why);
	return true;
}

static bool on_trial(struct frame_decoder *d, const struct fields *fields)
{
	const char *name = find_field(fields, "name"), *outcome = find_field(fields, "outcome");
	const char *detail = find_field(fields, "detail");
	struct guest_trial trial = { 0 };
	uint64_t errnum = 0;

	if (!name || !*name || !outcome || d->report->trials.len == TRIALS_MAX ||
	    (find_field(fields, "errno") && !get_number(fields, "errno", 10, 4095, &errnum)))
		return false;
	trial.ok = str_eq(outcome, "ok");
	trial.skipped = str_eq(outcome, "skipped");
	if (!trial.ok && !trial.skipped && !str_eq(outcome, "failed"))
		return false;
	trial.errnum = (int)errnum;
	trial.name = xstrdup(name);
	trial.detail = xstrdup(detail ? detail : "");
	vec_push(&d->report->trials, trial);
	return true;
}

static bool on_complaint(struct frame_decoder *d, const struct fields *fields)
{
	const char *line = find_field(fields, "line");

	if (!line || d->report->kernel_complaints.len == COMPLAINTS_MAX)
		return false;
	vec_push(&d->report->kernel_complaints, xstrdup(line));
	return true;
}

static bool on_end(struct frame_decoder *d, const struct fields *fields)
{
	if (!has_nonce(d, fields))
		return false;
	d->ended = true;
	for (int type = 0; type < FRAME_TYPE_COUNT; type++) {
		const char *name = frame_type_name(type);
		uint64_t count;

		if (type == FRAME_END)
			continue;
		if (!get_number(fields, name, 10, UINT32_MAX, &count))
			return false;
		if (count != d->counts[type])
			note_problem(d, "%zu %s frames came, and the probe sent %" PRIu64,
				     d->counts[type], name, count);
	}
	return true;
}

static handler_fn *const handlers[FRAME_TYPE_COUNT] = {
	[FRAME_BEGIN] = on_begin,   [FRAME_SYSTEM] = on_system,
	[FRAME_BTF] = on_btf,       [FRAME_SYMBOL] = on_symbol,
	[FRAME_OFFSET] = on_offset, [FRAME_NO_OFFSETS] = on_no_offsets,
	[FRAME_TRIAL] = on_trial,   [FRAME_COMPLAINT] = on_complaint,
	[FRAME_END] = on_end,
};

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
		int digit = hex_digit(space[i]);

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
	struct fields fields;

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
	if (!split_fields(frame->payload, &fields) || !handlers[type](d, &fields))
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
