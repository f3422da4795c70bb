// SPDX-License-Identifier: GPL-2.0-only
#include "nightly/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "core/cleanup.h"
#include "core/mem.h"

/* For git's command line. */
static const char *check_no_option(const char *value)
{
	return *value == '-' ? "must not begin with '-'" : NULL;
}

static const char *check_absolute(const char *value)
{
	return *value == '/' ? NULL : "must be an absolute path";
}

#define TEXT(section_, key_, member_, required_, check_, help_)                            \
	{                                                                                  \
		.section = section_, .key = key_, .type = INI_STRING,                      \
		.offset = offsetof(struct nightly_config, member_), .required = required_, \
		.check = check_, .help = help_,                                            \
	}
#define NUMBER(section_, key_, member_, min_, max_, fallback_, help_)                         \
	{                                                                                     \
		.section = section_, .key = key_, .type = INI_UINT,                           \
		.offset = offsetof(struct nightly_config, member_), .min = min_, .max = max_, \
		.fallback = fallback_, .help = help_,                                         \
	}

static const struct ini_field fields[] = {
	TEXT("tree", "url", url, true, check_no_option, "what git fetches from: a URL or a path"),
	TEXT("tree", "branch", branch, false, check_no_option,
	     "the branch or tag (default: the remote's HEAD)"),
	TEXT("run", "matrix", matrix, false, NULL, "as --matrix of btfmatrix run"),
	TEXT("run", "arch", arches, false, NULL, "as --arch"),
	TEXT("run", "toolchain", toolchains, false, NULL, "as --toolchain"),
	TEXT("run", "mode", modes, false, NULL, "as --mode"),
	TEXT("run", "profile", profiles, false, NULL, "as --profile"),
	TEXT("run", "series", series, false, NULL, "as --series"),
	TEXT("run", "feature", feature, false, NULL, "as --feature"),
	NUMBER("run", "jobs", jobs, 0, 4096, "0", "as --jobs; 0: the number of CPUs"),
	NUMBER("run", "retries", retries, 0, 100, "3", "as --retries"),
	NUMBER("bisect", "budget_s", bisect_s, 0, 7 * 86400, "14400",
	       "seconds for all bisections of a night"),
	NUMBER("bisect", "max", bisect_max, 0, 1000, "8", "bisections of a night at most"),
	TEXT("keep", "folder", folder, true, check_absolute, "folder of all that is kept"),
	NUMBER("keep", "disk_gb", disk_gb, 1, 100000, "40",
	       "GB that the folder and the bisections' trees may take"),
	TEXT("mail", "from", from, false, NULL, "the From: header"),
	TEXT("mail", "to", to, false, NULL, "the To: header"),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

struct error *nightly_config_load(const char *path, struct nightly_config *ret)
{
	struct nightly_config config = { 0 };
	struct error *err = ini_load(path, &schema, &config);

	if (err) {
		nightly_config_release(&config);
		return err;
	}
	config.name = ini_name_of_path(path);
	*ret = config;
	return NULL;
}

void nightly_config_release(struct nightly_config *config)
{
	ini_release(&schema, config);
	free(config->name);
	*config = (struct nightly_config){ 0 };
}
