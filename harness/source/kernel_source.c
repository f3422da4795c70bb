// SPDX-License-Identifier: GPL-2.0-only
#include "source/kernel_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/project.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "source/series.h"
#include "source/tarball.h"
#include "source/user_tree.h"

/* Digits of a digest that go into a folder's name. */
enum {
	ID_DIGITS = 12
};

static struct error *find_tarball(const char *kernel, char **ret)
{
	static const char *const suffixes[] = { "xz", "zst", "gz", "bz2" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		_cleanup_free_ char *path =
			xasprintf("/usr/src/linux-source-%s.tar.%s", kernel, suffixes[i]);

		if (path_exists(path)) {
			*ret = return_ptr(path);
			return NULL;
		}
	}
	return error_new(
		ERROR_INPUT,
		"no source of Linux %s: /usr/src/linux-source-%s.tar.* is not there; install "
		"the package linux-source-%s, or give a tree with --kernel-dir",
		kernel, kernel, kernel);
}

static char *combine_ids(const char *digest, const struct series *series)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];

	strbuf_addf(&sb, "%s %s", digest, series->id);
	sha256_hex(sb.data, sb.len, hex);
	return xstrndup(hex, ID_DIGITS);
}

/* Unpacks and patches beside @dir and moves the finished tree there: what is at @dir is always whole. */
static struct error *build_tree(const char *tarball, const struct series *series, const char *dir,
				struct kernel_source *source)
{
	_cleanup_free_ char *partial = xasprintf("%s.partial", dir);
	struct error *err;

	log_info("unpacking %s", tarball);
	err = tree_remove(partial);
	if (!err)
		err = tarball_unpack(tarball, partial);
	if (!err)
		err = series_apply(series, partial, &source->nr_applied, &source->nr_present);
	if (!err && rename(partial, dir))
		err = error_errno(errno, "cannot rename %s to %s", partial, dir);
	if (err)
		error_free(tree_remove(partial));
	return err;
}

static struct error *prepare_debian(const char *kernel, const struct series *series,
				    const char *source_dir, struct kernel_source *source)
{
	char hex[SHA256_HEX_SIZE];
	struct error *err;

	err = find_tarball(kernel, &source->origin);
	if (!err)
		err = file_sha256(source->origin, hex);
	if (err)
		return err;

	source->id = combine_ids(hex, series);
	source->dir = xasprintf("%s/linux-%s-%s", source_dir, kernel, source->id);
	if (path_is_dir(source->dir)) {
		source->nr_applied = series->nr_patches;
		return NULL;
	}
	return build_tree(source->origin, series, source->dir, source);
}

/* What the copy at DIR was made of, as DIR.stamp has it: id, patches applied, patches that were there. */
static bool stamp_matches(const char *stamp, struct kernel_source *source)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = file_read(stamp, 256, &text, NULL);
	char id[ID_DIGITS + 1];

	return !err &&
	       sscanf(text, "%12s %u %u", id, &source->nr_applied, &source->nr_present) == 3 &&
	       str_eq(id, source->id) && path_is_dir(source->dir);
}

static struct error *write_stamp(const char *stamp, const struct kernel_source *source)
{
	_cleanup_free_ char *text =
		xasprintf("%s %u %u\n", source->id, source->nr_applied, source->nr_present);

	return file_write_atomic(stamp, text, strlen(text), 0644);
}

/*
 * The copy stays at one place, so that kbuild rebuilds only what an edit concerns. It is touched only if
 * the user's tree or the series has changed: another process may be building from it. Patched files differ
 * from the user's, so they are then copied afresh and patched again.
 */
static struct error *prepare_user(const char *user_dir, const struct series *series,
				  const char *source_dir, struct kernel_source *source)
{
	_cleanup_free_ char *real = realpath(user_dir, NULL), *stamp = NULL, *scratch = NULL;
	_cleanup_(user_tree_release) struct user_tree tree = { 0 };
	char hex[SHA256_HEX_SIZE];
	struct error *err;

	if (!real)
		return error_errno(errno, "cannot read the kernel tree %s", user_dir);
	source->origin = xstrdup(real);
	sha256_hex(real, strlen(real), hex);
	source->dir = xasprintf("%s/user-%.*s", source_dir, ID_DIGITS, hex);
	stamp = xasprintf("%s.stamp", source->dir);
	scratch = xasprintf("%s.git", source->dir);

	err = tree_remove(scratch);
	if (!err)
		err = user_tree_open(real, scratch, &tree);
	if (err)
		return err;
	source->id = combine_ids(tree.digest, series);
	if (stamp_matches(stamp, source))
		return NULL;
	err = tree_remove(stamp);
	if (!err)
		err = user_tree_copy(&tree, source->dir);
	if (!err)
		err = series_apply(series, source->dir, &source->nr_applied, &source->nr_present);
	if (!err)
		err = write_stamp(stamp, source);
	return err;
}

struct error *kernel_source_prepare(const char *kernel, const char *user_dir,
				    struct kernel_source *ret)
{
	_cleanup_free_ char *cache = NULL, *source_dir = NULL, *lock_path = NULL,
			    *series_dir = NULL;
	_cleanup_(series_release) struct series series = { 0 };
	_cleanup_close_ int lock = -1;
	struct kernel_source source = { 0 };
	struct error *err;

	err = project_path(&series_dir, "patches/linux/%s", kernel);
	if (!err)
		err = series_load(series_dir, &series);
	if (!err)
		err = cache_dir(&cache);
	if (err)
		return err;

	source_dir = xasprintf("%s/source", cache);
	lock_path = xasprintf("%s/lock", source_dir);
	err = dir_make(source_dir);
	if (!err)
		err = file_lock(lock_path, "waiting for another btfmatrix to unpack the kernel",
				&lock);
	if (!err)
		err = user_dir ? prepare_user(user_dir, &series, source_dir, &source)
			       : prepare_debian(kernel, &series, source_dir, &source);
	if (err) {
		kernel_source_release(&source);
		return error_wrap(err, "kernel %s", kernel);
	}
	*ret = source;
	return NULL;
}

void kernel_source_release(struct kernel_source *source)
{
	free(source->dir);
	free(source->origin);
	free(source->id);
	*source = (struct kernel_source){ 0 };
}
