// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/series_commits.h"

#include <stdlib.h>
#include <string.h>

#include "bisect/git.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "source/tree_version.h"
#include "source/wanted_series.h"

/* Where the commits are made. */
struct place {
	const char *repo, *tree;
	/* --work-tree=tree */
	char *work_tree;
};

static struct error *git(const struct place *place, const char *command, const char *a,
			 const char *b, const char *c)
{
	return git_run(place->repo,
		       (const char *const[]){ place->work_tree, command, a, b, c, NULL }, NULL);
}

/*
 * The work tree is that of a slot, whose own index does not know what is done here: the marker of a checkout that was
 * not finished makes its next checkout look at every file.
 */
static struct error *prepare(const struct place *place, const char *base)
{
	_cleanup_free_ char *slot = xasprintf("%s.git", place->tree);
	_cleanup_free_ char *marker = xasprintf("%s/btfmatrix-checkout", slot);
	struct error *err = dir_make(place->tree);

	if (!err && path_is_dir(slot))
		err = file_write_atomic(marker, "", 0, 0644);
	if (!err)
		err = git(place, "read-tree", "--reset", "-u", base);
	return err ?: git(place, "clean", "-ffdxq", NULL, NULL);
}

/* All that is in the work tree, on top of *parent, which it replaces. */
static struct error *commit(const struct place *place, const char *subject, char **parent)
{
	_cleanup_free_ char *tree = NULL, *id = NULL;
	struct error *err = git(place, "add", "--all", "--force", NULL);

	if (!err)
		err = git_line(place->repo, (const char *const[]){ "write-tree", NULL }, &tree);
	if (!err)
		err = git_line(place->repo,
			       (const char *const[]){ "commit-tree", "-p", *parent, "-m", subject,
						      tree, NULL },
			       &id);
	if (err)
		return err;
	free(*parent);
	*parent = return_ptr(id);
	return NULL;
}

static struct error *apply(const struct place *place, const struct series *series,
			   const char *subject, char **parent)
{
	unsigned int nr_applied, nr_present;
	struct error *err = series_apply(series, place->tree, &nr_applied, &nr_present);

	return err ?: commit(place, subject, parent);
}

/* The first @nr_own patches become one commit, each of the others one. */
static struct error *commit_patches(const struct place *place, const struct series *series,
				    unsigned int nr_own, char **tip, char **good_ret)
{
	struct series part = { .dir = series->dir,
			       .patches = series->patches,
			       .nr_patches = nr_own };
	struct error *err = nr_own ? apply(place, &part, "the patches of btfmatrix", tip) : NULL;

	*good_ret = xstrdup(*tip);
	for (unsigned int i = nr_own; !err && i < series->nr_patches; i++) {
		part.patches = &series->patches[i];
		part.nr_patches = 1;
		log_status("making commits of the series: %u of %u", i + 1 - nr_own,
			   series->nr_patches - nr_own);
		err = apply(place, &part, path_base_name(series->patches[i]), tip);
	}
	log_status_clear();
	return err;
}

struct error *series_commits_make(const char *repo, const char *tree, const char *base,
				  const char *series, char **good_ret, char **bad_ret)
{
	_cleanup_free_ char *work_tree = xasprintf("--work-tree=%s", tree);
	const struct place place = { repo, tree, work_tree };
	_cleanup_(tree_version_release) struct tree_version version = { 0 };
	_cleanup_(wanted_series_release) struct wanted_series own = { 0 };
	_cleanup_(wanted_series_release) struct wanted_series all = { 0 };
	_cleanup_free_ char *tip = xstrdup(base), *good = NULL;
	struct error *err = prepare(&place, base);

	if (!err)
		err = tree_version_read(tree, &version);
	if (!err)
		err = wanted_series_load(version.line, series, &all);
	if (!err && *series == '+')
		err = wanted_series_load(version.line, NULL, &own);
	if (!err && all.series.nr_patches == own.series.nr_patches)
		err = error_new(ERROR_INPUT, "the series %s has no patches", series);
	if (!err)
		err = commit_patches(&place, &all.series, own.series.nr_patches, &tip, &good);
	if (err)
		return err;
	*good_ret = return_ptr(good);
	*bad_ret = return_ptr(tip);
	return NULL;
}
