// SPDX-License-Identifier: GPL-2.0-only
#include "verify/name_rules.h"

#include <ctype.h>
#include <stddef.h>

enum {
	/* KSYM_NAME_LEN, the kernel's limit of a name */
	MAX_NAME = 512
};

/* Linux lets names have dots since 6.4: compilers put them into names of their own making. */
static bool is_name_char(char c, bool first)
{
	return (first ? isalpha((unsigned char)c) : isalnum((unsigned char)c)) || c == '_' ||
	       c == '.';
}

static bool is_identifier(const char *name)
{
	if (!is_name_char(name[0], true))
		return false;
	for (const char *p = name; *p; p++)
		if (!is_name_char(*p, false) || p - name >= MAX_NAME)
			return false;
	return true;
}

static bool is_section_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isprint((unsigned char)*p) || p - name >= MAX_NAME)
			return false;
	return *name;
}

static bool is_anything(const char *name)
{
	(void)name;
	return true;
}

static bool is_not_empty(const char *name)
{
	return *name;
}

static const struct {
	bool may_lack;
	bool (*valid)(const char *name);
	const char *rule;
} name_rules[] = {
	[NAME_NONE] = { true, NULL, "no name" },
	[NAME_OPTIONAL] = { true, is_identifier, "no name, or a C identifier" },
	[NAME_IDENTIFIER] = { false, is_identifier, "a C identifier for a name" },
	[NAME_SECTION] = { false, is_section_name, "a section name of printable characters" },
	[NAME_TEXT] = { false, is_not_empty, "a text" },
	[NAME_ANY] = { true, is_anything, "a name in the string section" },
};

bool name_may_lack(enum name_rule rule)
{
	return name_rules[rule].may_lack;
}

bool name_is_valid(enum name_rule rule, const char *name)
{
	return name_rules[rule].valid && name_rules[rule].valid(name);
}

const char *name_rule_text(enum name_rule rule)
{
	return name_rules[rule].rule;
}
