// SPDX-License-Identifier: GPL-2.0-only
#include "config/toolchain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "config/version.h"
#include "core/mem.h"

static const char *check_pattern(const char *value)
{
	const char *percent = strchr(value, '%');
	bool good = !percent || (percent[1] == 's' && !strchr(percent + 1, '%'));

	return good ? NULL : "must have '%s' once at most, for the cross prefix, and no other '%'";
}

static const char *check_make_arg(const char *value)
{
	return strchr(value, '=') && *value != '=' && *value != '-'
		       ? NULL
		       : "must be a variable for make, like LLVM=-19";
}

/* "ARCH:VERSION" */
static const char *check_since(const char *value)
{
	const char *colon = strchr(value, ':');
	bool good =
		colon && colon > value && !version_check_range(colon + 1) && !strstr(colon, "..");

	return good ? NULL : "must be an architecture and the oldest kernel, like s390x:6.12";
}

#define FIELD(section_, key_, type_, member_, ...)                         \
	{                                                                  \
		.section = section_, .key = key_, .type = type_,           \
		.offset = offsetof(struct toolchain, member_), __VA_ARGS__ \
	}

static const struct ini_field fields[] = {
	FIELD("toolchain", "cc", INI_STRING, cc, .required = true, .check = check_pattern,
	      .help = "the compiler, '%s' for the cross prefix"),
	FIELD("toolchain", "ld", INI_STRING, ld, .required = true, .check = check_pattern,
	      .help = "the linker, '%s' for the cross prefix"),
	FIELD("toolchain", "make_args", INI_WORDS, make_args, .unique = true,
	      .check = check_make_arg, .help = "variables for kbuild's make"),
	FIELD("toolchain", "arches", INI_WORDS, arches, .unique = true, .check = ini_check_name,
	      .help = "architectures it can build for; none: all"),
	FIELD("toolchain", "since", INI_WORDS, since, .unique = true, .check = check_since,
	      .help = "the oldest kernel for an architecture, like s390x:6.12"),
	FIELD("debian", "packages", INI_WORDS, packages, .unique = true, .check = ini_check_package,
	      .help = "packages for every architecture"),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

struct error *toolchain_load(const char *path, struct toolchain **ret)
{
	_cleanup_(toolchain_cleanup) struct toolchain *toolchain = xcalloc(1, sizeof(*toolchain));
	struct error *err = ini_load(path, &schema, toolchain);

	if (err)
		return err;
	toolchain->path = xstrdup(path);
	toolchain->name = ini_name_of_path(path);
	*ret = return_ptr(toolchain);
	return NULL;
}

void toolchain_free(struct toolchain *toolchain)
{
	if (!toolchain)
		return;
	ini_release(&schema, toolchain);
	free(toolchain->path);
	free(toolchain->name);
	free(toolchain);
}

bool toolchain_supports(const struct toolchain *toolchain, const char *arch)
{
	const char *const *arches = STRV_CONST(toolchain->arches);

	return strv_len(arches) == 0 || strv_has(arches, arch);
}

const char *toolchain_since(const struct toolchain *toolchain, const char *arch)
{
	size_t len = strlen(arch);

	for (char **entry = toolchain->since; entry && *entry; entry++)
		if (str_starts(*entry, arch) && (*entry)[len] == ':')
			return *entry + len + 1;
	return NULL;
}

char *toolchain_program(const char *pattern, const struct arch *arch)
{
	const char *mark = strstr(pattern, "%s");

	if (!mark)
		return xstrdup(pattern);
	return xasprintf("%.*s%s%s", (int)(mark - pattern), pattern, arch->cross_compile, mark + 2);
}

char *toolchain_compiler_id(const char *tool_version, const struct arch *arch)
{
	const char *name =
		tool_version +
		(str_starts(tool_version, arch->cross_compile) ? strlen(arch->cross_compile) : 0);
	size_t len = strcspn(name, " "), base = len;

	while (base > 0 && isdigit((unsigned char)name[base - 1]))
		base--;
	if (base < len && base > 1 && name[base - 1] == '-')
		base--;
	else
		base = len;
	return name[len] ? xasprintf("%.*s-%s", (int)base, name, name + len + 1) : xstrdup(name);
}
