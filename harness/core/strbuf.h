/* SPDX-License-Identifier: GPL-2.0-only */
/* A byte buffer that grows and is always followed by a NUL. */
#ifndef BTFMATRIX_CORE_STRBUF_H
#define BTFMATRIX_CORE_STRBUF_H

#include <stddef.h>

#include "core/cleanup.h"
#include "core/error.h"

struct strbuf {
	/* NULL only before the first append; use strbuf_str() to read as a string */
	char *data;
	/* bytes in use, without the NUL */
	size_t len;
	size_t cap;
};

#define STRBUF_INIT \
	{           \
		0   \
	}
/** Declares a buffer that is released at the end of the scope. */
#define _cleanup_strbuf_ _cleanup_(strbuf_release)

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
printf_like(2, 3) void strbuf_addf(struct strbuf *sb, const char *fmt, ...);
/** Adds @s as one word for a POSIX shell, quoted only where it must be. */
void strbuf_add_shell_word(struct strbuf *sb, const char *s);
/** Returns the contents; never NULL, valid until the next change. */
const char *strbuf_str(const struct strbuf *sb);
/** Hands the contents over as a malloc()ed string and empties the buffer. */
char *strbuf_detach(struct strbuf *sb);
/** Forgets the contents and keeps the memory. */
void strbuf_reset(struct strbuf *sb);
void strbuf_release(struct strbuf *sb);

#endif
