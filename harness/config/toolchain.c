// SPDX-License-Identifier: GPL-2.0-only
#include "config/toolchain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "config/version.h"
#include "core/fileio.h"
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

/* "ARCH:CONFIG_FOO=y" */
static const char *check_arch_kconfig(const char *value)
{
	const char *colon = strchr(value, ':');
	bool good = colon && colon > value && !ini_check_kconfig(colon + 1);

	return good ? NULL : "must be an architecture and a Kconfig line, like ppc64:CONFIG_FOO=y";
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
	FIELD("toolchain", "kconfig", INI_LINES, kconfig, .unique = true,
	      .check = check_arch_kconfig,
	      .help = "Kconfig lines for an architecture, like ppc64:CONFIG_FOO=y"),
	FIELD("toolchain", "root", INI_STRING, root, .check = ini_check_name,
	      .help = "a name in configs/toolchains/roots/: the tool root it is in"),
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

/* "/opt/gcc-14/bin/aarch64-linux-" -> "path-aarch64-linux-1a2b3c4d" */
static char *name_of_prefix(const char *prefix)
{
	_cleanup_free_ char *copy = xstrdup(prefix);
	size_t len = strlen(copy);
	char hex[SHA256_HEX_SIZE];
	const char *base;
	char *name;

	while (len && strchr("/-", copy[len - 1]))
		copy[--len] = '\0';
	base = strrchr(copy, '/');
	base = base ? base + 1 : copy;
	sha256_hex(prefix, strlen(prefix), hex);
	name = xasprintf("path-%.20s%s%.8s", base, *base ? "-" : "", hex);
	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
			*p = '_';
	return name;
}

/* LLVM is one compiler for all; host tools stay the host's, whose libraries they are made with. */
static void make_llvm(struct toolchain *toolchain)
{
	static const char *const host_args[] = { "HOSTCC=gcc", "HOSTCXX=g++", "HOSTLD=ld",
						 "HOSTAR=ar" };

	toolchain->cc = xasprintf("%sclang", toolchain->prefix);
	toolchain->ld = xasprintf("%sld.lld", toolchain->prefix);
	strv_append(&toolchain->make_args, xasprintf("LLVM=%s", toolchain->prefix));
	for (size_t i = 0; i < ARRAY_SIZE(host_args); i++)
		strv_append(&toolchain->make_args, xstrdup(host_args[i]));
	/* the kernel is told which LLVM; CROSS_COMPILE stays the architecture's */
	free(toolchain->prefix);
	toolchain->prefix = NULL;
}

#define PATH_NAME "path:"

const char *toolchain_path_prefix(const char *name)
{
	return str_starts(name, PATH_NAME) ? name + strlen(PATH_NAME) : NULL;
}

struct error *toolchain_of_path(const char *prefix, struct toolchain **ret)
{
	_cleanup_(toolchain_cleanup) struct toolchain *toolchain = NULL;
	_cleanup_free_ char *cc = NULL;
	bool llvm = str_ends(prefix, "/");

	if (*prefix != '/' || strpbrk(prefix, " \t\n") || check_pattern(prefix))
		return error_new(
			ERROR_INPUT,
			"path:%s: give an absolute path without spaces, up to what is in "
			"front of 'gcc', like path:/opt/gcc-14/bin/aarch64-linux- ('%%s' for "
			"the architecture's own prefix), or LLVM's folder with a '/' at its end",
			prefix);
	cc = xasprintf("%s%s", prefix, llvm ? "clang" : "gcc");
	if (!strchr(prefix, '%') && !path_is_executable(cc))
		return error_new(ERROR_INPUT, "path:%s: there is no program %s", prefix, cc);
	toolchain = xcalloc(1, sizeof(*toolchain));
	toolchain->name = name_of_prefix(prefix);
	toolchain->path = xasprintf(PATH_NAME "%s", prefix);
	toolchain->prefix = xstrdup(prefix);
	toolchain->packages = xcalloc(1, sizeof(char *));
	if (llvm) {
		make_llvm(toolchain);
	} else {
		toolchain->cc = xstrdup("%sgcc");
		toolchain->ld = xstrdup("%sld");
	}
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
	free(toolchain->prefix);
	free(toolchain);
}

bool toolchain_supports(const struct toolchain *toolchain, const char *arch)
{
	const char *const *arches = STRV_CONST(toolchain->arches);

	return strv_len(arches) == 0 || strv_has(arches, arch);
}

/* What is behind "ARCH:" in @entry; NULL where that is another architecture. */
static const char *entry_of(const char *entry, const char *arch)
{
	size_t len = strlen(arch);

	return str_starts(entry, arch) && entry[len] == ':' ? entry + len + 1 : NULL;
}

const char *toolchain_since(const struct toolchain *toolchain, const char *arch)
{
	for (char **entry = toolchain->since; entry && *entry; entry++)
		if (entry_of(*entry, arch))
			return entry_of(*entry, arch);
	return NULL;
}

const char *toolchain_kconfig_of(const char *line, const char *arch)
{
	return entry_of(line, arch);
}

/* @pattern with @word for its "%s". */
static char *fill_in(const char *pattern, const char *word)
{
	const char *mark = strstr(pattern, "%s");

	if (!mark)
		return xstrdup(pattern);
	return xasprintf("%.*s%s%s", (int)(mark - pattern), pattern, word, mark + 2);
}

char *toolchain_program(const char *pattern, const struct arch *arch)
{
	return fill_in(pattern, arch->cross_compile);
}

char *toolchain_prefixed(const struct toolchain *toolchain, const char *pattern,
			 const struct arch *arch)
{
	_cleanup_free_ char *prefix = fill_in(toolchain->prefix, arch->cross_compile);

	return fill_in(pattern, prefix);
}

char *toolchain_compiler_id(const char *tool_version)
{
	size_t len = strcspn(tool_version, " "), end = len, start;

	while (end > 0 && isdigit((unsigned char)tool_version[end - 1]))
		end--;
	if (end < len && end > 1 && tool_version[end - 1] == '-')
		end--;
	else
		end = len;
	for (start = end; start > 0 && tool_version[start - 1] != '-';)
		start--;
	return xasprintf("%.*s%s%s", (int)(end - start), tool_version + start,
			 tool_version[len] ? "-" : "",
			 tool_version + len + (tool_version[len] != '\0'));
}
