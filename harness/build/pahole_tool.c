// SPDX-License-Identifier: GPL-2.0-only
#include "build/pahole_tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "debian/private_deb.h"

/* The Debian release whose pahole is new enough, and also runs on Debian 12 with its own C library. */
#define PAHOLE_SUITE "trixie"

static struct error *read_version(struct pahole_tool *tool)
{
	_cleanup_free_ char *out = NULL;
	struct error *err =
		proc_read_output((const char *const[]){ tool->path, "--version", NULL }, &out);
	unsigned int major, minor;

	if (err)
		return err;
	if (sscanf(out, "v%u.%u", &major, &minor) != 2 || minor > 99)
		return error_new(ERROR_CHILD, "%s --version says '%.60s', which is no version",
				 tool->path, out);
	tool->version = xasprintf("%u.%02u", major, minor);
	tool->number = major * 100 + minor;
	return NULL;
}

struct error *pahole_tool_host(struct pahole_tool *ret)
{
	struct pahole_tool tool = { .path = path_find_program("pahole") };
	struct error *err = tool.path ? read_version(&tool) : NULL;

	if (err) {
		pahole_tool_release(&tool);
		return err;
	}
	*ret = tool;
	return NULL;
}

static struct error *find_private(struct pahole_tool *tool, const char *suite)
{
	_cleanup_free_ char *cache = NULL, *dir = NULL;
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	dir = xasprintf("%s/tools/pahole-%s", cache, suite);
	err = private_deb_program(dir, suite, "pahole", "usr/bin/pahole", &tool->path,
				  &tool->packages);
	if (err)
		return error_wrap(err, "cannot fetch Debian %s's pahole", suite);
	tool->is_private = true;
	return read_version(tool);
}

struct error *pahole_tool_find(struct pahole_tool *ret)
{
	struct pahole_tool tool = { 0 };
	struct error *err = pahole_tool_host(&tool);

	if (err)
		return err;
	if (tool.path && tool.number >= PAHOLE_WITH_GLOBAL_VAR) {
		*ret = tool;
		return NULL;
	}
	pahole_tool_release(&tool);
	err = find_private(&tool, PAHOLE_SUITE);
	if (!err && tool.number < PAHOLE_WITH_GLOBAL_VAR)
		err = error_new(ERROR_CHILD, "%s is version %s, and global variables need 1.28",
				tool.path, tool.version);
	if (err) {
		pahole_tool_release(&tool);
		return err;
	}
	*ret = tool;
	return NULL;
}

/* Which release of Debian has a version. */
static const struct {
	const char *version, *suite;
} suites[] = {
	{ "1.24", "bookworm" },
	{ "1.30", PAHOLE_SUITE },
	{ "1.32", "sid" },
};

static struct error *find_version(struct pahole_tool *tool, const char *version)
{
	_cleanup_(pahole_tool_release) struct pahole_tool host = { 0 };
	struct error *err = pahole_tool_host(&host);

	if (err)
		return err;
	if (host.version && str_eq(host.version, version)) {
		*tool = host;
		host = (struct pahole_tool){ 0 };
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		if (!str_eq(suites[i].version, version))
			continue;
		err = find_private(tool, suites[i].suite);
		if (!err && !str_eq(tool->version, version))
			err = error_new(ERROR_CHILD, "Debian %s has pahole %s and not %s",
					suites[i].suite, tool->version, version);
		return err;
	}
	return error_new(ERROR_INPUT,
			 "no pahole '%s': it is 'host', 1.24, 1.30, 1.32 or a program with a '/' "
			 "in its name",
			 version);
}

/* Symbolic links stay: a tool root's wrappers go by their names. NULL: it is not there; errno says why. */
static char *absolute_path(const char *name)
{
	_cleanup_free_ char *cwd = *name == '/' ? xstrdup("") : getcwd(NULL, 0);

	if (!cwd || access(name, F_OK))
		return NULL;
	return *name == '/' ? xstrdup(name) : xasprintf("%s/%s", cwd, name);
}

struct error *pahole_tool_named(const char *name, struct pahole_tool *ret)
{
	struct pahole_tool tool = { 0 };
	struct error *err;

	if (!name)
		return pahole_tool_find(ret);
	if (strchr(name, '/')) {
		tool.path = absolute_path(name);
		err = tool.path ? read_version(&tool) : error_errno(errno, "cannot find %s", name);
	} else if (str_eq(name, "host")) {
		err = pahole_tool_host(&tool);
		if (!err && !tool.path)
			err = error_new(ERROR_SYSTEM, "pahole is not in $PATH");
	} else {
		err = find_version(&tool, name);
	}
	if (err) {
		pahole_tool_release(&tool);
		return err;
	}
	*ret = tool;
	return NULL;
}

void pahole_tool_release(struct pahole_tool *tool)
{
	free(tool->path);
	free(tool->version);
	free(tool->packages);
	*tool = (struct pahole_tool){ 0 };
}
