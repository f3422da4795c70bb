// SPDX-License-Identifier: GPL-2.0-only
#include "source/patch_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

/* A patch being read. */
struct reader {
	const char *path;
	/* the next line and its number */
	const char *pos;
	unsigned int line;
};

static size_t line_length(const char *s)
{
	return strcspn(s, "\n");
}

static void next_line(struct reader *reader)
{
	reader->pos += line_length(reader->pos);
	reader->pos += *reader->pos == '\n';
	reader->line++;
}

/* The path behind "--- " or "+++ ", without its first part; NULL for /dev/null. */
static char *read_name(const char *line)
{
	size_t len;
	const char *slash;

	line += strlen("--- ");
	/* a tab sets a time apart */
	len = strcspn(line, "\t\r\n");
	if (len == strlen("/dev/null") && strncmp(line, "/dev/null", len) == 0)
		return NULL;
	slash = memchr(line, '/', len);
	if (!slash)
		return xstrndup(line, len);
	return xstrndup(slash + 1, len - (size_t)(slash + 1 - line));
}

static bool leaves_tree(const char *name)
{
	if (!*name || *name == '/')
		return true;
	for (const char *part = name; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (str_starts(part, "..") && (!part[2] || part[2] == '/'))
			return true;
	}
	return false;
}

/* Two lines "--- OLD" and "+++ NEW" begin a file's differences. */
static bool at_file(const struct reader *reader)
{
	const char *second = reader->pos + line_length(reader->pos);

	return str_starts(reader->pos, "--- ") && *second && str_starts(second + 1, "+++ ");
}

static struct error *add_file(struct reader *reader, struct patch_text *patch)
{
	_cleanup_free_ char *old = read_name(reader->pos), *new = NULL;
	struct patch_file file = { 0 };

	next_line(reader);
	new = read_name(reader->pos);
	next_line(reader);
	file.name = new ? return_ptr(new) : return_ptr(old);
	if (!file.name || leaves_tree(file.name)) {
		struct error *err =
			error_new(ERROR_INPUT,
				  "%s:%u: '%s' is no path below the top of a kernel tree",
				  reader->path, reader->line - 2, file.name ?: "/dev/null");

		free(file.name);
		return err;
	}
	vec_push(&patch->files, file);
	return NULL;
}

/* "@@ -OLD[,COUNT] +NEW[,COUNT] @@" */
static bool parse_hunk(const char *line, unsigned int *start, unsigned int *nr_old,
		       unsigned int *nr_new)
{
	unsigned int new_start;
	const char *plus;

	*nr_old = *nr_new = 1;
	if (sscanf(line, "@@ -%u,%u", start, nr_old) < 1)
		return false;
	plus = memchr(line, '+', line_length(line));
	return plus && sscanf(plus, "+%u,%u", &new_start, nr_new) >= 1;
}

static struct error *add_hunk(struct reader *reader, struct patch_file *file)
{
	unsigned int start, nr_old, nr_new, first_line = reader->line;

	if (!parse_hunk(reader->pos, &start, &nr_old, &nr_new))
		return error_new(ERROR_INPUT, "%s:%u: this is no head of a hunk", reader->path,
				 reader->line);
	vec_push(&file->hunks, start);
	next_line(reader);
	while (nr_old || nr_new) {
		char kind = *reader->pos;
		/* mailers take the space of an empty context line off */
		bool context = kind == ' ' || kind == '\n' || kind == '\r';

		if (!kind || (!context && kind != '-' && kind != '+' && kind != '\\') ||
		    (kind != '+' && kind != '\\' && !nr_old) ||
		    (kind != '-' && kind != '\\' && !nr_new))
			return error_new(ERROR_INPUT,
					 "%s:%u: the hunk that begins here is damaged at line %u",
					 reader->path, first_line, reader->line);
		nr_old -= context || kind == '-';
		nr_new -= context || kind == '+';
		next_line(reader);
	}
	return NULL;
}

/* What git writes for files whose name or mode alone changes, or which are binary, has no hunks. */
static struct error *refuse_other(const struct reader *reader)
{
	static const char *const kinds[] = { "GIT binary patch", "rename from ", "copy from " };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_starts(reader->pos, kinds[i]))
			return error_new(ERROR_INPUT,
					 "%s:%u: '%s' cannot be judged; make the patch with "
					 "git format-patch --no-renames",
					 reader->path, reader->line, kinds[i]);
	return NULL;
}

struct error *patch_text_parse(const char *path, const char *text, struct patch_text *ret)
{
	struct reader reader = { .path = path, .pos = text, .line = 1 };
	struct patch_text patch = { 0 };
	struct error *err = NULL;

	while (!err && *reader.pos) {
		if (at_file(&reader)) {
			err = add_file(&reader, &patch);
		} else if (str_starts(reader.pos, "@@ -") && patch.files.len) {
			err = add_hunk(&reader, &patch.files.data[patch.files.len - 1]);
		} else {
			err = refuse_other(&reader);
			next_line(&reader);
		}
	}
	if (!err && !patch.files.len)
		err = error_new(ERROR_INPUT, "%s: there is no patch in it", path);
	for (size_t i = 0; !err && i < patch.files.len; i++)
		if (!patch.files.data[i].hunks.len)
			err = error_new(ERROR_INPUT, "%s: %s has no hunk", path,
					patch.files.data[i].name);
	if (err) {
		patch_text_release(&patch);
		return err;
	}
	*ret = patch;
	return NULL;
}

void patch_text_release(struct patch_text *patch)
{
	vec_for_each(file, &patch->files) {
		free(file->name);
		vec_free(&file->hunks);
	}
	vec_free(&patch->files);
}

const struct patch_file *patch_text_find(const struct patch_text *patch, const char *name)
{
	vec_for_each(file, &patch->files)
		if (str_eq(file->name, name))
			return file;
	return NULL;
}
