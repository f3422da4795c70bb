// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/git_trials.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bisect/place.h"
#include "core/cleanup.h"
#include "core/fileio.h"

enum {
	/* digits of an object name in a folder's name */
	LABEL_DIGITS = 12,
	HEAD_MAX = 4096,
};

static char *depends_path(const struct git_trials *trials, size_t commit, size_t family)
{
	_cleanup_free_ char *slug = cell_spec_slug(trials->family_names[family]);

	return xasprintf("%s/depends/%s-%s", trials->memory,
			 trials->history->commits.data[commit].id, slug);
}

static struct error *test(void *context, size_t commit, const size_t *cells, size_t nr_cells,
			  unsigned int slot, struct trial_result *results)
{
	struct git_trials *trials = context;
	const char *id = trials->history->commits.data[commit].id;
	_cleanup_free_ char *tree = place_tree(trials->place, slot);
	_cleanup_free_ char *folder = xasprintf("%s/depends", trials->memory);
	_cleanup_free_ char *depends = depends_path(trials, commit, trials->families[cells[0]]);
	_cleanup_free_ char *label = xstrndup(id, LABEL_DIGITS);
	const struct tester_trace trace = { depends };
	struct error *err = dir_make(folder);

	trials->last.is_known = false;
	if (!err)
		err = place_checkout(trials->place, slot, id);
	return err ?: tester_run(trials->tester, tree, label, cells, nr_cells, &trace, results);
}

static const struct depends *depends_of(struct git_trials *trials, size_t commit, size_t family)
{
	struct git_depends *last = &trials->last;
	_cleanup_free_ char *path = NULL;

	if (last->is_known && last->commit == commit && last->family == family)
		return last->depends;
	if (last->depends)
		depends_free(last->depends);
	path = depends_path(trials, commit, family);
	*last = (struct git_depends){ true, commit, family, depends_load(path) };
	return last->depends;
}

static bool may_differ(const struct git_trials *trials, const struct depends *depends,
		       size_t commit)
{
	vec_for_each(file, &trials->changes->commits[commit].files)
		if (depends_matters(depends, file->status, file->path))
			return true;
	return false;
}

static bool is_same(void *context, size_t cell, size_t tested, size_t commit)
{
	struct git_trials *trials = context;
	const struct depends *depends = depends_of(trials, tested, trials->families[cell]);

	return depends && !may_differ(trials, depends, commit);
}

/* Objects that are compiled again because of the commit, about: those of its most used file. */
static double compiled_for(const struct git_trials *trials, const struct depends *depends,
			   size_t commit)
{
	size_t most = 0;

	vec_for_each(file, &trials->changes->commits[commit].files) {
		size_t count = depends_count(depends, file->path);

		most = count > most ? count : most;
	}
	return (double)most;
}

/* The newest of what builds of the family read; NULL: there is none. The caller frees it. */
static struct depends *newest_depends(const struct git_trials *trials, size_t family)
{
	_cleanup_free_ char *slug = cell_spec_slug(trials->family_names[family]);
	_cleanup_free_ char *pattern = xasprintf("%s/depends/*-%s", trials->memory, slug);
	_cleanup_globfree_ glob_t found = { 0 };
	struct timespec newest_time = { 0 };
	const char *newest = NULL;
	struct stat st;

	if (glob(pattern, 0, NULL, &found))
		return NULL;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (stat(found.gl_pathv[i], &st) ||
		    (newest && (st.st_mtim.tv_sec < newest_time.tv_sec ||
				(st.st_mtim.tv_sec == newest_time.tv_sec &&
				 st.st_mtim.tv_nsec <= newest_time.tv_nsec))))
			continue;
		newest = found.gl_pathv[i];
		newest_time = st.st_mtim;
	}
	return newest ? depends_load(newest) : NULL;
}

/* The commit that slot 0's tree has now, or the first. */
static size_t current_commit(const struct git_trials *trials)
{
	_cleanup_free_ char *tree = place_tree(trials->place, 0), *head = NULL;
	_cleanup_free_ char *path = xasprintf("%s.git/HEAD", tree);
	_cleanup_error_ struct error *err = file_read(path, HEAD_MAX, &head, NULL);
	size_t at;

	if (err)
		return 0;
	head[strcspn(head, "\n")] = '\0';
	at = history_find(trials->history, head);
	return at < trials->history->commits.len ? at : 0;
}

static void hint(void *context, size_t cell, bool *inert, double *cost)
{
	struct git_trials *trials = context;
	_cleanup_(depends_cleanup) struct depends *depends =
		newest_depends(trials, trials->families[cell]);
	size_t nr = trials->history->commits.len, current = current_commit(trials);
	double sum = 0, here;

	memset(inert, 0, nr * sizeof(*inert));
	memset(cost, 0, nr * sizeof(*cost));
	if (!depends)
		return;
	for (size_t i = 0; i < nr; i++) {
		inert[i] = history_only_parent(trials->history, i) != i &&
			   !may_differ(trials, depends, i);
		sum += compiled_for(trials, depends, i);
		cost[i] = sum;
	}
	here = cost[current];
	for (size_t i = 0; i < nr; i++)
		cost[i] = cost[i] < here ? here - cost[i] : cost[i] - here;
}

void git_trials_release(struct git_trials *trials)
{
	if (trials->last.depends)
		depends_free(trials->last.depends);
	trials->last = (struct git_depends){ 0 };
}

const struct trial_ops git_trial_ops = {
	.test = test,
	.is_same = is_same,
	.hint = hint,
};
