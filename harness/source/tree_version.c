// SPDX-License-Identifier: GPL-2.0-only
#include "source/tree_version.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

enum {
	MAKEFILE_MAX = 1 << 20,
	VALUE_MAX = 40
};

/* The value of "NAME = VALUE" at the start of a line, the caller's to free; NULL where there is none. */
static char *find_value(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *value;

		line += *line == '\n';
		if (strncmp(line, name, len) != 0)
			continue;
		value = line + len;
		value += strspn(value, " \t");
		if (*value++ != '=')
			continue;
		value += strspn(value, " \t");

		size_t value_len = strcspn(value, " \t\r\n#");
		return value_len <= VALUE_MAX ? xstrndup(value, value_len) : NULL;
	}
	return NULL;
}

static bool is_number(const char *s)
{
	return s && *s && strspn(s, "0123456789") == strlen(s);
}

struct error *tree_version_read(const char *tree, struct tree_version *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/Makefile", tree), *text = NULL;
	_cleanup_free_ char *version = NULL, *patchlevel = NULL, *sublevel = NULL, *extra = NULL;
	struct error *err;

	if (!path_exists(path))
		return error_new(ERROR_INPUT,
				 "%s is not the top of a kernel tree: it has no Makefile", tree);
	err = file_read(path, MAKEFILE_MAX, &text, NULL);
	if (err)
		return err;
	version = find_value(text, "VERSION");
	patchlevel = find_value(text, "PATCHLEVEL");
	sublevel = find_value(text, "SUBLEVEL");
	extra = find_value(text, "EXTRAVERSION");
	if (!is_number(version) || !is_number(patchlevel))
		return error_new(ERROR_INPUT,
				 "%s is not the top of a kernel tree: its Makefile has no VERSION "
				 "and PATCHLEVEL",
				 tree);
	ret->line = xasprintf("%s.%s", version, patchlevel);
	ret->full =
		xasprintf("%s.%s%s", ret->line, is_number(sublevel) ? sublevel : "0", extra ?: "");
	return NULL;
}

void tree_version_release(struct tree_version *version)
{
	free(version->full);
	free(version->line);
	*version = (struct tree_version){ 0 };
}
