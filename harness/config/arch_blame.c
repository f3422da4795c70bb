// SPDX-License-Identifier: GPL-2.0-only
#include "config/arch_blame.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/strbuf.h"

char *arch_blame(const struct arch *arch, const char *section, const char *key, const char *fmt,
		 ...)
{
	_cleanup_free_ char *why = NULL;
	va_list args;

	va_start(args, fmt);
	why = xvasprintf(fmt, args);
	va_end(args);
	return xasprintf("%s:%u: [%s] %s: %s", arch->path, ini_find_line(arch->path, section, key),
			 section, key, why);
}

char *arch_blame_message(const struct arch *arch, const struct arch_blame_rule *rules,
			 size_t nr_rules, const char *message)
{
	for (size_t i = 0; message && i < nr_rules; i++)
		if (strstr(message, rules[i].text))
			return arch_blame(arch, rules[i].section, rules[i].key, "%s", rules[i].why);
	return NULL;
}

unsigned int arch_kconfig_line(const struct arch *arch, const char *symbol, size_t len)
{
	static const char prefix[] = "CONFIG_";
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = file_read(arch->path, 0, &text, NULL);
	unsigned int number = 0;

	if (err)
		return 0;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *at = line + strspn(line, " \t");

		number++;
		if (str_starts(at, prefix) && strncmp(at + strlen(prefix), symbol, len) == 0 &&
		    at[strlen(prefix) + len] == '=')
			return number;
	}
	return 0;
}
