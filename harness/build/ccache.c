// SPDX-License-Identifier: GPL-2.0-only
#include "build/ccache.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/project.h"
#include "config/tool_versions.h"
#include "core/fileio.h"
#include "core/mem.h"

static const char ccache_name[] = "ccache";

static bool leads_to_ccache(const char *program)
{
	_cleanup_free_ char *path = path_find_program(program);
	_cleanup_free_ char *real = path ? realpath(path, NULL) : NULL;

	return real && str_eq(path_base_name(real), ccache_name);
}

static bool is_link_to(const char *path, const char *target)
{
	char now[PATH_MAX];
	ssize_t len = readlink(path, now, sizeof(now));

	return len == (ssize_t)strlen(target) && memcmp(now, target, (size_t)len) == 0;
}

/* Beside it and renamed: others may be building by it. */
static struct error *make_link(const char *target, const char *path)
{
	_cleanup_free_ char *beside = xasprintf("%s.%d", path, (int)getpid());

	if (is_link_to(path, target))
		return NULL;
	unlink(beside);
	if (symlink(target, beside) || rename(beside, path))
		return error_errno(errno, "cannot make the link %s", path);
	return NULL;
}

/* The kernel's compiler, and the one for the host's programs that kbuild makes. */
static struct error *make_links(const char *ccache, const char *dir, const char *compiler)
{
	const char *const names[] = { compiler, "gcc" };
	struct error *err = dir_make(dir);

	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *program = path_find_program(names[i]);
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);

		/* what is not there stays a program that is not there */
		if (program)
			err = make_link(ccache, path);
	}
	return err;
}

const char *ccache_depend_mode(void)
{
	return getenv("CCACHE_DEPEND") || getenv("CCACHE_NODEPEND") ? NULL : "CCACHE_DEPEND=1";
}

struct error *ccache_prepare(const struct build_request *request, char **path_ret,
			     char **version_ret)
{
	const char *compiler = request->tools->cc;
	_cleanup_free_ char *ccache = NULL, *cache = NULL, *dir = NULL;
	struct error *err;

	*path_ret = *version_ret = NULL;
	if (request->no_ccache || strchr(compiler, '/'))
		return NULL;
	ccache = path_find_program(ccache_name);
	if (!ccache)
		return NULL;
	err = tool_version(ccache, version_ret);
	if (err || leads_to_ccache(compiler))
		return err;
	err = cache_dir(&cache);
	if (err)
		return err;
	dir = xasprintf("%s/ccache", cache);
	err = make_links(ccache, dir, compiler);
	if (!err)
		*path_ret = xasprintf("PATH=%s:%s", dir, getenv("PATH") ?: "/usr/bin:/bin");
	return err;
}
