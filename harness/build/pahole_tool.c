// SPDX-License-Identifier: GPL-2.0-only
#include "build/pahole_tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		return error_new(ERROR_CHILD, "%s --version says '%s', which is no version",
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

static struct error *find_private(struct pahole_tool *tool)
{
	_cleanup_free_ char *cache = NULL, *dir = NULL;
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	dir = xasprintf("%s/tools/pahole-" PAHOLE_SUITE, cache);
	err = private_deb_program(dir, PAHOLE_SUITE, "pahole", "usr/bin/pahole", &tool->path,
				  &tool->packages);
	if (err)
		return error_wrap(err, "cannot fetch Debian %s's pahole", PAHOLE_SUITE);
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
	err = find_private(&tool);
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

void pahole_tool_release(struct pahole_tool *tool)
{
	free(tool->path);
	free(tool->version);
	free(tool->packages);
	*tool = (struct pahole_tool){ 0 };
}
