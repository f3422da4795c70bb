/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel's console says about how it fares. Pure: text in, findings out.
 *
 * The text is untrusted and comes in any chunks; memory is bounded.
 */
#ifndef BTFMATRIX_BOOT_CLASSIFY_H
#define BTFMATRIX_BOOT_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CONSOLE_LINE_MAX = 1024
};

struct console_state {
	/* the first panic message since the first banner, if there is one; "" if there was none */
	char panic[CONSOLE_LINE_MAX];
	/* the first line of an oops, BUG or WARN that says what it is; "" if there was none */
	char splat[CONSOLE_LINE_MAX];
	/* "Linux version" lines: more than one is a reboot */
	unsigned int banners;
	/* QEMU's own last words among the guest's ("qemu-system-x: ...", "qemu: ..."); "" if none */
	char qemu[CONSOLE_LINE_MAX];
	/* the last line that is not empty: where a guest that hangs came to */
	char last[CONSOLE_LINE_MAX];

	/* private: the line being gathered; what is beyond its size is dropped */
	char line[CONSOLE_LINE_MAX];
	size_t len;
	/* private: within a terminal's escape sequence */
	enum {
		ESCAPE_NONE,
		ESCAPE_BEGUN,
		ESCAPE_CSI
	} escape;
	/* private: the splat is but a marker so far, and a better line may follow */
	bool splat_is_marker;
};

/** Takes the next chunk. Start with a zeroed state. */
void console_feed(struct console_state *state, const char *data, size_t len);
/** Takes an unfinished last line as a line. */
void console_finish(struct console_state *state);

#endif
