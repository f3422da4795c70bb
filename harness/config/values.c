// SPDX-License-Identifier: GPL-2.0-only
#include "config/values.h"

#include <ctype.h>
#include <string.h>

#include "config/ini_list.h"

/* What may stand behind a witness's word. */
static const struct {
	const char *word;
	enum value_witness witness;
	size_t min, max;
} witnesses[] = {
	{ "constant", WITNESS_CONSTANT, 1, 16 },  { "uname", WITNESS_UNAME, 1, 1 },
	{ "file", WITNESS_FILE, 1, 2 },           { "list-end", WITNESS_LIST_END, 1, 1 },
	{ "symbol", WITNESS_SYMBOL, 1, 16 },      { "cpu", WITNESS_CPU, 0, 0 },
	{ "increases", WITNESS_INCREASES, 0, 0 },
};

static strv split_words(const char *text)
{
	strv words = NULL;

	for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
		size_t len = strcspn(text, " \t");

		strv_append(&words, xstrndup(text, len));
		text += len;
	}
	return words;
}

/* The row of @equals' first word; NULL: there is none, or what follows does not fit. */
static const __typeof__(witnesses[0]) *find_witness(const char *equals)
{
	_cleanup_strv_ strv words = split_words(equals);
	size_t nr = strv_len(STRV_CONST(words));

	for (size_t i = 0; nr && i < ARRAY_SIZE(witnesses); i++)
		if (str_eq(words[0], witnesses[i].word))
			return nr - 1 >= witnesses[i].min && nr - 1 <= witnesses[i].max
				       ? &witnesses[i]
				       : NULL;
	return NULL;
}

static const char *check_equals(const char *value)
{
	static const char *const fields[] = { "release", "version", "machine", NULL };
	_cleanup_strv_ strv words = split_words(value);
	const __typeof__(witnesses[0]) *row = find_witness(value);

	if (!row)
		return "must be `constant WORD...`, `uname FIELD`, `file PATH [KEY]`, `list-end "
		       "PATH`, "
		       "`symbol NAME...`, `cpu` or `increases`";
	if (row->witness == WITNESS_UNAME && !strv_has(fields, words[1]))
		return "must be `uname release`, `uname version` or `uname machine`";
	if ((row->witness == WITNESS_FILE || row->witness == WITNESS_LIST_END) &&
	    words[1][0] != '/')
		return "must name a file by its whole path";
	return NULL;
}

/* An identifier, then ".member" and "[number]". */
static const char *check_path(const char *value)
{
	static const char must[] = "must be a variable, then .member and [number] as in C";
	const char *at = value;

	for (;;) {
		if (!isalpha((unsigned char)*at) && *at != '_')
			return must;
		while (isalnum((unsigned char)*at) || *at == '_')
			at++;
		while (*at == '[') {
			size_t digits = strspn(at + 1, "0123456789");

			if (!digits || digits > 6 || at[1 + digits] != ']')
				return must;
			at += digits + 2;
		}
		if (!*at)
			return NULL;
		if (*at++ != '.')
			return must;
	}
}

#define ENTRY(member) offsetof(struct value_entry, member)

static const struct ini_choice readings[] = {
	{ "string", READ_STRING },   { "pointed-string", READ_POINTED_STRING },
	{ "signed", READ_SIGNED },   { "unsigned", READ_UNSIGNED },
	{ "pointer", READ_POINTER }, { NULL, 0 },
};

static const struct ini_field fields[] = {
	{ .key = "path",
	  .type = INI_STRING,
	  .offset = ENTRY(path),
	  .required = true,
	  .check = check_path,
	  .help = "the variable and its member" },
	{ .key = "read",
	  .type = INI_ENUM,
	  .offset = ENTRY(reading),
	  .required = true,
	  .choices = readings,
	  .help = "how its bytes are read" },
	{ .key = "equals",
	  .type = INI_STRING,
	  .offset = ENTRY(equals),
	  .required = true,
	  .check = check_equals,
	  .help = "what it must be" },
	{ .key = "kernels",
	  .type = INI_WORDS,
	  .offset = ENTRY(kernels),
	  .unique = true,
	  .help = "the kernels that surely have it, e.g. 6.12" },
	{ .key = "arches",
	  .type = INI_WORDS,
	  .offset = ENTRY(arches),
	  .unique = true,
	  .check = ini_check_name,
	  .help = "the architectures that surely have it" },
	{ .key = "unset",
	  .type = INI_WORDS,
	  .offset = ENTRY(unset),
	  .unique = true,
	  .check = ini_check_name,
	  .help = "folders below arch/ of those that never give it a value" },
};

/* What the probe sends is told apart by the path alone. */
static struct error *check_unique(const char *path, const struct values *values)
{
	vec_for_each(entry, &values->entries)
		for (const struct value_entry *other = values->entries.data; other < entry; other++)
			if (str_eq(other->path, entry->path))
				return error_new(ERROR_INPUT,
						 "%s:%u: %s is in [%s] already; one section of the "
						 "two must go",
						 path, ini_find_line(path, entry->name, "path"),
						 entry->path, other->name);
	return NULL;
}

struct error *values_load(const char *path, struct values **ret)
{
	static const struct ini_list_schema schema = {
		.fields = fields,
		.nr_fields = ARRAY_SIZE(fields),
		.entry_size = sizeof(struct value_entry),
		.name_offset = ENTRY(name),
	};
	_cleanup_(values_cleanup) struct values *values = xcalloc(1, sizeof(*values));
	void *entries;
	struct error *err = ini_list_load(path, &schema, &entries, &values->entries.len);

	values->entries.data = entries;
	if (!err)
		err = check_unique(path, values);
	if (err)
		return err;
	vec_for_each(entry, &values->entries) {
		_cleanup_strv_ strv words = split_words(entry->equals);

		entry->witness = find_witness(entry->equals)->witness;
		for (char **word = words + 1; *word; word++)
			strv_append(&entry->arguments, xstrdup(*word));
	}
	*ret = return_ptr(values);
	return NULL;
}

void values_free(struct values *values)
{
	if (!values)
		return;
	vec_for_each(entry, &values->entries) {
		free(entry->name);
		free(entry->path);
		free(entry->equals);
		strv_free(entry->arguments);
		strv_free(entry->kernels);
		strv_free(entry->arches);
		strv_free(entry->unset);
	}
	vec_free(&values->entries);
	free(values);
}

static bool names_file(const struct value_entry *entry)
{
	return entry->witness == WITNESS_FILE || entry->witness == WITNESS_LIST_END;
}

char *value_file(const struct value_entry *entry)
{
	return names_file(entry) ? strv_join(STRV_CONST(entry->arguments), " ") : NULL;
}

/* Several values may be in one file. */
static bool is_first_of_file(const struct values *values, const struct value_entry *entry)
{
	_cleanup_free_ char *file = value_file(entry);

	for (const struct value_entry *other = values->entries.data; other < entry; other++) {
		_cleanup_free_ char *other_file = value_file(other);

		if (other_file && str_eq(other_file, file))
			return false;
	}
	return true;
}

void values_write_list(const struct values *values, struct strbuf *list)
{
	vec_for_each(entry, &values->entries) {
		_cleanup_free_ char *file = value_file(entry);
		const char *word = "once";

		if (entry->witness == WITNESS_INCREASES)
			word = "twice";
		else if (entry->reading == READ_POINTED_STRING)
			word = "pointed";
		strbuf_addf(list, "%s %s\n", word, entry->path);
		if (file && is_first_of_file(values, entry))
			strbuf_addf(list, "file %s\n", file);
	}
}

bool value_is_sure(const struct value_entry *entry, const char *arch, const char *kernel)
{
	if (!strv_len(STRV_CONST(entry->kernels)) || !kernel ||
	    !strv_has(STRV_CONST(entry->kernels), kernel))
		return false;
	return !strv_len(STRV_CONST(entry->arches)) ||
	       (arch && strv_has(STRV_CONST(entry->arches), arch));
}

bool value_is_unset(const struct value_entry *entry, const char *srcarch)
{
	return srcarch && strv_len(STRV_CONST(entry->unset)) &&
	       strv_has(STRV_CONST(entry->unset), srcarch);
}
