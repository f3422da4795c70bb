// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/klog.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

enum {
	/* syslog(2): set the level below which messages reach the console */
	SYSLOG_CONSOLE_LEVEL = 8,
	/* emergencies alone; and everything but debug messages */
	LEVEL_QUIET = 1,
	LEVEL_NORMAL = 7,
};

static struct {
	int fd;
	bool shared_console;
	uint32_t seq;
	uint32_t counts[FRAME_TYPE_COUNT];
	enum frame_type type;
	char pending[16 << 10];
	size_t nr_pending;
	struct frame_writer writer;
} out = { .fd = -1 };

static void write_all(const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(out.fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		/* There is no other way to the host; it will miss the frames and say so. */
		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void write_chunk(const char *data, size_t len)
{
	if (!len)
		return;
	if (out.shared_console) {
		klogctl(SYSLOG_CONSOLE_LEVEL, NULL, LEVEL_QUIET);
		/* ends a line the kernel may have left unfinished */
		write_all("\n", 1);
	}
	write_all(data, len);
	if (out.shared_console) {
		tcdrain(out.fd);
		klogctl(SYSLOG_CONSOLE_LEVEL, NULL, LEVEL_NORMAL);
	}
}

void record_flush(void)
{
	write_chunk(out.pending, out.nr_pending);
	out.nr_pending = 0;
}

void record_alive(void)
{
	record_flush();
	write_chunk("\n", 1);
}

static struct frame_writer *start(enum frame_type type)
{
	out.type = type;
	frame_start(&out.writer, out.seq++, type);
	return &out.writer;
}

static void finish(void)
{
	struct frame_writer *w = &out.writer;

	frame_finish(w);
	out.counts[out.type]++;
	if (out.nr_pending + w->len > sizeof(out.pending))
		record_flush();
	if (w->len > sizeof(out.pending)) {
		write_chunk(w->line, w->len);
		return;
	}
	memcpy(out.pending + out.nr_pending, w->line, w->len);
	out.nr_pending += w->len;
}

void record_open(int fd, bool shared_console)
{
	out.fd = fd;
	out.shared_console = shared_console;
}

void record_begin(const char *nonce)
{
	struct frame_writer *w = start(FRAME_BEGIN);

	frame_add_dec(w, "version", PROTOCOL_VERSION);
	frame_add(w, "nonce", nonce);
	finish();
	record_flush();
}

void record_end(const char *nonce)
{
	struct frame_writer *w = start(FRAME_END);

	frame_add(w, "nonce", nonce);
	for (int type = 0; type < FRAME_TYPE_COUNT; type++)
		if (type != FRAME_END)
			frame_add_dec(w, frame_type_name(type), out.counts[type]);
	finish();
	record_flush();
	/* each is refused by what it is not made for, which is no fault */
	tcdrain(out.fd);
	fsync(out.fd);
}

void record_system(void)
{
	struct frame_writer *w = start(FRAME_SYSTEM);
	struct utsname uts = { 0 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	uname(&uts);
	frame_add(w, "release", uts.release);
	frame_add(w, "version", uts.version);
	frame_add(w, "machine", uts.machine);
	frame_add_dec(w, "bits", sizeof(long) * 8);
	frame_add(w, "endian", __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? "big" : "little");
	frame_add_dec(w, "cpus", cpus > 0 ? (uint64_t)cpus : 0);
	finish();
}

void record_btf(const char *name, unsigned int mode, uint64_t size, const char *sha256)
{
	struct frame_writer *w = start(FRAME_BTF);
	char octal[16];

	snprintf(octal, sizeof(octal), "%o", mode);
	frame_add(w, "name", name);
	frame_add(w, "mode", octal);
	frame_add_dec(w, "size", size);
	frame_add(w, "sha256", sha256);
	finish();
}

void record_symbol(uint64_t address, char type, const char *name, const char *module)
{
	struct frame_writer *w = start(FRAME_SYMBOL);
	const char letter[2] = { type, '\0' };

	frame_add_hex(w, "a", address);
	frame_add(w, "t", letter);
	frame_add(w, "n", name);
	if (*module)
		frame_add(w, "m", module);
	finish();
}

void record_percpu_offset(unsigned int cpu, uint64_t value)
{
	struct frame_writer *w = start(FRAME_OFFSET);

	frame_add_dec(w, "cpu", cpu);
	frame_add_hex(w, "value", value);
	finish();
}

void record_no_offsets(const char *fmt, ...)
{
	char why[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	frame_add(start(FRAME_NO_OFFSETS), "why", why);
	finish();
}

void record_complaint(const char *line)
{
	frame_add(start(FRAME_COMPLAINT), "line", line);
	finish();
}

void record_ksyms(const char *image, uint32_t tried, uint32_t accepted, uint32_t percpu)
{
	struct frame_writer *w = start(FRAME_KSYMS);

	frame_add(w, "image", image);
	frame_add_dec(w, "tried", tried);
	frame_add_dec(w, "accepted", accepted);
	frame_add_dec(w, "percpu", percpu);
	finish();
}

void record_refused(const char *image, const char *name, uint32_t id, bool percpu, int errnum,
		    const char *words)
{
	struct frame_writer *w = start(FRAME_REFUSED);

	frame_add(w, "image", image);
	frame_add(w, "name", name);
	frame_add_dec(w, "id", id);
	frame_add(w, "percpu", percpu ? "yes" : "no");
	frame_add_dec(w, "errno", (uint64_t)errnum);
	frame_add(w, "words", words);
	finish();
}

void record_place(const char *name, unsigned int cpu, uint64_t address)
{
	struct frame_writer *w = start(FRAME_PLACE);

	frame_add(w, "name", name);
	frame_add_dec(w, "cpu", cpu);
	frame_add_hex(w, "a", address);
	finish();
}

void record_distance(unsigned int cpu, uint64_t value, uint32_t same)
{
	struct frame_writer *w = start(FRAME_DISTANCE);

	frame_add_dec(w, "cpu", cpu);
	frame_add_hex(w, "value", value);
	frame_add_dec(w, "same", same);
	finish();
}

void record_fact(const char *file, unsigned int time, const void *data, size_t len)
{
	struct frame_writer *w = start(FRAME_FACT);

	frame_add(w, "file", file);
	frame_add_dec(w, "time", time);
	frame_add_bytes(w, "bytes", data, len);
	finish();
}

void record_value(const struct value_source *source, unsigned int time, const void *data,
		  size_t len)
{
	struct frame_writer *w = start(FRAME_VALUE);

	frame_add(w, "path", source->path);
	frame_add(w, "road", source->road);
	frame_add(w, "image", source->image);
	if (source->cpu >= 0)
		frame_add_dec(w, "cpu", (uint64_t)source->cpu);
	frame_add_dec(w, "time", time);
	frame_add_bytes(w, "bytes", data, len);
	finish();
}

void record_no_value(const struct value_source *source, const char *reason, const char *why)
{
	struct frame_writer *w = start(FRAME_NO_VALUE);

	frame_add(w, "path", source->path);
	frame_add(w, "road", source->road);
	frame_add(w, "image", source->image);
	frame_add(w, "reason", reason);
	frame_add(w, "why", why);
	finish();
}

enum outcome {
	FAILED,
	OK,
	SKIPPED
};

static void trial(const char *what, const char *subject, enum outcome outcome, int errnum,
		  const char *fmt, va_list args)
{
	static const char *const words[] = { "failed", "ok", "skipped" };
	static char text[PROTOCOL_VALUE_MAX + 1];
	char name[512];
	size_t at = 0;

	snprintf(name, sizeof(name), "%s%s%s", what, subject ? ":" : "", subject ? subject : "");
	if (errnum)
		at = (size_t)snprintf(text, 128, "%.120s", strerror(errnum));
	if (at && *fmt)
		at += (size_t)snprintf(text + at, 3, ": ");
	vsnprintf(text + at, sizeof(text) - at, fmt, args);
	/* what was to follow may have been empty */
	for (at = strlen(text); at && strchr(" :\n", text[at - 1]); at--)
		text[at - 1] = '\0';

	struct frame_writer *w = start(FRAME_TRIAL);

	frame_add(w, "name", name);
	frame_add(w, "outcome", words[outcome]);
	if (errnum)
		frame_add_dec(w, "errno", (uint64_t)errnum);
	if (at || *text)
		frame_add(w, "detail", text);
	finish();
	/* the next thing tried may bring the kernel down */
	record_flush();
}

void record_ok(const char *what, const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trial(what, subject, OK, 0, fmt, args);
	va_end(args);
}

void record_failed(const char *what, const char *subject, int errnum, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trial(what, subject, FAILED, errnum, fmt, args);
	va_end(args);
}

bool is_denial(int errnum)
{
	return errnum == EPERM || errnum == EACCES || errnum == ENOSYS;
}

void record_failed_or_denied(const char *what, const char *subject, int errnum, const char *fmt,
			     ...)
{
	va_list args;

	va_start(args, fmt);
	trial(what, subject, is_denial(errnum) ? SKIPPED : FAILED, errnum, fmt, args);
	va_end(args);
}

void record_skipped(const char *what, const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trial(what, subject, SKIPPED, 0, fmt, args);
	va_end(args);
}
