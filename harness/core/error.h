/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one error type.
 *
 * A function that can fail returns `struct error *`: NULL is success, anything else is an error that
 * the caller owns. The caller either returns it (perhaps through error_wrap()), or deals with it and
 * calls error_free(). The message is written once, where the failure happens, and names what was
 * attempted, the file or place, and what the user can do about it.
 */
#ifndef BTFMATRIX_CORE_ERROR_H
#define BTFMATRIX_CORE_ERROR_H

#include <stdbool.h>

enum error_kind {
	/* The environment failed: a system call, a missing tool, no space. */
	ERROR_SYSTEM,
	/* What the user or an untrusted file gave is malformed. */
	ERROR_INPUT,
	/* A child process failed, or its output is not what it promises. */
	ERROR_CHILD,
	/* A deadline passed. */
	ERROR_TIMEOUT,
	/* SIGINT, SIGTERM or SIGHUP asked the run to end. */
	ERROR_INTERRUPTED,
};

struct error {
	enum error_kind kind;
	/* errno value where a system call failed, else 0 */
	int errnum;
	/* One line, no trailing newline; owned by the error. */
	char *message;
};

#define must_check             __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))

/** Makes an error of @kind. Never returns NULL. */
must_check printf_like(2, 3) struct error *error_new(enum error_kind kind, const char *fmt, ...);

/** Makes an ERROR_SYSTEM error: the message, then ": " and strerror(@errnum). */
must_check printf_like(2, 3) struct error *error_errno(int errnum, const char *fmt, ...);

/**
 * Puts context before an error's message: "context: message". Takes @err and returns it; NULL
 * stays NULL, so `return error_wrap(f(), "while ...")` is right.
 */
must_check printf_like(2, 3) struct error *error_wrap(struct error *err, const char *fmt, ...);

/** Frees @err; NULL is allowed. */
void error_free(struct error *err);

/** Returns a stable one-word name of @kind, for machine-readable output. */
const char *error_kind_name(enum error_kind kind);

#endif
