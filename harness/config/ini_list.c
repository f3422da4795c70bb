// SPDX-License-Identifier: GPL-2.0-only
#include "config/ini_list.h"

#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

enum {
	/* as ini_load() has it */
	MAX_FILE = 64 * 1024,
};

typedef VEC(char *) names_t;

/* The heading of each section; one that is there twice is left to ini_load(). */
static void find_names(names_t *names, const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *end = *line == '[' ? line + strcspn(line, "]\n") : NULL;
		bool there = false;
		char *name;

		if (!end || *end != ']')
			continue;
		name = xstrndup(line + 1, (size_t)(end - line - 1));
		vec_for_each(other, names)
			there |= str_eq(*other, name);
		if (there)
			free(name);
		else
			vec_push(names, name);
	}
}

/* The same keys for each section, put into that section's entry. */
static struct ini_field *make_fields(const struct ini_list_schema *schema, const names_t *names)
{
	size_t nr = schema->nr_fields;
	struct ini_field *fields = xcalloc(names->len * nr + 1, sizeof(*fields));

	for (size_t i = 0; i < names->len; i++) {
		for (size_t k = 0; k < nr; k++) {
			struct ini_field *field = &fields[i * nr + k];

			*field = schema->fields[k];
			field->section = names->data[i];
			field->offset += i * schema->entry_size;
		}
	}
	return fields;
}

struct error *ini_list_load(const char *path, const struct ini_list_schema *schema,
			    void **entries_ret, size_t *nr_ret)
{
	_cleanup_free_ struct ini_field *fields = NULL;
	_cleanup_free_ char *text = NULL;
	names_t names = { 0 };
	struct error *err = file_read(path, MAX_FILE, &text, NULL);
	char *entries;

	*entries_ret = NULL;
	*nr_ret = 0;
	if (err)
		return err;
	find_names(&names, text);
	fields = make_fields(schema, &names);
	entries = xcalloc(names.len + 1, schema->entry_size);
	for (size_t i = 0; i < names.len; i++)
		*(char **)(void *)(entries + i * schema->entry_size + schema->name_offset) =
			names.data[i];
	*entries_ret = entries;
	*nr_ret = names.len;
	/* the names are the entries' now */
	vec_free(&names);
	return ini_load(path, &(const struct ini_schema){ fields, *nr_ret * schema->nr_fields },
			entries);
}
