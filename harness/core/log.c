// SPDX-License-Identifier: GPL-2.0-only
#include "core/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/clock.h"
#include "core/escape.h"
#include "core/mem.h"

static enum log_level level = LOG_NORMAL;
static bool status_shown;
static size_t step, nr_steps;
static void (*sink)(enum log_kind kind, const char *text);

/* Seconds between two status lines where they cannot be redrawn. */
enum {
	PLAIN_STATUS_S = 30
};

void log_set_level(enum log_level new_level)
{
	level = new_level;
}

void log_set_step(size_t new_step, size_t new_nr_steps)
{
	step = new_step;
	nr_steps = new_nr_steps;
}

void log_set_sink(void (*new_sink)(enum log_kind kind, const char *text))
{
	sink = new_sink;
}

/* When a line was printed last, in seconds; the start of the program counts as one. */
static double last_line_s;

static void log_line(const char *prefix, const char *fmt, va_list args)
{
	_cleanup_free_ char *text = xvasprintf(fmt, args);
	_cleanup_free_ char *message = xasprintf("%s%s", prefix, text);

	if (sink)
		sink(LOG_MESSAGE, message);
	else
		log_relay(message);
}

void log_relay(const char *message)
{
	log_status_clear();
	/* it may quote what a guest, a tool or a file said */
	put_lines(stderr, message);
	fputc('\n', stderr);
	last_line_s = clock_now_s();
}

#define DEFINE_LOG(name, min_level, prefix)  \
	void name(const char *fmt, ...)      \
	{                                    \
		va_list args;                \
                                             \
		if (level < (min_level))     \
			return;              \
		va_start(args, fmt);         \
		log_line(prefix, fmt, args); \
		va_end(args);                \
	}

DEFINE_LOG(log_error, LOG_QUIET, "btfmatrix: error: ")
DEFINE_LOG(log_warning, LOG_QUIET, "btfmatrix: warning: ")
DEFINE_LOG(log_info, LOG_NORMAL, "")
DEFINE_LOG(log_debug, LOG_VERBOSE, "")

static void redraw_status(const char *message)
{
	struct winsize size = { .ws_col = 80 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		size.ws_col = 80;
	fprintf(stderr, "\r%.*s\033[K", size.ws_col - 1, message);
	fflush(stderr);
	status_shown = true;
}

static void print_status(const char *message)
{
	double now = clock_now_s();

	if (last_line_s && now - last_line_s < PLAIN_STATUS_S)
		return;
	fprintf(stderr, "%s\n", message);
	last_line_s = now;
}

void log_status(const char *fmt, ...)
{
	va_list args;

	if (level < LOG_NORMAL)
		return;
	va_start(args, fmt);
	_cleanup_free_ char *text = xvasprintf(fmt, args);
	va_end(args);
	_cleanup_free_ char *message =
		nr_steps ? xasprintf("[%zu/%zu] %s", step, nr_steps, text) : xstrdup(text);

	if (sink)
		sink(LOG_STATUS, text);
	else if (isatty(STDERR_FILENO))
		redraw_status(message);
	else
		print_status(message);
}

void log_status_clear(void)
{
	if (sink)
		sink(LOG_STATUS, "");
	if (!status_shown || sink)
		return;
	fputs("\r\033[K", stderr);
	status_shown = false;
}
