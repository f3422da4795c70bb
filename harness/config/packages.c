// SPDX-License-Identifier: GPL-2.0-only
#include "config/packages.h"

#include <stdlib.h>
#include <string.h>

#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

/* The parts of packages.list that people install for cells, and the targets that do it, the least first. */
enum part {
	PART_NONE,
	PART_ALL,
	PART_NIGHTLY
};

static const char *const targets[] = {
	[PART_ALL] = "make deps",
	[PART_NIGHTLY] = "make deps-nightly",
};

static const char nightly_title[] = "[nightly]";

/* Whether a line of packages.list, without its comment, is the entry @package; both may be "a | b". */
static bool is_entry(const char *line, size_t len, const char *package)
{
	for (size_t i = 0; i < len && line[i] != '#'; i++) {
		if (strchr(" \t", line[i]))
			continue;
		if (line[i] != *package)
			return false;
		package++;
	}
	return !*package;
}

static enum part part_of(const char *list, const char *package)
{
	enum part part = PART_ALL, found = PART_NONE;

	for (const char *line = list; *line;) {
		size_t len = strcspn(line, "\n");

		if (*line == '[')
			part = str_starts(line, nightly_title) ? PART_NIGHTLY : PART_NONE;
		else if (part && (!found || part < found) && is_entry(line, len, package))
			found = part;
		line += len + (line[len] == '\n');
	}
	return found;
}

char *packages_named(const char *const *packages, const char *prefix)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (; packages && *packages; packages++) {
		if (!str_starts(*packages, prefix))
			continue;
		if (sb.len)
			strbuf_addc(&sb, ' ');
		for (const char *p = *packages; *p; p++)
			if (*p == '|')
				strbuf_adds(&sb, " or ");
			else
				strbuf_addc(&sb, *p);
	}
	strbuf_adds(&sb, "");
	return strbuf_detach(&sb);
}

char *packages_mend(const char *const *packages, const char *prefix)
{
	_cleanup_free_ char *names = packages_named(packages, prefix), *path = NULL, *list = NULL;
	_cleanup_error_ struct error *err = project_path(&path, "packages.list");
	enum part part = PART_NONE;
	size_t nr = 0;

	if (!*names)
		return NULL;
	if (!err)
		err = file_read(path, 0, &list, NULL);
	for (; packages && *packages; packages++) {
		if (!str_starts(*packages, prefix))
			continue;
		nr++;
		if (list && part_of(list, *packages) > part)
			part = part_of(list, *packages);
	}

	const char *s = nr > 1 ? "s" : "";
	return part ? xasprintf("`%s`, or install the package%s %s", targets[part], s, names)
		    : xasprintf("install the package%s %s", s, names);
}
