// SPDX-License-Identifier: GPL-2.0-only
#include "core/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/mem.h"

static enum log_level level = LOG_NORMAL;
static bool status_shown;

void log_set_level(enum log_level new_level)
{
	level = new_level;
}

static void log_line(const char *prefix, const char *fmt, va_list args)
{
	_cleanup_free_ char *message = xvasprintf(fmt, args);

	log_status_clear();
	fprintf(stderr, "%s%s\n", prefix, message);
}

#define DEFINE_LOG(name, min_level, prefix)                                                        \
	void name(const char *fmt, ...)                                                            \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		if (level < (min_level))                                                           \
			return;                                                                    \
		va_start(args, fmt);                                                               \
		log_line(prefix, fmt, args);                                                       \
		va_end(args);                                                                      \
	}

DEFINE_LOG(log_error, LOG_QUIET, "btfmatrix: error: ")
DEFINE_LOG(log_warning, LOG_QUIET, "btfmatrix: warning: ")
DEFINE_LOG(log_info, LOG_NORMAL, "")
DEFINE_LOG(log_debug, LOG_VERBOSE, "")

void log_status(const char *fmt, ...)
{
	struct winsize size = { .ws_col = 80 };
	va_list args;

	if (level < LOG_NORMAL || !isatty(STDERR_FILENO))
		return;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		size.ws_col = 80;

	va_start(args, fmt);
	_cleanup_free_ char *message = xvasprintf(fmt, args);
	va_end(args);
	fprintf(stderr, "\r%.*s\033[K", size.ws_col - 1, message);
	fflush(stderr);
	status_shown = true;
}

void log_status_clear(void)
{
	if (!status_shown)
		return;
	fputs("\r\033[K", stderr);
	status_shown = false;
}
