// SPDX-License-Identifier: GPL-2.0-only
/* The frame decoder, fed with what the probe's own encoder makes and with what a line may do to it. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "boot/frame.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "probe/protocol.h"
#include "scratch.h"

#define NONCE  "0123456789abcdef"
#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum {
	FIELDS = 6
};

struct spec {
	enum frame_type type;
	const char *fields[FIELDS][2];
};

/* A report with one record of each kind. */
static const struct spec whole[] = {
	{ FRAME_BEGIN, { { "version", "1" }, { "nonce", NONCE } } },
	{ FRAME_SYSTEM,
	  { { "release", "6.12.0" },
	    { "version", "#1 SMP 1970" },
	    { "machine", "s390x" },
	    { "bits", "64" },
	    { "endian", "big" },
	    { "cpus", "2" } } },
	{ FRAME_BTF,
	  { { "name", "vmlinux" }, { "mode", "444" }, { "size", "1234" }, { "sha256", DIGEST } } },
	{ FRAME_SYMBOL, { { "a", "ffff800080000000" }, { "t", "D" }, { "n", "runqueues" } } },
	{ FRAME_SYMBOL, { { "a", "0" }, { "t", "b" }, { "n", "x" }, { "m", "mod" } } },
	{ FRAME_OFFSET, { { "cpu", "0" }, { "value", "1000" } } },
	{ FRAME_OFFSET, { { "cpu", "1" }, { "value", "ffffffffffffffff" } } },
	{ FRAME_TRIAL,
	  { { "name", "btf-load:vmlinux" },
	    { "outcome", "failed" },
	    { "errno", "22" },
	    { "detail", "Invalid offset\n100% bad = wrong" } } },
	{ FRAME_TRIAL, { { "name", "prog-load" }, { "outcome", "ok" } } },
	{ FRAME_TRIAL, { { "name", "ksym:x" }, { "outcome", "skipped" }, { "detail", "why" } } },
	{ FRAME_COMPLAINT, { { "line", "BPF: \t\x01Invalid" } } },
	{ FRAME_KSYMS,
	  { { "image", "vmlinux" }, { "tried", "3" }, { "accepted", "2" }, { "percpu", "1" } } },
	{ FRAME_REFUSED,
	  { { "image", "vmlinux" },
	    { "name", "zero" },
	    { "id", "77" },
	    { "percpu", "yes" },
	    { "errno", "2" },
	    { "words", "failed to find" } } },
	{ FRAME_PLACE, { { "name", "x" }, { "cpu", "0" }, { "a", "ffff888000000000" } } },
	{ FRAME_DISTANCE, { { "cpu", "1" }, { "value", "1000" }, { "same", "1" } } },
	{ FRAME_FACT, { { "file", "/proc/version" }, { "time", "1" }, { "bytes", "4c00ff" } } },
	{ FRAME_VALUE,
	  { { "path", "runqueues.cpu" },
	    { "road", "kcore" },
	    { "image", "vmlinux" },
	    { "cpu", "1" },
	    { "time", "0" },
	    { "bytes", "00000001" } } },
	{ FRAME_VALUE,
	  { { "path", "a[3].b" },
	    { "road", "bpf" },
	    { "image", "vmlinux" },
	    { "time", "1" },
	    { "bytes", "" } } },
	{ FRAME_NO_VALUE,
	  { { "path", "gone" },
	    { "road", "" },
	    { "image", "" },
	    { "reason", "absent" },
	    { "why", "no VAR gone" } } },
};

/* A report being written. */
struct writer {
	struct strbuf text;
	uint32_t seq;
	size_t counts[FRAME_TYPE_COUNT];
	struct frame_writer frame;
};

static void add_frame(struct writer *w, const struct spec *spec)
{
	frame_start(&w->frame, w->seq++, spec->type);
	for (size_t i = 0; i < FIELDS && spec->fields[i][0]; i++)
		frame_add(&w->frame, spec->fields[i][0], spec->fields[i][1]);
	frame_finish(&w->frame);
	w->counts[spec->type]++;
	strbuf_add(&w->text, w->frame.line, w->frame.len);
}

static void add_end(struct writer *w, const char *nonce)
{
	frame_start(&w->frame, w->seq++, FRAME_END);
	frame_add(&w->frame, "nonce", nonce);
	for (int type = 0; type < FRAME_TYPE_COUNT; type++)
		if (type != FRAME_END)
			frame_add_dec(&w->frame, frame_type_name(type), w->counts[type]);
	frame_finish(&w->frame);
	strbuf_add(&w->text, w->frame.line, w->frame.len);
}

static struct writer *write_specs(const struct spec *specs, size_t nr)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	for (size_t i = 0; i < nr; i++)
		add_frame(w, &specs[i]);
	return w;
}

static void writer_free(struct writer *w)
{
	strbuf_release(&w->text);
	free(w);
}

DEFINE_CLEANUP_PTR(writer, struct writer, writer_free);

/* The whole report as text; the caller frees it. */
static char *whole_text(void)
{
	_cleanup_(writer_cleanup) struct writer *w = write_specs(whole, ARRAY_SIZE(whole));

	add_end(w, NONCE);
	return strbuf_detach(&w->text);
}

/* Decodes @text in pieces of @step bytes. */
static struct error *decode_in(const char *text, size_t len, size_t step,
			       struct guest_report **report, struct frame_stats *stats)
{
	_cleanup_(frame_decoder_cleanup) struct frame_decoder *d = frame_decoder_new(NONCE);

	for (size_t at = 0; at < len; at += step)
		frame_decoder_feed(d, text + at, step < len - at ? step : len - at);
	if (stats)
		*stats = *frame_decoder_stats(d);
	return frame_decoder_finish(d, report);
}

static struct error *decode(const char *text, struct guest_report **report)
{
	return decode_in(text, strlen(text), SIZE_MAX, report, NULL);
}

/* Decodes what must be refused with @what in the message. */
static void expect_damage(const char *text, const char *what)
{
	struct guest_report *report;

	expect_error(decode(text, &report), what, NULL);
	assert_null(report);
}

static void check_whole(const struct guest_report *r)
{
	assert_string_equal(r->release, "6.12.0");
	assert_string_equal(r->version, "#1 SMP 1970");
	assert_int_equal(r->bits, 64);
	assert_true(r->big_endian);
	assert_int_equal(r->nr_cpus, 2);
	assert_int_equal(r->btfs.len, 1);
	assert_int_equal(r->btfs.data[0].mode, 0444);
	assert_int_equal(r->btfs.data[0].size, 1234);
	assert_string_equal(r->btfs.data[0].sha256, DIGEST);
	assert_int_equal(r->symbols.len, 2);
	assert_true(r->symbols.data[0].address == 0xffff800080000000);
	assert_int_equal(r->symbols.data[0].type, 'D');
	assert_string_equal(r->symbols.data[0].module, "");
	assert_string_equal(r->symbols.data[1].module, "mod");
	assert_int_equal(r->percpu_offsets.len, 2);
	assert_true(r->percpu_offsets.data[1] == UINT64_MAX);
	assert_null(r->percpu_offset_why);
	assert_int_equal(r->kernel_complaints.len, 1);
	assert_string_equal(r->kernel_complaints.data[0], "BPF: \t\x01Invalid");

	assert_int_equal(r->ksyms.len, 1);
	assert_int_equal(guest_report_ksyms(r, "vmlinux")->accepted, 2);
	assert_null(guest_report_ksyms(r, "other"));
	assert_int_equal(r->refusals.len, 1);
	assert_string_equal(r->refusals.data[0].words, "failed to find");
	assert_true(r->refusals.data[0].percpu && r->refusals.data[0].id == 77);
	assert_true(r->places.data[0].address == 0xffff888000000000);
	assert_int_equal(r->distances.data[0].same, 1);
	assert_int_equal(r->facts.data[0].len, 3);
	assert_memory_equal(r->facts.data[0].bytes, "L\0\377", 3);
	assert_int_equal(r->values.len, 2);
	assert_int_equal(r->values.data[0].road, ROAD_KCORE);
	assert_int_equal(r->values.data[0].cpu, 1);
	assert_memory_equal(r->values.data[0].bytes, "\0\0\0\1", 4);
	assert_int_equal(r->values.data[1].cpu, -1);
	assert_int_equal(r->values.data[1].time, 1);
	assert_int_equal(r->values.data[1].len, 0);
	assert_true(r->no_values.data[0].every_road);
	assert_int_equal(r->no_values.data[0].reason, NO_VALUE_ABSENT);

	const struct guest_trial *failed = guest_report_trial(r, "btf-load:vmlinux");
	assert_non_null(failed);
	assert_false(failed->ok || failed->skipped);
	assert_int_equal(failed->errnum, 22);
	assert_string_equal(failed->detail, "Invalid offset\n100% bad = wrong");
	assert_true(guest_report_trial(r, "prog-load")->ok);
	assert_true(guest_report_trial(r, "ksym:x")->skipped);
	assert_null(guest_report_trial(r, "nope"));
}

static void test_crc(void **state)
{
	(void)state;
	/* the check value of CRC-32/ISO-HDLC */
	assert_int_equal(protocol_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(protocol_crc32(protocol_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}

static void test_round_trip(void **state)
{
	_cleanup_free_ char *text = whole_text();

	(void)state;
	for (size_t step = 1; step < 200; step += 7) {
		_cleanup_(guest_report_cleanup) struct guest_report *report = NULL;

		expect_ok(decode_in(text, strlen(text), step, &report, NULL));
		check_whole(report);
	}
}

/* Kernel messages before, between and on the lines of frames, carriage returns, NULs. */
static void test_shared_console(void **state)
{
	_cleanup_free_ char *text = whole_text();
	_cleanup_strbuf_ struct strbuf mixed = STRBUF_INIT;
	_cleanup_(guest_report_cleanup) struct guest_report *report = NULL;
	struct frame_stats stats;
	char *state_r = NULL;

	(void)state;
	for (char *line = strtok_r(text, "\n", &state_r); line;
	     line = strtok_r(NULL, "\n", &state_r)) {
		strbuf_adds(&mixed, "[    0.5] some driver\r\n\r\n");
		strbuf_add(&mixed, "\0\0", 2);
		strbuf_addf(&mixed, "[    0.6] no newlin%s\r\n", line);
	}
	strbuf_adds(&mixed, "[    0.7] reboot: Power down");
	expect_ok(decode_in(mixed.data, mixed.len, 13, &report, &stats));
	check_whole(report);
	assert_int_equal(stats.frames, ARRAY_SIZE(whole) + 1);
	assert_int_equal(stats.other_lines, 2 * (ARRAY_SIZE(whole) + 1));
	assert_int_equal(stats.bad_frames + stats.missing + stats.repeated, 0);
}

/* No byte of a frame can change unseen. */
static void test_every_byte_counts(void **state)
{
	_cleanup_free_ char *text = whole_text();
	size_t len = strlen(text);

	(void)state;
	for (size_t at = 0; at < len; at++) {
		_cleanup_free_ char *bad = xstrdup(text);
		struct guest_report *report;
		struct error *err;

		bad[at] ^= 1;
		err = decode(bad, &report);
		if (!err)
			fail_msg("a change of byte %zu went unseen", at);
		error_free(err);
	}
}

static void test_cut_short(void **state)
{
	_cleanup_free_ char *text = whole_text();

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		struct guest_report *report;
		struct error *err = decode_in(text, len, SIZE_MAX, &report, NULL);

		if (!err)
			fail_msg("a report of %zu bytes was taken for whole", len);
		error_free(err);
	}
}

/* Drops, or repeats, the line with number @index. */
static char *edit_lines(const char *text, size_t index, size_t times)
{
	struct strbuf sb = STRBUF_INIT;
	size_t line = 0;

	while (*text) {
		size_t len = strcspn(text, "\n") + 1;
		size_t n = line++ == index ? times : 1;

		while (n--)
			strbuf_add(&sb, text, len);
		text += len;
	}
	return strbuf_detach(&sb);
}

static void test_gaps_and_repeats(void **state)
{
	_cleanup_free_ char *text = whole_text();
	_cleanup_free_ char *gap = edit_lines(text, 4, 0), *twice = edit_lines(text, 4, 2);
	_cleanup_free_ char *headless = edit_lines(text, 0, 0);
	_cleanup_free_ char *both = xasprintf("%s%s", text, text);

	(void)state;
	expect_damage(gap, "1 frames are missing before frame 5");
	expect_damage(twice, "frame 4 came again");
	expect_damage(headless, "missing before frame 1");
	expect_damage(both, "came after the end token");
}

static void test_wrong_nonce(void **state)
{
	_cleanup_(writer_cleanup) struct writer *w = write_specs(whole, ARRAY_SIZE(whole));
	const struct spec other = { FRAME_BEGIN, { { "version", "1" }, { "nonce", "old" } } };
	_cleanup_(writer_cleanup) struct writer *stale = write_specs(&other, 1);

	(void)state;
	add_end(w, "someone else's");
	expect_damage(strbuf_str(&w->text), "another run's nonce (\"someone else's\")");
	expect_damage(strbuf_str(&stale->text), "another run's nonce");
}

static void test_wrong_counts(void **state)
{
	_cleanup_(writer_cleanup) struct writer *w = write_specs(whole, ARRAY_SIZE(whole));

	(void)state;
	w->counts[FRAME_SYMBOL] = 3;
	add_end(w, NONCE);
	expect_damage(strbuf_str(&w->text), "2 symbol frames came, and the probe sent 3");
}

static void test_wrong_version(void **state)
{
	const struct spec begin = { FRAME_BEGIN, { { "version", "2" }, { "nonce", NONCE } } };
	_cleanup_(writer_cleanup) struct writer *w = write_specs(&begin, 1);

	(void)state;
	expect_damage(strbuf_str(&w->text), "version 2 of the protocol");
}

/* A right checksum does not make a record right. */
static void test_malformed_records(void **state)
{
	static const struct spec bad[] = {
		{ FRAME_SYMBOL, { { "a", "-1" }, { "t", "D" }, { "n", "x" } } },
		{ FRAME_SYMBOL, { { "a", "0x10" }, { "t", "D" }, { "n", "x" } } },
		{ FRAME_SYMBOL, { { "a", "11112222333344445" }, { "t", "D" }, { "n", "x" } } },
		{ FRAME_SYMBOL, { { "a", "1" }, { "t", "DD" }, { "n", "x" } } },
		{ FRAME_SYMBOL, { { "a", "1" }, { "t", "D" }, { "n", "" } } },
		{ FRAME_BTF,
		  { { "name", "v" }, { "mode", "999" }, { "size", "1" }, { "sha256", DIGEST } } },
		{ FRAME_BTF,
		  { { "name", "v" }, { "mode", "444" }, { "size", "1" }, { "sha256", "00" } } },
		/* there is one of this name */
		{ FRAME_BTF,
		  { { "name", "vmlinux" },
		    { "mode", "444" },
		    { "size", "1" },
		    { "sha256", DIGEST } } },
		{ FRAME_OFFSET, { { "cpu", "1" }, { "value", "0" } } },
		{ FRAME_OFFSET, { { "cpu", "4000000000" }, { "value", "0" } } },
		{ FRAME_NO_OFFSETS, { { "why", "but there are some" } } },
		{ FRAME_TRIAL, { { "name", "x" }, { "outcome", "perhaps" } } },
		{ FRAME_TRIAL, { { "name", "x" }, { "outcome", "ok" }, { "errno", "-5" } } },
		{ FRAME_COMPLAINT, { { "text", "x" } } },
		/* more accepted than tried; and one of this name is there */
		{ FRAME_KSYMS,
		  { { "image", "x" }, { "tried", "1" }, { "accepted", "2" }, { "percpu", "0" } } },
		{ FRAME_KSYMS,
		  { { "image", "vmlinux" },
		    { "tried", "1" },
		    { "accepted", "1" },
		    { "percpu", "0" } } },
		{ FRAME_REFUSED,
		  { { "image", "v" },
		    { "name", "x" },
		    { "id", "1" },
		    { "percpu", "perhaps" },
		    { "errno", "2" },
		    { "words", "" } } },
		{ FRAME_PLACE, { { "name", "" }, { "cpu", "0" }, { "a", "0" } } },
		{ FRAME_PLACE, { { "name", "x" }, { "cpu", "16384" }, { "a", "0" } } },
		{ FRAME_DISTANCE, { { "cpu", "0" }, { "value", "0" } } },
		{ FRAME_FACT, { { "file", "/x" }, { "time", "2" }, { "bytes", "00" } } },
		{ FRAME_FACT, { { "file", "/x" }, { "time", "0" }, { "bytes", "0" } } },
		{ FRAME_FACT, { { "file", "/x" }, { "time", "0" }, { "bytes", "0G" } } },
		{ FRAME_VALUE,
		  { { "path", "x" },
		    { "road", "by foot" },
		    { "image", "v" },
		    { "time", "0" },
		    { "bytes", "00" } } },
		{ FRAME_VALUE,
		  { { "path", "x" },
		    { "road", "bpf" },
		    { "image", "v" },
		    { "cpu", "-1" },
		    { "time", "0" },
		    { "bytes", "00" } } },
		{ FRAME_VALUE,
		  { { "path", "x" }, { "road", "bpf" }, { "image", "v" }, { "time", "0" } } },
		{ FRAME_NO_VALUE,
		  { { "path", "x" },
		    { "road", "bpf" },
		    { "image", "" },
		    { "reason", "none" },
		    { "why", "" } } },
		{ FRAME_SYSTEM, { { "release", "again" } } },
		{ FRAME_BEGIN, { { "version", "1" }, { "nonce", NONCE } } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_(writer_cleanup) struct writer *w = write_specs(whole, ARRAY_SIZE(whole));
		struct guest_report *report;
		struct error *err;

		add_frame(w, &bad[i]);
		add_end(w, NONCE);
		err = decode(strbuf_str(&w->text), &report);
		if (!err)
			fail_msg("malformed record %zu was taken", i);
		error_free(err);
	}
}

/* Puts a frame with a right checksum around any payload. */
static char *raw_frame(const char *head, const char *payload)
{
	return xasprintf(PROTOCOL_MAGIC "%s%08x %s\n", head,
			 frame_crc(head, strlen(head), payload, strlen(payload)), payload);
}

static void test_raw_frames(void **state)
{
	static const struct {
		const char *head, *payload, *what;
	} cases[] = {
		{ "0 begin ", "version=1 nonce=%3", "malformed" },
		{ "0 begin ", "version=1 nonce=%00", "malformed" },
		{ "0 begin ", "version=1 =x", "malformed" },
		{ "0 begin ", "version", "malformed" },
		{ "4294967295 begin ", "version=1 nonce=" NONCE, "missing" },
		{ "4294967296 begin ", "version=1 nonce=" NONCE, "wrong checksum or form" },
		{ "-1 begin ", "version=1 nonce=" NONCE, "wrong checksum or form" },
		{ "0 begin ",
		  "a= b= c= d= e= f= g= h= i= j= k= l= m= n= o= p= q= r= s= t= u= v= w= "
		  "x= y= z=",
		  "malformed" },
		{ "0 unheard-of ", "a=b", "breaks off" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = raw_frame(cases[i].head, cases[i].payload);

		expect_damage(text, cases[i].what);
	}
	expect_damage("", "sent nothing");
	expect_damage("hello\n", "none of the 1 lines");
}

/* A later probe may send records this version does not know. */
static void test_unknown_type_is_skipped(void **state)
{
	_cleanup_(writer_cleanup) struct writer *w = write_specs(whole, ARRAY_SIZE(whole));
	_cleanup_free_ char *head = xasprintf("%u future ", w->seq++);
	_cleanup_free_ char *frame = raw_frame(head, "a=b");
	_cleanup_(guest_report_cleanup) struct guest_report *report = NULL;

	(void)state;
	strbuf_adds(&w->text, frame);
	add_end(w, NONCE);
	expect_ok(decode(strbuf_str(&w->text), &report));
	check_whole(report);
}

/* Memory does not grow with a line that never ends; what follows it is read. */
static void test_endless_line(void **state)
{
	_cleanup_(frame_decoder_cleanup) struct frame_decoder *d = frame_decoder_new(NONCE);
	_cleanup_(guest_report_cleanup) struct guest_report *report = NULL;
	_cleanup_free_ char *text = whole_text();
	char junk[4096];

	(void)state;
	memset(junk, 'x', sizeof(junk));
	for (int i = 0; i < 2000; i++)
		frame_decoder_feed(d, junk, sizeof(junk));
	frame_decoder_feed(d, "\n", 1);
	assert_false(frame_decoder_started(d));
	frame_decoder_feed(d, text, strlen(text));
	assert_true(frame_decoder_ended(d));
	expect_ok(frame_decoder_finish(d, &report));
	check_whole(report);
}

/* The longest values there are make a line within bounds, cut where it says. */
static void test_long_value(void **state)
{
	struct frame_writer *w = xmalloc(sizeof(*w));
	_cleanup_free_ char *value = xcalloc(1, 3 * PROTOCOL_VALUE_MAX);

	(void)state;
	memset(value, '%', 3 * PROTOCOL_VALUE_MAX - 1);
	frame_start(w, UINT32_MAX, FRAME_TRIAL);
	for (int i = 0; i < 8; i++)
		frame_add(w, "detail", value);
	frame_finish(w);
	assert_true(w->len <= PROTOCOL_LINE_MAX);
	assert_int_equal(w->line[w->len - 1], '\n');
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_shared_console),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_gaps_and_repeats),
		cmocka_unit_test(test_wrong_nonce),
		cmocka_unit_test(test_wrong_counts),
		cmocka_unit_test(test_wrong_version),
		cmocka_unit_test(test_malformed_records),
		cmocka_unit_test(test_raw_frames),
		cmocka_unit_test(test_unknown_type_is_skipped),
		cmocka_unit_test(test_endless_line),
		cmocka_unit_test(test_long_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
