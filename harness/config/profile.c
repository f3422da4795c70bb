// SPDX-License-Identifier: GPL-2.0-only
#include "config/profile.h"

#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "core/fileio.h"
#include "core/mem.h"

static const char suffix[] = ".config";

static const char *check_symbol(const char *value)
{
	size_t len = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return value[len] || str_starts(value, "CONFIG_")
		       ? "must be a Kconfig symbol without CONFIG_ in front"
		       : NULL;
}

static const char *check_target(const char *value)
{
	return str_ends(value, "config") && !strpbrk(value, " \t/=") && *value != '-'
		       ? NULL
		       : "must be targets of kbuild's that make a .config, like defconfig";
}

#define FIELD(section_, key_, type_, member_, ...)                       \
	{                                                                \
		.section = section_, .key = key_, .type = type_,         \
		.offset = offsetof(struct profile, member_), __VA_ARGS__ \
	}

static const struct ini_field fields[] = {
	FIELD("profile", "description", INI_STRING, description, .help = "one line for people"),
	FIELD("profile", "arches", INI_WORDS, arches, .unique = true, .check = ini_check_name,
	      .help = "the only architectures it is for"),
	FIELD("profile", "not_arches", INI_WORDS, not_arches, .unique = true,
	      .check = ini_check_name, .help = "architectures it is not for"),
	FIELD("profile", "toolchains", INI_WORDS, toolchains, .unique = true,
	      .check = ini_check_name, .help = "the only toolchains it is for"),
	FIELD("profile", "not_toolchains", INI_WORDS, not_toolchains, .unique = true,
	      .check = ini_check_name, .help = "toolchains it is not for"),
	FIELD("profile", "reason", INI_STRING, reason, .help = "why it is not for the others"),
	FIELD("kernel", "not_asked", INI_WORDS, not_asked, .unique = true, .check = check_symbol,
	      .help = "symbols of base and architecture that this profile does not ask for"),
	FIELD("kernel", "base_targets", INI_WORDS, base_targets, .unique = true,
	      .check = check_target,
	      .help = "make's targets that the configuration begins with, in place of allnoconfig"),
	FIELD("kernel", "moves", INI_BOOL, moves,
	      .help = "boot without nokaslr, so that the kernel moves itself"),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

static bool is_for_some(const struct profile *profile)
{
	const strv lists[] = { profile->arches, profile->not_arches, profile->toolchains,
			       profile->not_toolchains };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (strv_len(STRV_CONST(lists[i])))
			return true;
	return false;
}

static struct error *load_companion(struct profile *profile)
{
	struct error *err = ini_load(profile->ini_path, &schema, profile);

	if (!err && is_for_some(profile) && !profile->reason)
		return error_new(ERROR_INPUT,
				 "%s:1: [profile] reason is missing; say why the profile is not "
				 "for every architecture and toolchain",
				 profile->ini_path);
	return err;
}

struct error *profile_load(const char *path, struct profile **ret)
{
	_cleanup_(profile_cleanup) struct profile *profile = xcalloc(1, sizeof(*profile));
	_cleanup_free_ char *stem = xstrdup(path);
	struct error *err = NULL;

	if (str_ends(stem, suffix))
		stem[strlen(stem) - strlen(suffix)] = '\0';
	profile->path = xstrdup(path);
	profile->name = xstrdup(strrchr(stem, '/') ? strrchr(stem, '/') + 1 : stem);
	profile->ini_path = xasprintf("%s.ini", stem);
	if (path_exists(profile->ini_path)) {
		err = load_companion(profile);
	} else {
		free(profile->ini_path);
		profile->ini_path = NULL;
	}
	if (err)
		return err;
	*ret = return_ptr(profile);
	return NULL;
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	ini_release(&schema, profile);
	free(profile->name);
	free(profile->path);
	free(profile->ini_path);
	free(profile);
}

char *profile_reason_against(const struct profile *profile, const char *arch, const char *toolchain)
{
	const char *other = NULL;

	if (!strv_allows(STRV_CONST(profile->arches), STRV_CONST(profile->not_arches), arch))
		other = arch;
	else if (!strv_allows(STRV_CONST(profile->toolchains), STRV_CONST(profile->not_toolchains),
			      toolchain))
		other = toolchain;
	return other ? xasprintf("profile %s is not for %s: %s (%s)", profile->name, other,
				 profile->reason, profile->ini_path)
		     : NULL;
}
