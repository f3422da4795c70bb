// SPDX-License-Identifier: GPL-2.0-only
#include "verify/name_rules.h"

#include <ctype.h>
#include <stddef.h>

#include "btf/btf_layout.h"

/*
 * What a byte may be in a name, as bits. Linux lets names have dots since 6.4: compilers put them into
 * names of their own making. A table of our own, since a kernel has half a megabyte of names and
 * isalnum() asks the locale for each byte.
 */
enum {
	MAY_BEGIN = 1 << 0,
	MAY_FOLLOW = 1 << 1,
};

static const unsigned char name_bytes[256] = {
	['0' ... '9'] = MAY_FOLLOW,
	['A' ... 'Z'] = MAY_BEGIN | MAY_FOLLOW,
	['a' ... 'z'] = MAY_BEGIN | MAY_FOLLOW,
	['_'] = MAY_BEGIN | MAY_FOLLOW,
	['.'] = MAY_BEGIN | MAY_FOLLOW,
};

static bool is_identifier(const char *name)
{
	const unsigned char *p = (const unsigned char *)name, *end = p + BTF_NAME_MAX;

	if (!(name_bytes[*p] & MAY_BEGIN))
		return false;
	while (name_bytes[*p] & MAY_FOLLOW)
		if (++p > end)
			return false;
	return !*p;
}

static bool is_section_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isprint((unsigned char)*p) || p - name >= BTF_NAME_MAX)
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
