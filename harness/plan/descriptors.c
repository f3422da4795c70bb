// SPDX-License-Identifier: GPL-2.0-only
#include "plan/descriptors.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static strv names_in(const char *dir_path, const char *suffix)
{
	_cleanup_closedir_ DIR *dir = opendir(dir_path);
	const struct dirent *entry;
	strv names = NULL;

	while (dir && (entry = readdir(dir)))
		if (str_ends(entry->d_name, suffix) && entry->d_name[0] != '.')
			strv_append(&names, xstrndup(entry->d_name,
						     strlen(entry->d_name) - strlen(suffix)));
	if (names)
		qsort(names, strv_len(STRV_CONST(names)), sizeof(*names), compare_names);
	return names;
}

struct error *descriptor_names(const struct descriptor_kind *kind, strv *ret)
{
	_cleanup_free_ char *dir = NULL;
	struct error *err = project_path(&dir, "%s", kind->folder);

	*ret = err ? NULL : names_in(dir, kind->suffix);
	return err;
}

/* "; did you mean ...? There are: a, b" for a descriptor that is not there. */
static char *describe_choice(const char *dir_path, const char *suffix, const char *name)
{
	_cleanup_strv_ strv names = names_in(dir_path, suffix);
	_cleanup_free_ char *all = strv_join(STRV_CONST(names), ", ");
	const char *nearest = strv_nearest(STRV_CONST(names), name);

	if (!*all)
		return xasprintf("there are none in %s", dir_path);
	return nearest ? xasprintf("did you mean '%s'? There are: %s", nearest, all)
		       : xasprintf("there are: %s", all);
}

struct error *descriptor_find(const struct descriptor_kind *kind, const struct matrix *matrix,
			      const char *name, char **path_ret)
{
	_cleanup_free_ char *dir = NULL;
	struct error *err = project_path(&dir, "%s", kind->folder);

	if (err)
		return err;

	_cleanup_free_ char *path = xasprintf("%s/%s%s", dir, name, kind->suffix);
	if (!path_exists(path)) {
		_cleanup_free_ char *choice = describe_choice(dir, kind->suffix, name);

		return error_new(ERROR_INPUT, "%s:%u: %s: no descriptor %s/%s%s; %s", matrix->path,
				 ini_find_line(matrix->path, "matrix", kind->key), kind->key,
				 kind->folder, name, kind->suffix, choice);
	}
	*path_ret = return_ptr(path);
	return NULL;
}

struct error *descriptor_find_or_path(const char *what, const char *folder, const char *name,
				      char **path_ret)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *dir = NULL;
	struct error *err;

	if (strchr(name, '/')) {
		*path_ret = xstrdup(name);
		return NULL;
	}
	err = project_path(&dir, "%s", folder);
	if (err)
		return err;
	path = xasprintf("%s/%s.ini", dir, name);
	if (!path_exists(path)) {
		_cleanup_free_ char *choice = describe_choice(dir, ".ini", name);

		return error_new(ERROR_INPUT,
				 "there is no %s '%s' (a file of your own needs a '/' in its "
				 "name); %s",
				 what, name, choice);
	}
	*path_ret = return_ptr(path);
	return NULL;
}
