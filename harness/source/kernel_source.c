// SPDX-License-Identifier: GPL-2.0-only
#include "source/kernel_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/memo.h"
#include "config/project.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "source/debian_source.h"
#include "source/tarball.h"
#include "source/user_tree.h"
#include "source/wanted_series.h"

/* Digits of a digest that go into a folder's name. */
enum {
	ID_DIGITS = 12
};

static char *combine_ids(const char *digest, const struct series *series)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];

	strbuf_addf(&sb, "%s %s", digest, series->id);
	sha256_hex(sb.data, sb.len, hex);
	return xstrndup(hex, ID_DIGITS);
}

/* Says which kernel it was that a patch did not fit, and which series is the nearest. */
static struct error *explain(struct error *err, const struct wanted_series *wanted,
			     const struct kernel_source *source)
{
	if (!err || err->kind != ERROR_INPUT)
		return err;
	struct error *full = error_new(
		ERROR_INPUT,
		"%s (the tree is Linux %s, the series %s; the nearest of ours is %s; `btfmatrix "
		"patch --check` has it hunk by hunk)",
		err->message, source->version.full, wanted->name, wanted->nearest ?: "none");

	error_free(err);
	return full;
}

static struct error *apply(const struct wanted_series *wanted, const char *dir,
			   struct kernel_source *source)
{
	struct error *err =
		series_apply(&wanted->series, dir, &source->nr_applied, &source->nr_present);

	return explain(err, wanted, source);
}

/* Unpacks and patches beside @dir and moves the finished tree there: what is at @dir is always whole. */
static struct error *build_tree(const char *tarball, const struct wanted_series *wanted,
				const char *dir, struct kernel_source *source)
{
	_cleanup_free_ char *partial = xasprintf("%s.partial", dir);
	struct error *err;

	log_info("unpacking %s", tarball);
	err = tree_remove(partial);
	if (!err)
		err = tarball_unpack(tarball, partial);
	if (!err)
		err = tree_version_read(partial, &source->version);
	if (!err)
		err = apply(wanted, partial, source);
	if (!err && rename(partial, dir))
		err = error_errno(errno, "cannot rename %s to %s", partial, dir);
	if (err)
		error_free(tree_remove(partial));
	return err;
}

static struct error *prepare_debian(const struct source_request *request, const char *source_dir,
				    struct kernel_source *source)
{
	_cleanup_(debian_source_release) struct debian_source debian = { 0 };
	_cleanup_(wanted_series_release) struct wanted_series wanted = { 0 };
	char hex[SHA256_HEX_SIZE];
	struct error *err = debian_source_find(request->line, &debian);

	if (!err)
		err = memo_sha256(debian.tarball, hex);
	if (!err)
		err = wanted_series_load(debian.version, request->series, &wanted);
	if (err)
		return err;

	source->origin = return_ptr(debian.tarball);
	source->series = xstrdup(wanted.name);
	source->id = combine_ids(hex, &wanted.series);
	source->dir = xasprintf("%s/linux-%s-%s", source_dir, debian.version, source->id);
	if (!path_is_dir(source->dir))
		return build_tree(source->origin, &wanted, source->dir, source);
	source->nr_applied = wanted.series.nr_patches;
	return tree_version_read(source->dir, &source->version);
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
static struct error *prepare_user(const struct source_request *request, const char *source_dir,
				  struct kernel_source *source)
{
	_cleanup_free_ char *real = realpath(request->user_dir, NULL), *stamp = NULL,
			    *scratch = NULL;
	_cleanup_(user_tree_release) struct user_tree tree = { 0 };
	_cleanup_(wanted_series_release) struct wanted_series wanted = { 0 };
	char hex[SHA256_HEX_SIZE];
	struct error *err;

	if (!real)
		return error_errno(errno, "cannot read the kernel tree %s", request->user_dir);
	source->origin = xstrdup(real);
	sha256_hex(real, strlen(real), hex);
	source->dir = xasprintf("%s/user-%.*s", source_dir, ID_DIGITS, hex);
	stamp = xasprintf("%s.stamp", source->dir);
	scratch = xasprintf("%s.git", source->dir);

	err = tree_version_read(real, &source->version);
	if (!err)
		err = wanted_series_load(source->version.line, request->series, &wanted);
	if (!err)
		err = tree_remove(scratch);
	if (!err)
		err = user_tree_open(real, scratch, &tree);
	if (err)
		return err;
	source->series = xstrdup(wanted.name);
	source->id = combine_ids(tree.digest, &wanted.series);
	if (stamp_matches(stamp, source))
		return NULL;
	err = tree_remove(stamp);
	if (!err)
		err = user_tree_copy(&tree, source->dir);
	if (!err)
		err = apply(&wanted, source->dir, source);
	if (!err)
		err = write_stamp(stamp, source);
	return err;
}

struct error *kernel_source_prepare(const struct source_request *request, struct kernel_source *ret)
{
	_cleanup_free_ char *cache = NULL, *source_dir = NULL, *lock_path = NULL;
	_cleanup_close_ int lock = -1;
	struct kernel_source source = { 0 };
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	source_dir = xasprintf("%s/source", cache);
	lock_path = xasprintf("%s/lock", source_dir);
	err = dir_make(source_dir);
	if (!err)
		err = file_lock(lock_path, "waiting for another btfmatrix to unpack the kernel",
				&lock);
	if (!err)
		err = request->user_dir ? prepare_user(request, source_dir, &source)
					: prepare_debian(request, source_dir, &source);
	if (err) {
		kernel_source_release(&source);
		return error_wrap(err, "kernel %s", request->line->name);
	}
	*ret = source;
	return NULL;
}

void kernel_source_release(struct kernel_source *source)
{
	free(source->dir);
	free(source->origin);
	free(source->id);
	free(source->series);
	tree_version_release(&source->version);
	*source = (struct kernel_source){ 0 };
}
