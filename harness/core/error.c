// SPDX-License-Identifier: GPL-2.0-only
#include "core/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

static struct error *error_vnew(enum error_kind kind, int errnum, const char *fmt, va_list args)
{
	struct error *err = xcalloc(1, sizeof(*err));

	err->kind = kind;
	err->errnum = errnum;
	err->message = xvasprintf(fmt, args);
	return err;
}

struct error *error_new(enum error_kind kind, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct error *err = error_vnew(kind, 0, fmt, args);
	va_end(args);
	return err;
}

struct error *error_errno(int errnum, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct error *err = error_vnew(ERROR_SYSTEM, errnum, fmt, args);
	va_end(args);

	char *full = xasprintf("%s: %s", err->message, strerror(errnum));
	free(err->message);
	err->message = full;
	return err;
}

struct error *error_wrap(struct error *err, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return NULL;
	va_start(args, fmt);
	char *context = xvasprintf(fmt, args);
	va_end(args);

	char *full = xasprintf("%s: %s", context, err->message);
	free(context);
	free(err->message);
	err->message = full;
	return err;
}

void error_free(struct error *err)
{
	if (!err)
		return;
	free(err->message);
	free(err);
}

const char *error_kind_name(enum error_kind kind)
{
	static const char *const names[] = {
		[ERROR_SYSTEM] = "system",
		[ERROR_INPUT] = "input",
		[ERROR_CHILD] = "child",
		[ERROR_TIMEOUT] = "timeout",
		[ERROR_INTERRUPTED] = "interrupted",
	};

	return names[kind];
}
