// SPDX-License-Identifier: GPL-2.0-only
#include "config/project.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

/* Where `make install` puts the data; set by the Makefile. */
#ifndef BTFMATRIX_DATADIR
#define BTFMATRIX_DATADIR "/usr/local/share/btfmatrix"
#endif

/* What makes a folder ours; the first that is missing is named. */
static const char *const landmarks[] = { "arches", "configs/toolchains", "patches/linux" };

static const char *missing_landmark(const char *dir)
{
	for (size_t i = 0; i < ARRAY_SIZE(landmarks); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, landmarks[i]);

		if (!path_is_dir(path))
			return landmarks[i];
	}
	return NULL;
}

/* Cuts the last component off; false at the root. */
static bool go_up(char *dir)
{
	char *slash = strrchr(dir, '/');

	if (!slash || slash == dir)
		return false;
	*slash = '\0';
	return true;
}

/* The folder of the running program, the caller's to free. */
static struct error *program_dir(char **ret)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		return error_errno(errno, "cannot tell where this program is (/proc/self/exe)");
	path[len] = '\0';
	go_up(path);
	*ret = xstrdup(path);
	return NULL;
}

struct error *project_dir(char **ret)
{
	const char *env = getenv("BTFMATRIX_DIR");
	const char *missing = env && *env ? missing_landmark(env) : NULL;

	if (missing)
		return error_new(
			ERROR_INPUT,
			"BTFMATRIX_DIR=%s: there is no folder %s; set it to btfmatrix's folder",
			env, missing);
	if (env && *env) {
		*ret = xstrdup(env);
		return NULL;
	}

	_cleanup_free_ char *start = NULL;
	struct error *err = program_dir(&start);
	if (err)
		return err;

	/* PREFIX/bin/btfmatrix has its data in PREFIX/share/btfmatrix, wherever PREFIX was moved to. */
	_cleanup_free_ char *installed = xasprintf("%s/../share/btfmatrix", start);
	if (!missing_landmark(installed)) {
		char *real = realpath(installed, NULL);

		if (!real)
			return error_errno(errno, "cannot resolve %s", installed);
		*ret = real;
		return NULL;
	}

	/* A build tree: the program is at the top, in build/, or (tests) some folders below it. */
	_cleanup_free_ char *dir = xstrdup(start);
	do {
		if (!missing_landmark(dir)) {
			*ret = return_ptr(dir);
			return NULL;
		}
	} while (go_up(dir));
	if (!missing_landmark(BTFMATRIX_DATADIR)) {
		*ret = xstrdup(BTFMATRIX_DATADIR);
		return NULL;
	}
	return error_new(ERROR_SYSTEM,
			 "cannot find arches/ and configs/, neither above %s nor in %s; set "
			 "BTFMATRIX_DIR to the folder that has them",
			 start, BTFMATRIX_DATADIR);
}

struct error *project_path(char **ret, const char *fmt, ...)
{
	_cleanup_free_ char *dir = NULL;
	struct error *err = project_dir(&dir);
	va_list args;

	if (err)
		return err;
	va_start(args, fmt);
	_cleanup_free_ char *below = xvasprintf(fmt, args);
	va_end(args);
	*ret = xasprintf("%s/%s", dir, below);
	return NULL;
}

static const char *home_dir(void)
{
	const char *home = getenv("HOME");

	if (home && *home == '/')
		return home;

	const struct passwd *user = getpwuid(getuid());
	return user ? user->pw_dir : NULL;
}

struct error *cache_dir(char **ret)
{
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = home_dir();
	_cleanup_free_ char *dir = NULL;

	/* The XDG base directory specification: a relative path there is to be ignored. */
	if (xdg && *xdg == '/')
		dir = xasprintf("%s/btfmatrix", xdg);
	else if (home)
		dir = xasprintf("%s/.cache/btfmatrix", home);
	else
		return error_new(ERROR_SYSTEM,
				 "no place for the cache: neither HOME nor XDG_CACHE_HOME is set");

	struct error *err = dir_make(dir);
	if (err)
		return error_wrap(err, "the cache (XDG_CACHE_HOME moves it)");
	*ret = return_ptr(dir);
	return NULL;
}

struct error *config_path(char **ret, const char *name)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = home_dir();

	if (xdg && *xdg == '/')
		*ret = xasprintf("%s/btfmatrix/%s", xdg, name);
	else if (home)
		*ret = xasprintf("%s/.config/btfmatrix/%s", home, name);
	else
		return error_new(ERROR_SYSTEM,
				 "no place for %s: neither HOME nor XDG_CONFIG_HOME "
				 "is set",
				 name);
	return NULL;
}
