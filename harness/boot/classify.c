// SPDX-License-Identifier: GPL-2.0-only
#include "boot/classify.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/mem.h"
#include "probe/protocol.h"

#define BANNER "Linux version "
#define PANIC  "Kernel panic - not syncing"

/* Where in a message a pattern must stand. */
enum place {
	AT_START,
	ANYWHERE
};

struct pattern {
	const char *text;
	enum place place;
};

/*
 * What begins a report of trouble, on the architectures there are. Sources: kernel/panic.c,
 * lib/bug.c, mm/kasan/report.c, kernel/rcu, kernel/watchdog.c, kernel/hung_task.c, lib/ubsan.c,
 * arch/../mm/fault.c and traps.c.
 */
static const struct pattern splats[] = {
	{ "WARNING: ", AT_START },
	{ "BUG: ", ANYWHERE },
	{ "kernel BUG at ", AT_START },
	{ "Kernel BUG", AT_START },
	{ "Oops", AT_START },
	{ "Internal error: ", AT_START },
	{ "Unable to handle kernel ", ANYWHERE },
	{ "general protection fault", ANYWHERE },
	{ "invalid opcode: ", AT_START },
	{ "divide error: ", AT_START },
	{ "stack segment: ", AT_START },
	{ "double fault: ", AT_START },
	{ "Unhandled fault: ", ANYWHERE },
	{ "Unexpected kernel BRK exception", ANYWHERE },
	/* s390: "illegal operation: 0001 ilc:1 [#1] SMP" and its like */
	{ " ilc:", ANYWHERE },
	/* mips */
	{ "Kernel bug detected", AT_START },
	/* alpha and sparc64: "COMM(PID): Oops 1", "COMM(PID): Kernel Bug 1", and what is above sparc64's */
	{ "): Oops ", ANYWHERE },
	{ "): Kernel ", ANYWHERE },
	{ "\\|/ ____ \\|/", ANYWHERE },
	/* parisc, and what it draws above its die() */
	{ "Kernel Fault: Code=", AT_START },
	{ "< Your System ate a SPARC! Gah! >", ANYWHERE },
	{ "Call Trace:", AT_START },
	{ "Call trace:", AT_START },
	{ "Krnl PSW :", AT_START },
	{ "UBSAN: ", AT_START },
	{ "KCSAN: ", AT_START },
	{ "list_add corruption", ANYWHERE },
	{ "list_del corruption", ANYWHERE },
	{ "refcount_t: ", AT_START },
	{ "INFO: task ", AT_START },
	{ "INFO: possible ", AT_START },
	{ "rcu: INFO: ", AT_START },
	{ "soft lockup", ANYWHERE },
	{ "hard LOCKUP", ANYWHERE },
	{ "unregister_netdevice: waiting", AT_START },
};

/* Lines that begin like a splat, and are advice about the machine or the configuration. */
static const char *const harmless[] = {
	"WARNING: Spectre v2",
	"WARNING: Unprivileged eBPF",
	"WARNING: x86 Multi",
	/* POWER: a machine whose firmware has not been there before */
	"WARNING: nvram corruption detected",
};

/* The marker before many splats. It says nothing itself, and the next line does. */
static const char marker[] = "------------[ cut here ]------------";

/*
 * The message without printk's "[    1.234567]" and the caller's "[    T1]" or "[    C0]". QEMU,
 * the firmware and programs write lines without.
 */
static const char *skip_prefix(const char *line)
{
	for (;;) {
		const char *at = line + strspn(line, " ");
		size_t inner;

		/* syslog's "<6>", on consoles that show it */
		if (*at == '<' && isdigit((unsigned char)at[1]) && at[2] == '>')
			at += 3;
		if (*at != '[')
			return at;
		inner = 1 + strspn(at + 1, " 0123456789.TC");
		if (at[inner] != ']')
			return at;
		line = at + inner + 1;
	}
}

static bool matches(const char *message, const struct pattern *pattern)
{
	return pattern->place == AT_START ? str_starts(message, pattern->text)
					  : strstr(message, pattern->text) != NULL;
}

static bool is_splat(const char *message)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (str_starts(message, harmless[i]))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(splats); i++)
		if (matches(message, &splats[i]))
			return true;
	return false;
}

static void copy(char to[static CONSOLE_LINE_MAX], const char *from)
{
	snprintf(to, CONSOLE_LINE_MAX, "%s", from);
}

/* What came before the first banner was another system, on a board that was running, or a boot loader. */
static void begin_kernel(struct console_state *state)
{
	if (state->banners++)
		return;
	*state->panic = *state->splat = '\0';
	state->splat_is_marker = false;
}

static void take_line(struct console_state *state)
{
	const char *message;

	while (state->len && isspace((unsigned char)state->line[state->len - 1]))
		state->len--;
	state->line[state->len] = '\0';
	state->len = 0;
	message = skip_prefix(state->line);

	/* frames on a shared console may quote anything */
	if (!*message || strstr(message, PROTOCOL_MAGIC))
		return;
	copy(state->last, message);
	/* without a time in front: the kernel's lines have one */
	if (str_starts(state->line, "qemu") && strstr(state->line, ": ")) {
		copy(state->qemu, message);
		return;
	}
	if (str_starts(message, BANNER))
		begin_kernel(state);

	const char *panic = strstr(message, PANIC);
	if (panic && !*state->panic)
		copy(state->panic, panic);

	if (*state->splat && !state->splat_is_marker)
		return;
	if (str_eq(message, marker)) {
		copy(state->splat, message);
		state->splat_is_marker = true;
	} else if (is_splat(message) || state->splat_is_marker) {
		copy(state->splat, message);
		state->splat_is_marker = false;
	}
}

/*
 * Firmware clears the screen before the kernel's first line, on the same line: "ESC [ 2 J"
 * (ECMA-48). True if @c belongs to such a sequence.
 */
static bool is_escaped(struct console_state *state, char c)
{
	switch (state->escape) {
	case ESCAPE_BEGUN:
		state->escape = c == '[' ? ESCAPE_CSI : ESCAPE_NONE;
		return c != '\n';
	case ESCAPE_CSI:
		/* parameters are below '@'; a newline means it was none */
		if (c >= '@' || c == '\n')
			state->escape = ESCAPE_NONE;
		return c != '\n';
	default:
		if (c == '\x1b')
			state->escape = ESCAPE_BEGUN;
		return c == '\x1b';
	}
}

static void take_byte(struct console_state *state, char c)
{
	if (is_escaped(state, c))
		return;
	if (c == '\n') {
		take_line(state);
		return;
	}
	/* a NUL would hide the rest of the line */
	if (iscntrl((unsigned char)c))
		c = ' ';
	if (state->len + 1 < sizeof(state->line))
		state->line[state->len++] = c;
}

void console_feed(struct console_state *state, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		take_byte(state, data[i]);
}

void console_finish(struct console_state *state)
{
	if (state->len)
		take_line(state);
}
