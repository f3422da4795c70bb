// SPDX-License-Identifier: GPL-2.0-only
#include "source/mail_subject.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	/* of patches in a series and of a series' versions; more is no number of these */
	NUMBER_MAX = 9999
};

/* Reads a number at *@s and steps over it; false where there is none. */
static bool read_number(const char **s, unsigned int *ret)
{
	char *end;
	unsigned long value;

	if (!isdigit((unsigned char)**s))
		return false;
	value = strtoul(*s, &end, 10);
	if (value > NUMBER_MAX)
		return false;
	*s = end;
	*ret = (unsigned int)value;
	return true;
}

/* One word of what is in brackets, @len bytes. */
static void read_word(const char *word, size_t len, struct mail_subject *subject)
{
	const char *end = word + len, *at = word;
	unsigned int number, total;

	if (len >= 5 && strncasecmp(word, "PATCH", 5) == 0) {
		/* some write "PATCHv2" */
		subject->tagged = true;
		at = word += 5;
	}
	if (at < end && (*at == 'v' || *at == 'V')) {
		at++;
		if (read_number(&at, &number) && at == end && number)
			subject->version = number;
		return;
	}
	if (read_number(&at, &number) && at < end && *at++ == '/' && read_number(&at, &total) &&
	    at == end && total) {
		subject->number = number;
		subject->total = total;
	}
}

static void read_words(const char *pos, const char *end, struct mail_subject *subject)
{
	while (pos < end) {
		size_t len = strcspn(pos, " \t,]");

		if (pos + len > end)
			len = (size_t)(end - pos);
		read_word(pos, len, subject);
		pos += len + 1;
	}
}

static const char *skip_spaces(const char *s)
{
	return s + strspn(s, " \t");
}

struct mail_subject mail_subject_parse(const char *subject)
{
	static const char *const answers[] = { "Re:", "AW:", "Fwd:", "Fw:" };
	struct mail_subject parsed = { .version = 1 };
	const char *pos = skip_spaces(subject), *end;

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (strncasecmp(pos, answers[i], strlen(answers[i])) == 0)
			parsed.reply = true;
	/* "[dwarves] [PATCH 1/2] title" */
	while (*pos == '[' && (end = strchr(pos, ']'))) {
		read_words(pos + 1, end, &parsed);
		pos = skip_spaces(end + 1);
	}
	parsed.title = pos;
	return parsed;
}
