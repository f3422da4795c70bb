// SPDX-License-Identifier: GPL-2.0-only
#include "boot/frame_fields.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/mem.h"

int frame_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Undoes percent escapes in place; false on a broken escape or an escaped NUL. */
static bool unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (*s != '%') {
			*to++ = *s++;
			continue;
		}
		int high = frame_hex_digit(s[1]);
		int low = high < 0 ? -1 : frame_hex_digit(s[2]);

		if (low < 0 || high + low == 0)
			return false;
		*to++ = (char)(high << 4 | low);
		s += 3;
	}
	*to = '\0';
	return true;
}

bool frame_fields_split(char *payload, struct frame_fields *fields)
{
	char *state = NULL;

	fields->nr = 0;
	for (char *word = strtok_r(payload, " ", &state); word;
	     word = strtok_r(NULL, " ", &state)) {
		char *value = strchr(word, '=');

		if (!value || value == word || fields->nr == FRAME_FIELDS_MAX)
			return false;
		*value++ = '\0';
		if (!unescape(value))
			return false;
		fields->list[fields->nr++] = (struct frame_field){ word, value };
	}
	return true;
}

const char *frame_field(const struct frame_fields *fields, const char *key)
{
	for (size_t i = 0; i < fields->nr; i++)
		if (str_eq(fields->list[i].key, key))
			return fields->list[i].value;
	return NULL;
}

bool frame_number(const struct frame_fields *fields, const char *key, int base, uint64_t max,
		  uint64_t *ret)
{
	const char *text = frame_field(fields, key);
	char *end;

	/* strtoumax() takes signs, spaces and "0x" too */
	if (!text || !*text || text[strspn(text, "0123456789abcdef")])
		return false;
	errno = 0;
	*ret = strtoumax(text, &end, base);
	return !*end && !errno && *ret <= max;
}

bool frame_bytes(const struct frame_fields *fields, const char *key, uint8_t **data_ret,
		 size_t *len_ret)
{
	const char *text = frame_field(fields, key);
	size_t digits = text ? strlen(text) : 0;

	if (!text || digits % 2 || strspn(text, "0123456789abcdef") != digits)
		return false;
	/* one more, so that nothing is no special case */
	*data_ret = xmalloc(digits / 2 + 1);
	*len_ret = digits / 2;
	for (size_t i = 0; i < digits / 2; i++)
		(*data_ret)[i] = (uint8_t)(frame_hex_digit(text[2 * i]) << 4 |
					   frame_hex_digit(text[2 * i + 1]));
	return true;
}
