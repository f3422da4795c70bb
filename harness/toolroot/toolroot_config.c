// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "config/ini_schema.h"
#include "config/project.h"
#include "core/fileio.h"
#include "toolroot/toolroot.h"

#define FIELD(key_, type_, member_, ...)                                         \
	{                                                                        \
		.section = "root", .key = key_, .type = type_, .required = true, \
		.offset = offsetof(struct toolroot_config, member_), __VA_ARGS__ \
	}

static const struct ini_field fields[] = {
	FIELD("description", INI_STRING, description, .help = "what it is for, in a line"),
	FIELD("suite", INI_STRING, suite, .check = ini_check_name, .help = "release of Debian"),
	FIELD("packages", INI_WORDS, packages, .unique = true, .check = ini_check_package,
	      .help = "packages of that release"),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

struct error *toolroot_config_load(const char *path, struct toolroot_config **ret)
{
	_cleanup_(toolroot_config_cleanup) struct toolroot_config *config =
		xcalloc(1, sizeof(*config));
	struct error *err = ini_load(path, &schema, config);

	if (err)
		return err;
	config->path = xstrdup(path);
	config->name = ini_name_of_path(path);
	*ret = return_ptr(config);
	return NULL;
}

struct error *toolroot_config_find(const char *name, struct toolroot_config **ret)
{
	_cleanup_free_ char *path = NULL;
	struct error *err = project_path(&path, "configs/toolchains/roots/%s.ini", name);

	if (!err && !path_exists(path))
		err = error_new(ERROR_INPUT, "there is no tool root '%s': %s is not there", name,
				path);
	return err ?: toolroot_config_load(path, ret);
}

void toolroot_config_free(struct toolroot_config *config)
{
	if (!config)
		return;
	ini_release(&schema, config);
	free(config->path);
	free(config->name);
	free(config);
}
