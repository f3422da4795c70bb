// SPDX-License-Identifier: GPL-2.0-only
#include "debian/private_deb.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "debian/private_apt.h"

/* Unpacks every package apt fetched and notes name and version of each. */
static struct error *unpack_all(const char *apt_dir, const char *root, struct strbuf *packages)
{
	_cleanup_free_ char *pattern = xasprintf("%s/cache/archives/*.deb", apt_dir);
	_cleanup_globfree_ glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found))
		return error_new(ERROR_CHILD, "apt-get fetched nothing into %s", apt_dir);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *deb = found.gl_pathv[i];
		_cleanup_free_ char *name = NULL;
		_cleanup_(proc_release) struct proc proc = PROC_INIT;
		struct error *err;

		proc.argv = (const char *const[]){ "dpkg-deb", "-x", deb, root, NULL };
		err = proc_run_checked(&proc);
		if (!err)
			err = proc_read_output(
				(const char *const[]){ "dpkg-deb",
						       "--showformat=${Package}=${Version}", "-W",
						       deb, NULL },
				&name);
		if (err)
			return err;
		strbuf_addf(packages, "%s%s", packages->len ? " " : "", name);
	}
	return NULL;
}

static struct error *find_one(const char *root, const char *what, const char *const *patterns,
			      size_t nr_patterns, char **ret)
{
	for (size_t i = 0; i < nr_patterns; i++) {
		_cleanup_free_ char *pattern = xasprintf("%s/%s", root, patterns[i]);
		_cleanup_globfree_ glob_t found = { 0 };

		if (glob(pattern, 0, NULL, &found) == 0) {
			*ret = xstrdup(found.gl_pathv[0] + strlen(root) + 1);
			return NULL;
		}
	}
	return error_new(ERROR_CHILD, "no %s in %s", what, root);
}

/* The script finds its own folder: the cache may be moved. */
static struct error *write_script(const char *dir, const char *program)
{
	/* Debian 13 has its loader below usr/lib64 or below the multiarch folder. */
	static const char *const loaders[] = { "usr/lib64/ld-linux*.so.*", "usr/lib64/ld64.so.*",
					       "usr/lib/*-linux-gnu*/ld-linux*.so.*",
					       "usr/lib/*-linux-gnu*/ld64.so.*",
					       "usr/lib/ld-linux*.so.*" };
	static const char *const libraries[] = { "usr/lib/*-linux-gnu*/libc.so.6" };
	_cleanup_free_ char *root = xasprintf("%s/root", dir), *loader = NULL, *libc = NULL;
	_cleanup_free_ char *script = NULL, *path = xasprintf("%s/run", dir);
	struct error *err = find_one(root, "loader", loaders, ARRAY_SIZE(loaders), &loader);

	if (!err)
		err = find_one(root, "C library", libraries, ARRAY_SIZE(libraries), &libc);
	if (err)
		return err;
	*strrchr(libc, '/') = '\0';
	script = xasprintf("#!/bin/sh\n"
			   "root=$(dirname \"$0\")/root\n"
			   "exec \"$root/%s\" --library-path \"$root/%s\" \"$root/%s\" \"$@\"\n",
			   loader, libc, program);
	return file_write_atomic(path, script, strlen(script), 0755);
}

static struct error *fetch(const char *dir, const char *suite, const char *package,
			   const char *program, const char *log_path)
{
	_cleanup_free_ char *apt_dir = xasprintf("%s/apt", dir), *root = xasprintf("%s/root", dir);
	_cleanup_free_ char *list = xasprintf("%s/packages", dir);
	_cleanup_strbuf_ struct strbuf packages = STRBUF_INIT;
	struct error *err;

	log_info("fetching %s and its libraries from Debian %s (about 15 MB, nothing is installed)",
		 package, suite);
	err = dir_make(root);
	if (!err)
		err = private_apt_open(apt_dir, (const char *const[]){ suite, NULL }, log_path);
	if (!err)
		err = private_apt_get(apt_dir, log_path,
				      (const char *const[]){ "install", package, NULL });
	if (!err)
		err = unpack_all(apt_dir, root, &packages);
	if (!err)
		err = write_script(dir, program);
	if (!err)
		err = file_write_atomic(list, packages.data, packages.len, 0644);
	/* Lists and packages are of no more use. */
	if (!err)
		err = tree_remove(apt_dir);
	return err;
}

struct error *private_deb_program(const char *dir, const char *suite, const char *package,
				  const char *program, char **path_ret, char **packages_ret)
{
	_cleanup_free_ char *parent = xstrdup(dir), *lock_path = xasprintf("%s.lock", dir);
	_cleanup_free_ char *partial = xasprintf("%s.partial", dir), *list = NULL;
	_cleanup_free_ char *log_path = xasprintf("%s.log", dir);
	_cleanup_close_ int lock = -1;
	struct error *err;

	*strrchr(parent, '/') = '\0';
	err = dir_make(parent);
	if (!err)
		err = file_lock(lock_path, "waiting for another btfmatrix to fetch a tool", &lock);
	if (!err && !path_is_dir(dir)) {
		err = tree_remove(partial);
		if (!err)
			err = tree_remove(log_path);
		if (!err)
			err = fetch(partial, suite, package, program, log_path);
		if (!err && rename(partial, dir))
			err = error_errno(errno, "cannot rename %s to %s", partial, dir);
	}
	if (err)
		return err;
	list = xasprintf("%s/packages", dir);
	err = file_read(list, 1 << 16, packages_ret, NULL);
	if (!err)
		*path_ret = xasprintf("%s/run", dir);
	return err;
}
