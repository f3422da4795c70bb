// SPDX-License-Identifier: GPL-2.0-only
#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"

enum {
	/* the kernel's own bound on a record is below this (printk: CONSOLE_EXT_LOG_MAX) */
	RECORD_SIZE = 8192,
	LINE_MAX_SENT = 500,
	COMPLAINTS_MAX = 200,
};

static int kmsg_fd = -1;
static unsigned int nr_complaints;

void kmsg_open(void)
{
	kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg_fd < 0)
		record_failed("kernel-log", NULL, errno, "cannot open /dev/kmsg");
}

static bool has_any(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcasestr(text, *words))
			return true;
	return false;
}

/*
 * "NAME[PID]: segfault at ..." and "traps: NAME[PID] ...": the kernel tells of a program, whatever it is
 * called. It tells of itself without brackets, and of itself on behalf of a program with "PID: N".
 */
static bool is_about_a_program(const char *message)
{
	const char *end;

	if (strncmp(message, "traps: ", 7) == 0)
		return true;
	end = strstr(message, "]: ");
	if (!end || end == message)
		return false;
	while (end > message && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return end > message + 1 && end[-1] == '[' && end[0] != ']' &&
	       !memchr(message, ':', (size_t)(end - message));
}

/* "BPF:" starts each line of the in-kernel verifier log of a BTF that was refused. */
static bool is_complaint(const char *message)
{
	static const char *const subjects[] = { "bpf", "btf", NULL };
	static const char *const faults[] = {
		"fail",        "invalid",    "mismatch", "error",  "unable",
		"unsupported", "unresolved", "cannot",   "exceed", "corrupt",
		"unexpected",  "missing",    NULL,
	};

	/* some of these lines are empty */
	if (strncmp(message, "BPF:", 4) == 0)
		return message[4 + strspn(message + 4, " \t")] != '\0';
	return !is_about_a_program(message) && has_any(message, subjects) &&
	       has_any(message, faults);
}

/* Keeps the end of what was said: that is where the reason is. */
static void append_recent(char *recent, size_t size, const char *line)
{
	size_t len = strlen(recent), add = strlen(line) + 1;

	if (add >= size)
		return;
	while (len + add >= size) {
		char *second = strchr(recent, '\n');
		size_t cut = second ? (size_t)(second + 1 - recent) : len;

		memmove(recent, recent + cut, len - cut + 1);
		len -= cut;
	}
	snprintf(recent + len, size - len, "%s%s", len ? "\n" : "", line);
}

/* /dev/kmsg writes what is not printable as "\\xNN": a tab in the indented lines of a BTF log. */
static void undo_escapes(char *text)
{
	char *to = text;

	while (*text) {
		if (strncmp(text, "\\x09", 4) == 0) {
			*to++ = ' ';
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

static void take_message(char *message, char *recent, size_t size)
{
	/* further lines hold "KEY=value" properties */
	message[strcspn(message, "\n")] = '\0';
	undo_escapes(message);
	if (strlen(message) > LINE_MAX_SENT)
		message[LINE_MAX_SENT] = '\0';
	if (!is_complaint(message))
		return;
	if (recent)
		append_recent(recent, size, message);
	if (nr_complaints++ < COMPLAINTS_MAX)
		record_complaint(message);
	else if (nr_complaints == COMPLAINTS_MAX + 1)
		record_complaint("btfmatrix probe: further lines left out");
}

void kmsg_drain(char *recent, size_t size)
{
	char data[RECORD_SIZE];

	if (recent)
		*recent = '\0';
	while (kmsg_fd >= 0) {
		ssize_t n = read(kmsg_fd, data, sizeof(data) - 1);

		/* EPIPE: records were overwritten before we came; the next read goes on after them */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n <= 0)
			return;
		data[n] = '\0';

		/* "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;MESSAGE\n" (Documentation/ABI/testing/dev-kmsg) */
		char *message = strchr(data, ';');
		/* above the lowest three bits is the facility; the kernel's is 0, others are programs' */
		if (message && strtoul(data, NULL, 10) >> 3 == 0)
			take_message(message + 1, recent, size);
	}
}
