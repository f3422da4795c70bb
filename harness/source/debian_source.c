// SPDX-License-Identifier: GPL-2.0-only
#include "source/debian_source.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/project.h"
#include "config/version.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "debian/private_apt.h"

/* What every package of kernel source is called, in front of the version. */
#define PACKAGE_PREFIX "linux-source-"

/* "6.12" of "linux-source-6.12", with or without more behind it; NULL: it is something else. */
static char *version_of(const char *name)
{
	const char *version = name + strlen(PACKAGE_PREFIX);
	size_t len;

	if (!str_starts(name, PACKAGE_PREFIX))
		return NULL;
	len = strspn(version, "0123456789.");
	while (len && version[len - 1] == '.')
		len--;
	return len ? xstrndup(version, len) : NULL;
}

/* Puts @version into @best if it is newer; says whether it did. */
static bool take_newer(char *version, char **best)
{
	if (!version || (*best && version_compare(version, *best) <= 0)) {
		free(version);
		return false;
	}
	free(*best);
	*best = version;
	return true;
}

/* The newest tarball in @dir that fits; leaves @ret empty where there is none. */
static void find_in(const char *dir, const struct kernel_line *line, struct debian_source *ret)
{
	_cleanup_free_ char *pattern = xasprintf("%s/%s.tar.*", dir, line->package);
	_cleanup_globfree_ glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];

		if (!take_newer(version_of(strrchr(path, '/') + 1), &ret->version))
			continue;
		free(ret->tarball);
		ret->tarball = xstrdup(path);
	}
}

/* Name of the newest package that fits. */
static struct error *find_package(const char *apt_dir, const struct kernel_line *line, char **ret)
{
	_cleanup_free_ char *names = NULL, *best = NULL;
	char *save = NULL;
	struct error *err = private_apt_names(apt_dir, PACKAGE_PREFIX, &names);

	if (err)
		return err;
	for (char *name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save))
		if (fnmatch(line->package, name, 0) == 0 && take_newer(version_of(name), &best)) {
			free(*ret);
			*ret = xstrdup(name);
		}
	if (!*ret)
		return error_new(ERROR_CHILD, "there is no package %s", line->package);
	return NULL;
}

/* Takes the tarball out of the package in @dir. */
static struct error *unpack_package(const char *dir)
{
	_cleanup_free_ char *pattern = xasprintf("%s/*.deb", dir);
	_cleanup_free_ char *root = xasprintf("%s/root", dir);
	_cleanup_free_ char *inside = xasprintf("%s/root/usr/src", dir);
	_cleanup_free_ char *place = xasprintf("%s/src", dir);
	_cleanup_globfree_ glob_t found = { 0 };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	if (glob(pattern, 0, NULL, &found) || found.gl_pathc != 1)
		return error_new(ERROR_CHILD, "apt-get left no package in %s", dir);
	proc.argv = (const char *const[]){ "dpkg-deb", "-x", found.gl_pathv[0], root, NULL };
	err = proc_run_checked(&proc);
	if (!err && rename(inside, place))
		err = error_errno(errno, "there is no source in %s", found.gl_pathv[0]);
	if (!err)
		err = tree_remove(root);
	return err ?: tree_remove(found.gl_pathv[0]);
}

static struct error *fetch_into(const char *dir, const struct kernel_line *line,
				const char *log_path)
{
	_cleanup_free_ char *apt_dir = xasprintf("%s/apt", dir), *package = NULL;
	struct error *err = private_apt_open(apt_dir, STRV_CONST(line->suites), log_path);

	if (!err)
		err = find_package(apt_dir, line, &package);
	if (err)
		return err;
	log_info("fetching %s (about 150 MB, nothing is installed)", package);
	err = private_apt_download(apt_dir, log_path, package, dir);
	if (!err)
		err = unpack_package(dir);
	return err ?: tree_remove(apt_dir);
}

/* Fetches into the new folder @dir; what is there is always whole. */
static struct error *fetch(const char *dir, const struct kernel_line *line)
{
	_cleanup_free_ char *partial = xasprintf("%s.partial", dir);
	_cleanup_free_ char *log_path = xasprintf("%s.log", dir);
	_cleanup_free_ char *suites = strv_join(STRV_CONST(line->suites), ", ");
	struct error *err = tree_remove(partial);

	if (!err)
		err = tree_remove(log_path);
	if (!err)
		err = dir_make(partial);
	if (!err)
		err = fetch_into(partial, line, log_path);
	if (!err && rename(partial, dir))
		err = error_errno(errno, "cannot rename %s to %s", partial, dir);
	if (err)
		error_free(tree_remove(partial));
	return error_wrap(
		err,
		"cannot fetch the package %s of Debian %s (installed, its tarball would be "
		"taken from /usr/src; or give a tree with --kernel-dir)",
		line->package, suites);
}

/* What the line's folder in the cache is, with its parent made; caller frees it. */
static struct error *cache_place(const struct kernel_line *line, char **ret)
{
	_cleanup_free_ char *cache = NULL, *parent = NULL;
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	parent = xasprintf("%s/debian", cache);
	*ret = xasprintf("%s/%s", parent, line->name);
	return dir_make(parent);
}

static void look_in_cache(const char *dir, const struct kernel_line *line,
			  struct debian_source *ret)
{
	_cleanup_free_ char *place = xasprintf("%s/src", dir);

	find_in(place, line, ret);
}

struct error *debian_source_look(const struct kernel_line *line, struct debian_source *ret)
{
	_cleanup_free_ char *dir = NULL;
	struct error *err;

	find_in("/usr/src", line, ret);
	if (ret->tarball)
		return NULL;
	err = cache_place(line, &dir);
	if (!err)
		look_in_cache(dir, line, ret);
	return err;
}

struct error *debian_source_find(const struct kernel_line *line, struct debian_source *ret)
{
	_cleanup_free_ char *dir = NULL, *lock_path = NULL;
	_cleanup_close_ int lock = -1;
	struct error *err = debian_source_look(line, ret);

	if (err || ret->tarball)
		return err;
	err = cache_place(line, &dir);
	if (err)
		return err;
	lock_path = xasprintf("%s.lock", dir);
	err = file_lock(lock_path, "waiting for another btfmatrix to fetch a kernel", &lock);
	/* Whoever held the lock may have fetched just this. */
	if (!err)
		look_in_cache(dir, line, ret);
	if (err || ret->tarball)
		return err;
	err = tree_remove(dir);
	if (!err)
		err = fetch(dir, line);
	if (err)
		return err;
	look_in_cache(dir, line, ret);
	if (!ret->tarball)
		return error_new(ERROR_CHILD, "the package %s has no %s.tar.*", line->package,
				 line->package);
	return NULL;
}

void debian_source_release(struct debian_source *source)
{
	free(source->tarball);
	free(source->version);
	*source = (struct debian_source){ 0 };
}
