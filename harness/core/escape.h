/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that came from guests, logs and symbols, for each place it may stand in. What cannot stand there
 * is shown as "\xHH", so that two different names never look alike. NULL is "".
 */
#ifndef BTFMATRIX_CORE_ESCAPE_H
#define BTFMATRIX_CORE_ESCAPE_H

#include <stdio.h>

/** For a terminal or a line of a log: one line, without control characters. */
void put_line(FILE *out, const char *text);
/**
 * For a terminal or a log, line by line. A line that begins with "::" would be a command where the log is that
 * of a GitHub job.
 */
void put_lines(FILE *out, const char *text);
/** put_line(), and spaces up to @width. */
void put_padded(FILE *out, const char *text, int width);
/** XML text or attribute value; line breaks and tabs stay. */
void put_xml(FILE *out, const char *text);
/** Markdown text in a table's cell or a paragraph: nothing in it is markup. */
void put_markdown(FILE *out, const char *text);
/** Markdown code in a table's cell or a paragraph, with the backquotes. */
void put_markdown_code(FILE *out, const char *text);
/** A description in KTAP: as put_line(), and no '#', which would begin a directive. */
void put_ktap(FILE *out, const char *text);
/** The message, or a property, of a GitHub workflow command. */
void put_github(FILE *out, const char *text);

#endif
