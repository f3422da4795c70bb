// SPDX-License-Identifier: GPL-2.0-only
#include "config/ini_schema.h"

#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	FILE_MAX = 64 * 1024,
	/* inih's buffer is 200 bytes unless built otherwise, and it cuts what is longer in two. */
	LINE_LENGTH_MAX = 190,
};

struct ini_parser {
	const char *path;
	const struct ini_schema *schema;
	void *object;
	/* the file's text, and the next line in it */
	const char *text, *next;
	/* of the line inih was given last, from 1: its handler is not told (INI_HANDLER_LINENO) */
	unsigned int line;
	bool indented;
	/* line of each field's key, 0 where there is none; as many as the schema has fields */
	unsigned int *key_lines;
	const struct ini_field *last;
	/* the first error, and its line */
	struct error *err;
	unsigned int err_line;
};

static printf_like(3, 4) void complain(struct ini_parser *p, unsigned int line, const char *fmt,
				       ...)
{
	va_list args;

	/* inih goes on after an error; what follows the first is often its echo. */
	if (p->err)
		return;
	va_start(args, fmt);
	_cleanup_free_ char *message = xvasprintf(fmt, args);
	va_end(args);
	p->err = error_new(ERROR_INPUT, "%s:%u: %s", p->path, line, message);
	p->err_line = line;
}

/* "; did you mean 'X'?" or "; known are: ..." */
static char *suggest(const char *const *known, const char *word)
{
	const char *nearest = strv_nearest(known, word);
	_cleanup_free_ char *all = strv_join(known, ", ");

	return nearest ? xasprintf("did you mean '%s'?", nearest)
		       : xasprintf("known here: %s", all);
}

static char *suggest_section(const struct ini_schema *schema, const char *word)
{
	_cleanup_strv_ strv known = NULL;

	for (size_t i = 0; i < schema->nr_fields; i++)
		if (!strv_has(STRV_CONST(known), schema->fields[i].section))
			strv_append(&known, xstrdup(schema->fields[i].section));
	return suggest(STRV_CONST(known), word);
}

static char *suggest_key(const struct ini_schema *schema, const char *section, const char *word)
{
	_cleanup_strv_ strv known = NULL;

	for (size_t i = 0; i < schema->nr_fields; i++)
		if (str_eq(schema->fields[i].section, section))
			strv_append(&known, xstrdup(schema->fields[i].key));
	return suggest(STRV_CONST(known), word);
}

static bool has_section(const struct ini_schema *schema, const char *section)
{
	for (size_t i = 0; i < schema->nr_fields; i++)
		if (str_eq(schema->fields[i].section, section))
			return true;
	return false;
}

static const struct ini_field *find_field(const struct ini_schema *schema, const char *section,
					  const char *key)
{
	for (size_t i = 0; i < schema->nr_fields; i++)
		if (str_eq(schema->fields[i].section, section) &&
		    str_eq(schema->fields[i].key, key))
			return &schema->fields[i];
	return NULL;
}

/* The section a line opens, as a copy, or NULL. */
static char *section_of_line(const char *line)
{
	const char *end = *line == '[' ? line + strcspn(line, "]\n") : NULL;

	return end && *end == ']' ? xstrndup(line + 1, (size_t)(end - line - 1)) : NULL;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

static unsigned int section_line(const char *text, const char *section)
{
	unsigned int number = 1;

	for (const char *line = text; *line; line = next_line(line), number++) {
		_cleanup_free_ char *name = section_of_line(line);

		if (name && str_eq(name, section))
			return number;
	}
	return 0;
}

/* A section without keys never reaches inih's handler, so the reader looks at the headings. */
static void check_heading(struct ini_parser *p, const char *line)
{
	_cleanup_free_ char *section = section_of_line(line);

	if (!section)
		return;
	if (!has_section(p->schema, section)) {
		_cleanup_free_ char *mend = suggest_section(p->schema, section);

		complain(p, p->line, "unknown section [%s]; %s", section, mend);
		return;
	}

	unsigned int first = section_line(p->text, section);
	if (first != p->line)
		complain(p, p->line,
			 "section [%s] is there twice, first on line %u; move its keys there",
			 section, first);
}

/* An ini_reader: one line a call, so that the handler's line is always p->line. */
static char *read_line(char *buf, int size, void *stream)
{
	struct ini_parser *p = stream;
	const char *line = p->next;
	size_t len = strcspn(line, "\n");

	if (!*line || p->err || size < 2)
		return NULL;
	p->line++;
	p->next = next_line(line);
	p->indented = *line == ' ' || *line == '\t';
	if (len > LINE_LENGTH_MAX || len > (size_t)size - 1) {
		complain(p, p->line, "the line has %zu bytes; make it %d at most", len,
			 LINE_LENGTH_MAX);
		return NULL;
	}
	memcpy(buf, line, len);
	buf[len] = '\0';
	check_heading(p, buf);
	return buf;
}

static void *member(void *object, const struct ini_field *field)
{
	return (char *)object + field->offset;
}

static bool parse_uint(const char *text, unsigned int *ret)
{
	bool hex = str_starts(text, "0x");
	const char *digits = hex ? text + 2 : text;
	size_t len = strlen(digits);

	/* 9 digits of either kind fit into 64 bits, and no field needs more. */
	if (len == 0 || len > 9 ||
	    strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != len)
		return false;

	unsigned long long value = strtoull(digits, NULL, hex ? 16 : 10);
	if (value > 0xffffffffULL)
		return false;
	*ret = (unsigned int)value;
	return true;
}

static const struct ini_choice yes_no[] = { { "yes", 1 }, { "no", 0 }, { NULL, 0 } };

static const struct ini_choice *choices_of(const struct ini_field *field)
{
	return field->choices ? field->choices : yes_no;
}

static char *choose_words(const struct ini_field *field)
{
	_cleanup_strv_ strv names = NULL;

	for (const struct ini_choice *c = choices_of(field); c->name; c++)
		strv_append(&names, xstrdup(c->name));
	return strv_join(STRV_CONST(names), ", ");
}

static bool check_value(struct ini_parser *p, const struct ini_field *field, const char *value)
{
	const char *wrong = field->check ? field->check(value) : NULL;

	if (wrong)
		complain(p, p->line, "'%s' in %s %s", value, field->key, wrong);
	return !wrong;
}

static void store_string(struct ini_parser *p, const struct ini_field *field, const char *value)
{
	if (!*value) {
		complain(p, p->line, "%s is empty; give %s", field->key, field->help);
		return;
	}
	if (check_value(p, field, value))
		*(char **)member(p->object, field) = xstrdup(value);
}

static void store_uint(struct ini_parser *p, const struct ini_field *field, const char *value)
{
	unsigned int number;

	if (!parse_uint(value, &number) || number < field->min || number > field->max) {
		complain(p, p->line, "'%s' in %s must be a number from %u to %u", value, field->key,
			 field->min, field->max);
		return;
	}
	*(unsigned int *)member(p->object, field) = number;
}

static const struct ini_choice *parse_choice(struct ini_parser *p, const struct ini_field *field,
					     const char *value)
{
	for (const struct ini_choice *c = choices_of(field); c->name; c++)
		if (str_eq(c->name, value))
			return c;

	_cleanup_free_ char *names = choose_words(field);

	complain(p, p->line, "'%s' in %s must be one of: %s", value, field->key, names);
	return NULL;
}

static void store_bool(struct ini_parser *p, const struct ini_field *field, const char *value)
{
	const struct ini_choice *choice = parse_choice(p, field, value);

	if (choice)
		*(bool *)member(p->object, field) = choice->value;
}

static void store_enum(struct ini_parser *p, const struct ini_field *field, const char *value)
{
	const struct ini_choice *choice = parse_choice(p, field, value);

	if (choice)
		*(unsigned int *)member(p->object, field) = choice->value;
}

static void store_word(struct ini_parser *p, const struct ini_field *field, const char *word)
{
	strv *list = member(p->object, field);

	if (!check_value(p, field, word))
		return;
	if (field->unique && strv_has(STRV_CONST(*list), word)) {
		complain(p, p->line, "'%s' is in %s twice; remove one", word, field->key);
		return;
	}
	strv_append(list, xstrdup(word));
}

static void store_words(struct ini_parser *p, const struct ini_field *field, const char *value)
{
	static const char white[] = " \t";

	value += strspn(value, white);
	while (*value) {
		size_t len = strcspn(value, white);
		_cleanup_free_ char *word = xstrndup(value, len);

		store_word(p, field, word);
		value += len;
		value += strspn(value, white);
	}
}

static void store_line(struct ini_parser *p, const struct ini_field *field, const char *value)
{
	/* `key =` with all the entries on the lines below it */
	if (*value)
		store_word(p, field, value);
}

static const struct {
	void (*store)(struct ini_parser *p, const struct ini_field *field, const char *value);
	/* an indented line below adds to the value */
	bool continues;
	/* the member is a string, a list of strings */
	bool owns_string, owns_list;
} types[] = {
	[INI_STRING] = { .store = store_string, .owns_string = true },
	[INI_UINT] = { .store = store_uint },
	[INI_BOOL] = { .store = store_bool },
	[INI_ENUM] = { .store = store_enum },
	[INI_WORDS] = { .store = store_words, .continues = true, .owns_list = true },
	[INI_LINES] = { .store = store_line, .continues = true, .owns_list = true },
};

/* Older releases of inih leave " ; comment" on continuation lines. */
static char *strip_comment(const char *value)
{
	size_t len = 0;

	for (; value[len]; len++)
		if (value[len] == ';' && (len == 0 || strchr(" \t", value[len - 1])))
			break;
	while (len && strchr(" \t\r", value[len - 1]))
		len--;
	return xstrndup(value, len);
}

static void handle_pair(struct ini_parser *p, const char *section, const char *key,
			const char *raw_value)
{
	const struct ini_field *field = find_field(p->schema, section, key);
	_cleanup_free_ char *value = strip_comment(raw_value);

	if (!field && !*section) {
		complain(p, p->line, "'%s' comes before any [section]; move it into one", key);
		return;
	}
	if (!field) {
		_cleanup_free_ char *mend = has_section(p->schema, section)
						    ? suggest_key(p->schema, section, key)
						    : suggest_section(p->schema, section);

		complain(p, p->line, "unknown key '%s' in [%s]; %s", key, section, mend);
		return;
	}

	unsigned int *first = &p->key_lines[field - p->schema->fields];
	bool continuation = *first && p->indented && p->last == field;

	if (continuation && !types[field->type].continues) {
		complain(p, p->line,
			 "the line is indented, so it continues %s, which has one line alone; "
			 "begin it at the left margin",
			 key);
		return;
	}
	if (*first && !continuation) {
		complain(p, p->line, "%s is there twice, first on line %u; remove one", key,
			 *first);
		return;
	}
	if (!*first)
		*first = p->line;
	p->last = field;
	types[field->type].store(p, field, value);
}

/* An ini_handler: 1 is success. */
static int handler(void *user, const char *section, const char *key, const char *value)
{
	struct ini_parser *p = user;

	if (!p->err)
		handle_pair(p, section, key, value ? value : "");
	return !p->err;
}

static void check_missing(struct ini_parser *p)
{
	for (size_t i = 0; i < p->schema->nr_fields && !p->err; i++) {
		const struct ini_field *field = &p->schema->fields[i];
		bool list = types[field->type].owns_list;
		bool missing = !p->key_lines[i];

		if (missing && field->fallback) {
			types[field->type].store(p, field, field->fallback);
			continue;
		}
		if (!missing && list && field->required && !*(strv *)member(p->object, field)) {
			complain(p, p->key_lines[i], "%s is empty; give %s", field->key,
				 field->help);
			continue;
		}
		if (list && !*(strv *)member(p->object, field))
			*(strv *)member(p->object, field) = xcalloc(1, sizeof(char *));
		if (!missing || !field->required)
			continue;

		unsigned int line = section_line(p->text, field->section);
		complain(p, line ? line : 1, "[%s] %s is missing; add `%s = ...`: %s",
			 field->section, field->key, field->key, field->help);
	}
}

static void check_bytes(struct ini_parser *p, size_t len)
{
	unsigned int line = 1;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p->text[i];

		if (c == '\n') {
			line++;
			continue;
		}
		if (c == '\t' || (c == '\r' && i + 1 < len && p->text[i + 1] == '\n'))
			continue;
		if (c < ' ' || c == 0x7f) {
			complain(p, line, "a control character (0x%02x); this must be plain text",
				 c);
			return;
		}
	}
}

static void parse(struct ini_parser *p)
{
	int bad_line = ini_parse_stream(read_line, p, handler, p);

	if (bad_line < 0)
		complain(p, 1, "no memory to read it");
	/* inih counts what the handler refused as an error too; a lower line is its own. */
	if (bad_line > 0 && (!p->err || (unsigned int)bad_line < p->err_line)) {
		error_free(p->err);
		p->err = NULL;
		complain(p, (unsigned int)bad_line,
			 "neither `[section]` nor `key = value`; a comment starts with ';' or '#'");
	}
}

static struct error *read_text(const char *path, char **text_ret, size_t *len_ret)
{
	struct stat st;

	/* Before opening it: a FIFO would keep us waiting. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return error_new(ERROR_INPUT, "%s: not a regular file; a descriptor is a text file",
				 path);
	return file_read(path, FILE_MAX, text_ret, len_ret);
}

struct error *ini_load(const char *path, const struct ini_schema *schema, void *object)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ unsigned int *key_lines = NULL;
	size_t len;
	struct error *err = read_text(path, &text, &len);

	if (err)
		return err;
	key_lines = xcalloc(schema->nr_fields, sizeof(*key_lines));

	struct ini_parser p = {
		.path = path,
		.schema = schema,
		.object = object,
		.text = text,
		.next = text,
		.key_lines = key_lines,
	};

	check_bytes(&p, len);
	if (!p.err)
		parse(&p);
	if (!p.err)
		check_missing(&p);
	return p.err;
}

void ini_release(const struct ini_schema *schema, void *object)
{
	for (size_t i = 0; i < schema->nr_fields; i++) {
		const struct ini_field *field = &schema->fields[i];

		if (types[field->type].owns_string) {
			char **string = member(object, field);

			free(*string);
			*string = NULL;
		}
		if (types[field->type].owns_list) {
			strv *list = member(object, field);

			strv_free(*list);
			*list = NULL;
		}
	}
}

/* Whether @line, with its end in @line too, begins with `key =` or `key:`. */
static bool line_has_key(const char *line, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) != 0)
		return false;
	line += len;
	line += strspn(line, " \t");
	return *line == '=' || *line == ':';
}

unsigned int ini_find_line(const char *path, const char *section, const char *key)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = read_text(path, &text, NULL);
	unsigned int number = 1;
	bool inside = false;

	if (err)
		return 1;
	for (const char *line = text; *line; line = next_line(line), number++) {
		_cleanup_free_ char *name = section_of_line(line);

		if (name)
			inside = str_eq(name, section);
		else if (inside && line_has_key(line, key))
			return number;
	}

	unsigned int heading = section_line(text, section);
	return heading ? heading : 1;
}

const char *ini_check_subpath(const char *value)
{
	bool bad = *value == '/' || str_eq(value, "..") || str_starts(value, "../") ||
		   str_ends(value, "/..") || strstr(value, "/../");

	return bad ? "must be a path below the tree, without '..'" : NULL;
}

const char *ini_check_name(const char *value)
{
	bool bad = !*value ||
		   strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != strlen(value) ||
		   strchr(".-", *value) || strlen(value) > 40;

	return bad ? "must be a name: a-z, 0-9, '_', '.', '-'; names are separated by spaces"
		   : NULL;
}

const char *ini_check_kconfig(const char *value)
{
	static const char prefix[] = "CONFIG_";
	const char *rest = value + (str_starts(value, prefix) ? strlen(prefix) : 0);
	size_t len =
		strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
	bool good = rest != value && len && rest[len] == '=' && rest[len + 1];

	return good ? NULL
		    : "must be like CONFIG_FOO=y, one on each line (CONFIG_FOO=n to leave out)";
}

const char *ini_check_package(const char *value)
{
	bool bad = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789+.-|") != strlen(value) ||
		   *value == '|' || str_ends(value, "|") || strstr(value, "||") || *value == '-' ||
		   strstr(value, "|-");

	return bad ? "must be a Debian package, or 'a|b' without spaces" : NULL;
}

char *ini_name_of_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = strlen(base);

	return xstrndup(base, str_ends(base, ".ini") ? len - strlen(".ini") : len);
}
