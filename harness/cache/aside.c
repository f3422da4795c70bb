// SPDX-License-Identifier: GPL-2.0-only
#include "cache/aside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"

struct error *cache_move_aside(const char *path)
{
	_cleanup_free_ char *cache = NULL, *dir = NULL, *name = NULL;
	struct error *err = cache_dir(&cache);
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];

	if (err)
		return err;
	dir = xasprintf("%s/damaged", cache);
	err = dir_make(dir);
	if (err)
		return err;
	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	name = xstrdup(str_starts(path, cache) ? path + strlen(cache) + 1 : path);
	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '-';
	for (unsigned int i = 1; i < 1000; i++) {
		_cleanup_free_ char *to = xasprintf("%s/%s-%s-%u", dir, name, stamp, i);

		if (path_exists(to))
			continue;
		if (rename(path, to))
			return error_errno(errno, "cannot move %s to %s", path, to);
		log_warning("it is kept as %s: remove it when you have seen it", to);
		return NULL;
	}
	return error_new(ERROR_SYSTEM, "%s has too many of %s", dir, name);
}
