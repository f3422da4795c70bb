// SPDX-License-Identifier: GPL-2.0-only
#include "config/feature.h"

#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "core/mem.h"
#include "plan/cell.h"

static const char *check_symbol(const char *value)
{
	size_t len = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return value[len] || str_starts(value, "CONFIG_")
		       ? "must be a Kconfig symbol without CONFIG_ in front"
		       : NULL;
}

static const char *check_mode(const char *value)
{
	enum btf_mode mode;

	return btf_mode_parse(value, &mode) ? NULL : "must be n, m or y, separated by spaces";
}

static const char *check_module(const char *value)
{
	if (!str_ends(value, ".ko") || !strchr(value, '/') || str_ends(value, "/.ko"))
		return "must be a module below the object tree, like kernel/bpf/name.ko";
	return ini_check_subpath(value);
}

static const char *check_sysfs(const char *value)
{
	/* as the probe keeps it */
	return str_starts(value, "/sys/") && strlen(value) < 64 && !strstr(value, "..") &&
			       !str_ends(value, "/")
		       ? NULL
		       : "must be a file below /sys, like /sys/kernel/btf_extra/vmlinux";
}

#define FIELD(key_, type_, member_, ...)                                 \
	{                                                                \
		.section = "feature", .key = key_, .type = type_,        \
		.offset = offsetof(struct feature, member_), __VA_ARGS__ \
	}

static const struct ini_field fields[] = {
	FIELD("description", INI_STRING, description, .help = "one line for people"),
	FIELD("symbol", INI_STRING, symbol, .required = true, .check = check_symbol,
	      .help = "its Kconfig symbol"),
	FIELD("modes", INI_WORDS, modes, .required = true, .unique = true, .check = check_mode,
	      .help = "the states it can have: n m y, or n y"),
	FIELD("module", INI_STRING, module, .check = check_module,
	      .help = "the module of mode m, below the object tree"),
	FIELD("sysfs", INI_STRING, sysfs, .check = check_sysfs,
	      .help = "the file in sysfs that has the module's BTF, if not /sys/kernel/btf/MODULE"),
	FIELD("pahole", INI_WORDS, pahole, .required = true, .unique = true,
	      .help = "what makes pahole encode all variables: a name for --btf_features, or "
		      "--OPTION"),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

/* What the kernel makes of the name of a module's file: scripts/Makefile.lib. */
static char *name_of_module(const char *path)
{
	char *name = ini_name_of_path(path);
	size_t len = strlen(name);

	if (str_ends(name, ".ko"))
		name[len - strlen(".ko")] = '\0';
	for (char *dash = name; (dash = strchr(dash, '-'));)
		*dash = '_';
	return name;
}

struct error *feature_load(const char *path, struct feature **ret)
{
	_cleanup_(feature_cleanup) struct feature *feature = xcalloc(1, sizeof(*feature));
	struct error *err = ini_load(path, &schema, feature);

	if (err)
		return err;
	feature->path = xstrdup(path);
	feature->name = ini_name_of_path(path);
	if (strv_has(STRV_CONST(feature->modes), "m") != (feature->module != NULL))
		return error_new(
			ERROR_INPUT,
			"%s:%u: a feature has a module and a mode m, or neither; see modes "
			"and module",
			path, ini_find_line(path, "feature", "modes"));
	if (feature->sysfs && !feature->module)
		return error_new(ERROR_INPUT,
				 "%s:%u: sysfs is where a module's BTF is, and there is no module",
				 path, ini_find_line(path, "feature", "sysfs"));
	if (feature->module)
		feature->module_name = name_of_module(feature->module);
	*ret = return_ptr(feature);
	return NULL;
}

void feature_free(struct feature *feature)
{
	if (!feature)
		return;
	ini_release(&schema, feature);
	free(feature->name);
	free(feature->path);
	free(feature->module_name);
	free(feature);
}
