// SPDX-License-Identifier: GPL-2.0-only
#include "config/kernel_line.h"

#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "core/mem.h"

/* The newest of a line whose name ends in ".x": no minor version is higher. */
#define NEWEST_MINOR "9999"

static const char *check_package(const char *value)
{
	static const char prefix[] = "linux-source-";
	const char *rest = str_starts(value, prefix) ? value + strlen(prefix) : "";
	size_t len = strspn(rest, "0123456789.");
	bool good = len && (!rest[len] || str_eq(rest + len, "*"));

	return good ? NULL : "must be linux-source-VERSION, or linux-source-7.* for the newest 7";
}

#define FIELD(section_, key_, type_, member_, ...)                           \
	{                                                                    \
		.section = section_, .key = key_, .type = type_,             \
		.offset = offsetof(struct kernel_line, member_), __VA_ARGS__ \
	}

static const struct ini_field fields[] = {
	FIELD("kernel", "description", INI_STRING, description,
	      .help = "one line that says what the line is"),
	FIELD("kernel", "arches", INI_WORDS, arches, .unique = true, .check = ini_check_name,
	      .help = "architectures it can be built for; none: all"),
	FIELD("kernel", "not_arches", INI_WORDS, not_arches, .unique = true,
	      .check = ini_check_name, .help = "architectures it cannot be built for"),
	FIELD("kernel", "kconfig", INI_LINES, kconfig, .check = ini_check_kconfig,
	      .help = "lines for Kconfig that only this line needs"),
	FIELD("debian", "package", INI_STRING, package, .required = true, .check = check_package,
	      .help = "the package with the source"),
	FIELD("debian", "suites", INI_WORDS, suites, .required = true, .unique = true,
	      .check = ini_check_name, .help = "releases of Debian that have it"),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

/* "6.12" or "7.x" */
static bool is_line_name(const char *name)
{
	size_t major = strspn(name, "0123456789");
	const char *minor = name + major + 1;

	if (!major || name[major] != '.')
		return false;
	return str_eq(minor, "x") || (*minor && strspn(minor, "0123456789") == strlen(minor));
}

struct error *kernel_line_load(const char *path, struct kernel_line **ret)
{
	_cleanup_(kernel_line_cleanup) struct kernel_line *line = xcalloc(1, sizeof(*line));
	struct error *err = ini_load(path, &schema, line);

	if (err)
		return err;
	line->path = xstrdup(path);
	line->name = ini_name_of_path(path);
	if (!is_line_name(line->name))
		return error_new(ERROR_INPUT,
				 "%s: a kernel line is called 6.12, or 7.x; rename the file", path);
	*ret = return_ptr(line);
	return NULL;
}

struct kernel_line *kernel_line_of_tree(const char *name)
{
	struct kernel_line *line = xcalloc(1, sizeof(*line));

	line->name = xstrdup(name);
	return line;
}

void kernel_line_free(struct kernel_line *line)
{
	if (!line)
		return;
	ini_release(&schema, line);
	free(line->name);
	free(line->path);
	free(line);
}

bool kernel_line_is_for(const struct kernel_line *line, const char *arch)
{
	return strv_allows(STRV_CONST(line->arches), STRV_CONST(line->not_arches), arch);
}

char *kernel_line_version(const struct kernel_line *line)
{
	if (str_ends(line->name, ".x"))
		return xasprintf("%.*s" NEWEST_MINOR, (int)strlen(line->name) - 1, line->name);
	return xstrdup(line->name);
}
