// SPDX-License-Identifier: GPL-2.0-only
#include "core/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/json_text.h"
#include "core/mem.h"

/* The character @p points at, and its length in bytes; the text is valid UTF-8. */
static uint32_t decode(const char *p, size_t *len_ret)
{
	const unsigned char *c = (const unsigned char *)p;

	*len_ret = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	if (*len_ret == 1)
		return c[0];
	if (*len_ret == 2)
		return (uint32_t)(c[0] & 0x1f) << 6 | (c[1] & 0x3f);
	if (*len_ret == 3)
		return (uint32_t)(c[0] & 0x0f) << 12 | (uint32_t)(c[1] & 0x3f) << 6 | (c[2] & 0x3f);
	return (uint32_t)(c[0] & 0x07) << 18 | (uint32_t)(c[1] & 0x3f) << 12 |
	       (uint32_t)(c[2] & 0x3f) << 6 | (c[3] & 0x3f);
}

/*
 * C0 and C1 controls move a terminal's cursor and are no XML; what turns text round (U+202A ..) or
 * separates lines (U+2028) makes a line look like another one; noncharacters are no XML.
 */
static bool is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c & 0xfffe) == 0xfffe;
}

/* A replacement for a character, or NULL for the character itself. */
typedef const char *(*replace_fn)(char c);

static void put_escaped(FILE *out, const char *text, bool lines, replace_fn replace)
{
	/* The record's texts are UTF-8; this is for any other caller's. */
	_cleanup_free_ char *clean = utf8_clean(text ?: "");
	size_t len;

	for (const char *p = clean; *p; p += len) {
		uint32_t c = decode(p, &len);
		const char *other = c < 0x80 && replace ? replace((char)c) : NULL;

		if (other)
			fputs(other, out);
		else if (lines && (c == '\n' || c == '\t'))
			fputc((int)c, out);
		else if (is_harmful(c))
			for (size_t i = 0; i < len; i++)
				fprintf(out, "\\x%02x", (unsigned char)p[i]);
		else
			fwrite(p, 1, len, out);
	}
}

struct replacement {
	char c;
	const char *by;
};

static const char *look_up(char c, const struct replacement *table, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (table[i].c == c)
			return table[i].by;
	return NULL;
}

static const char *replace_xml(char c)
{
	static const struct replacement table[] = {
		{ '<', "&lt;" },   { '>', "&gt;" },    { '&', "&amp;" },
		{ '"', "&quot;" }, { '\'', "&apos;" },
	};

	return look_up(c, table, ARRAY_SIZE(table));
}

static const char *replace_markdown(char c)
{
	static const struct replacement table[] = {
		{ '\n', " " },    { '\t', " " },  { '<', "&lt;" },  { '>', "&gt;" },
		{ '&', "&amp;" }, { '|', "\\|" }, { '\\', "\\\\" }, { '`', "\\`" },
		{ '*', "\\*" },   { '_', "\\_" }, { '[', "\\[" },   { ']', "\\]" },
		{ '~', "\\~" },   { '#', "\\#" }, { '!', "\\!" },   { '@', "&#64;" },
	};

	return look_up(c, table, ARRAY_SIZE(table));
}

/* In a table's code '|' still ends the cell, and only this keeps it from doing so. */
static const char *replace_code(char c)
{
	static const struct replacement table[] = { { '|', "\\|" }, { '\n', " " }, { '\t', " " } };

	return look_up(c, table, ARRAY_SIZE(table));
}

static const char *replace_ktap(char c)
{
	static const struct replacement table[] = { { '#', "\\x23" } };

	return look_up(c, table, ARRAY_SIZE(table));
}

static const char *replace_github(char c)
{
	static const struct replacement table[] = {
		{ '%', "%25" }, { '\r', "%0D" }, { '\n', "%0A" }, { ':', "%3A" }, { ',', "%2C" },
	};

	return look_up(c, table, ARRAY_SIZE(table));
}

void put_line(FILE *out, const char *text)
{
	put_escaped(out, text, false, NULL);
}

void put_lines(FILE *out, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n");
		_cleanup_free_ char *line = xstrndup(text, len);
		bool command = str_starts(line, "::");

		if (command)
			fputs("\\x3a", out);
		put_line(out, line + command);
		if (!text[len])
			return;
		fputc('\n', out);
		text += len + 1;
	}
}

void put_padded(FILE *out, const char *text, int width)
{
	put_line(out, text);
	for (int len = (int)strlen(text); len < width; len++)
		fputc(' ', out);
}

void put_xml(FILE *out, const char *text)
{
	put_escaped(out, text, true, replace_xml);
}

void put_markdown(FILE *out, const char *text)
{
	put_escaped(out, text, false, replace_markdown);
}

/* The longest run of backquotes in the text; the code stands between one more. */
static int longest_backquotes(const char *text)
{
	int longest = 0, now = 0;

	for (; *text; text++) {
		now = *text == '`' ? now + 1 : 0;
		longest = now > longest ? now : longest;
	}
	return longest;
}

void put_markdown_code(FILE *out, const char *text)
{
	int quotes = longest_backquotes(text ?: "") + 1;

	if (!text || !*text)
		return;
	for (int i = 0; i < quotes; i++)
		fputc('`', out);
	if (quotes > 1)
		fputc(' ', out);
	put_escaped(out, text, false, replace_code);
	if (quotes > 1)
		fputc(' ', out);
	for (int i = 0; i < quotes; i++)
		fputc('`', out);
}

void put_ktap(FILE *out, const char *text)
{
	put_escaped(out, text, false, replace_ktap);
}

void put_github(FILE *out, const char *text)
{
	put_escaped(out, text, false, replace_github);
}
