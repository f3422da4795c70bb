// SPDX-License-Identifier: GPL-2.0-only
#include "config/ini_skeleton.h"

#include "core/mem.h"

static void add_choices(const struct ini_field *field, struct strbuf *out)
{
	const char *separator = ": ";

	for (const struct ini_choice *choice = field->choices; choice && choice->name; choice++) {
		strbuf_addf(out, "%s%s", separator, choice->name);
		separator = ", ";
	}
}

static void add_comment(const struct ini_field *field, struct strbuf *out)
{
	strbuf_addf(out, "; %s", field->help);
	add_choices(field, out);
	if (field->type == INI_UINT)
		strbuf_addf(out, ": %u to %u", field->min, field->max);
	if (!field->required)
		strbuf_adds(out, " (may be left out)");
	strbuf_addc(out, '\n');
}

/* Each line of a list on a line of its own. */
static void add_example(const struct ini_field *field, struct strbuf *out)
{
	strbuf_addf(out, "%s =", field->key);
	strbuf_adds(out, field->type == INI_LINES ? "\n\t" : " ");
	for (const char *p = field->example; *p; p++) {
		strbuf_addc(out, *p);
		if (*p == '\n')
			strbuf_addc(out, '\t');
	}
	strbuf_addc(out, '\n');
}

void ini_skeleton(const struct ini_schema *schema, struct strbuf *out)
{
	const char *section = "";

	for (size_t i = 0; i < schema->nr_fields; i++) {
		const struct ini_field *field = &schema->fields[i];

		if (!str_eq(section, field->section))
			strbuf_addf(out, "\n[%s]\n", field->section);
		section = field->section;
		add_comment(field, out);
		if (field->example)
			add_example(field, out);
		else
			strbuf_addf(out, "; %s = %s\n", field->key,
				    field->fallback ? field->fallback : "");
	}
}
