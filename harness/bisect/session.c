// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bisect/fingerprint.h"
#include "bisect/git.h"
#include "bisect/git_trials.h"
#include "bisect/pahole_trials.h"
#include "bisect/place.h"
#include "bisect/series_commits.h"
#include "config/project.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/strbuf.h"

enum {
	/* of a digest in a folder's name */
	ID_DIGITS = 12
};

/* The request's part that is git's: what is made before anything is tested. All owned. */
struct git_places {
	struct git_user user;
	char *good, *bad;
	/* folder of all bisections of this repository; our repository there; its objects */
	char *place, *repo, *objects;
	/* locks on the work trees */
	VEC(int) locks;
};

static void places_release(struct git_places *places)
{
	git_user_release(&places->user);
	free(places->good);
	free(places->bad);
	free(places->place);
	free(places->repo);
	free(places->objects);
	vec_for_each(lock, &places->locks)
		close(*lock);
	vec_free(&places->locks);
}

void session_name_cells(struct session *session, const struct bisect_options *options)
{
	size_t nr = options->cells.list.len;

	session->options = options;
	session->names = xcalloc(nr, sizeof(*session->names));
	session->families = xcalloc(nr, sizeof(*session->families));
	for (size_t i = 0; i < nr; i++) {
		const struct cell_spec *spec = &options->cells.list.data[i];
		size_t family = 0;

		while (family < session->family_names.len &&
		       !str_eq(session->family_names.data[family], spec->family))
			family++;
		if (family == session->family_names.len)
			vec_push(&session->family_names, spec->family);
		session->names[i] = spec->name;
		session->families[i] = family;
	}
}

struct error *session_folders(const char *place, const char *request, bool restart,
			      char **place_ret, char **state_ret)
{
	_cleanup_free_ char *folder = NULL, *state = NULL;
	char request_hex[SHA256_HEX_SIZE];
	struct error *err = place_of(place, &folder);

	if (err)
		return err;
	sha256_hex(request, strlen(request), request_hex);
	state = xasprintf("%s/%.*s", folder, ID_DIGITS, request_hex);
	if (restart)
		err = tree_remove(state);
	if (!err)
		err = dir_make(state);
	if (err)
		return err;
	if (place_ret)
		*place_ret = return_ptr(folder);
	*state_ret = return_ptr(state);
	return NULL;
}

static void add_words(struct strbuf *sb, const char *const *words, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		strbuf_addf(sb, "%s\n", words[i] ?: "");
}

/* Descriptors, patches and what is known: a change to them may change a verdict. */
static struct error *describe_project(struct strbuf *sb)
{
	static const char *const folders[] = { "arches", "configs", "patches", "harness/probe" };
	struct error *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = NULL;

		err = project_path(&path, "%s", folders[i]);
		if (!err)
			fingerprint_files(path, sb);
	}
	return err;
}

struct error *session_describe_test(const struct bisect_options *options, struct strbuf *sb)
{
	const char *const words[] = {
		options->kernel_dir,    options->kernel,
		options->series,        options->good ? "" : "patches of the series",
		options->feature,       options->pahole_build,
		options->pahole_program
	};
	char program[SHA256_HEX_SIZE];
	struct error *err = file_sha256("/proc/self/exe", program);

	if (err)
		return err;
	strbuf_addf(sb, "%s\n", program);
	add_words(sb, words, ARRAY_SIZE(words));
	if (options->series)
		fingerprint_files(options->series + (*options->series == '+'), sb);
	if (options->feature && strchr(options->feature, '/'))
		fingerprint_files(options->feature, sb);
	/* where the kernel is not what is bisected, it is that tree as it is now */
	if ((options->pahole_dir || options->config_good) && !options->kernel)
		err = fingerprint_tree(options->kernel_dir, sb);
	return err ?: describe_project(sb);
}

struct error *session_describe(const struct bisect_options *options, const char *what,
			       struct strbuf *sb)
{
	_cleanup_free_ char *predicate = predicate_options(&options->predicate);
	const char *const words[] = { what, predicate, options->term_good, options->term_bad,
				      options->first_parent ? "first-parent" : "" };
	struct error *err = session_describe_test(options, sb);

	add_words(sb, words, ARRAY_SIZE(words));
	vec_for_each(spec, &options->cells.list)
		strbuf_addf(sb, "cell %s\n", spec->name);
	for (const char *const *path = options->paths; path && *path; path++)
		strbuf_addf(sb, "path %s\n", *path);
	return err;
}

struct tester session_tester(const struct bisect_options *options, const char *runs)
{
	return (struct tester){
		.predicate = &options->predicate,
		.cells = &options->cells,
		.series = options->series,
		.feature = options->feature,
		.kernel = options->kernel,
		.jobs = options->jobs,
		.retries = options->retries,
		.runs = runs,
	};
}

/* Finds the ends, and our repository, which borrows the user's objects. */
static struct error *open_repository(const struct bisect_options *options,
				     struct git_places *places)
{
	_cleanup_free_ char *unused = NULL;
	const char *dir = options->pahole_dir ?: options->kernel_dir;
	bool over_series = !options->good;
	struct error *err = git_user_open(dir, &places->user);

	if (!err)
		err = git_user_resolve(&places->user, over_series ? "--onto" : "--good",
				       (over_series ? options->onto : options->good) ?: "HEAD",
				       &places->good);
	if (!err && !over_series)
		err = git_user_resolve(&places->user, "--bad", options->bad ?: "HEAD",
				       &places->bad);
	if (!err)
		err = session_folders(places->user.objects, "", false, &places->place, &unused);
	if (err)
		return err;
	if (places->user.dirty)
		log_warning("%s has changes that are not committed (%s); they are in no revision, "
			    "so they are not tested",
			    dir, places->user.dirty);
	places->repo = place_repo(places->place);
	places->objects = xasprintf("%s/objects", places->repo);
	return place_open(places->place, places->user.objects);
}

/* Where the good end is no ancestor of the bad one, the commit they come from is, and is good with it. */
static struct error *settle_good_end(struct git_places *places)
{
	_cleanup_free_ char *base = NULL;
	struct error *err = git_merge_base(places->repo, places->good, places->bad, &base);

	if (err)
		return err;
	if (str_eq(base, places->bad) && !str_eq(places->good, places->bad))
		return error_new(ERROR_INPUT,
				 "the bad end, %.12s, is an ancestor of the good one, %.12s: what "
				 "mended it is found with --good and --bad the other way round and "
				 "--term-good, --term-bad",
				 places->bad, places->good);
	if (str_eq(base, places->good))
		return NULL;
	log_warning("%.12s is no ancestor of %.12s; %.12s, where they part, is the good end",
		    places->good, places->bad, base);
	free(places->good);
	places->good = return_ptr(base);
	return NULL;
}

static struct error *lock_trees(struct git_places *places, unsigned int nr_slots)
{
	struct error *err = NULL;

	for (unsigned int i = 0; !err && i < nr_slots; i++) {
		int lock;

		err = place_lock_tree(places->place, i, &lock);
		if (!err)
			vec_push(&places->locks, lock);
	}
	return err;
}

struct marker {
	struct session *session;
	const struct git_places *places;
};

static struct error *on_mark(void *user, size_t cell, size_t commit, enum mark mark,
			     const char *why)
{
	struct marker *marker = user;
	struct session *session = marker->session;
	struct git_log *log = &session->logs[cell];

	/* the ends go with `git bisect start` */
	if (commit == session->history.commits.len - 1 && !why)
		return git_log_begin(log, marker->places->objects, marker->places->good,
				     marker->places->bad, session->options->first_parent,
				     session->options->paths);
	if (commit == 0)
		return NULL;
	return git_log_mark(log, session->history.commits.data[commit].id, mark);
}

static void make_logs(struct session *session)
{
	const struct bisect_options *options = session->options;

	session->logs = xcalloc(options->cells.list.len, sizeof(*session->logs));
	for (size_t i = 0; i < options->cells.list.len; i++) {
		_cleanup_free_ char *slug = cell_spec_slug(session->names[i]);

		session->logs[i] = (struct git_log){
			.git_dir = xasprintf("%s/%s.git", session->state, slug),
			.path = xasprintf("%s/%s.log", session->state, slug),
			.good = options->term_good,
			.bad = options->term_bad,
		};
	}
}

/* Git has heard the same and must say the same; with paths it may end without a word. */
static struct error *hear_git(const struct session *session)
{
	for (size_t i = 0; i < session->bisection.nr_cells; i++) {
		const struct bisect_cell *cell = &session->bisection.cells[i];
		const char *answer = session->logs[i].answer;
		const char *culprit = session->history.commits.data[cell->culprit].id;

		if (cell->outcome == BISECT_FOUND && answer && !str_eq(answer, culprit))
			return error_new(ERROR_CHILD,
					 "%s: git bisect says %.12s and btfmatrix %.12s; see %s",
					 session->names[i], answer, culprit, session->logs[i].path);
	}
	return NULL;
}

/* The patches are in the commits: `btfmatrix run` adds ours alone, or none. */
static struct error *choose_series(const struct session *session, struct tester *tester,
				   char **none_ret)
{
	_cleanup_free_ char *dir = xasprintf("%s/no-patches", session->state);
	_cleanup_free_ char *list = xasprintf("%s/series", dir);
	struct error *err;

	if (*session->options->series == '+') {
		tester->series = NULL;
		return NULL;
	}
	err = dir_make(dir);
	if (!err)
		err = file_write_atomic(list, "", 0, 0644);
	*none_ret = return_ptr(dir);
	tester->series = *none_ret;
	return err;
}

static struct error *run(struct session *session, const struct git_places *places,
			 const struct changes *changes)
{
	const struct bisect_options *options = session->options;
	_cleanup_free_ char *runs = xasprintf("%s/runs", session->state), *no_patches = NULL;
	struct tester tester = session_tester(options, runs);
	_cleanup_strbuf_ struct strbuf what = STRBUF_INIT;
	_cleanup_free_ char *memory = NULL;
	struct error *err = session_describe_test(options, &what);
	struct git_trials trials = {
		.tester = &tester,
		.history = &session->history,
		.changes = changes,
		.families = session->families,
		.family_names = session->family_names.data,
		.place = places->place,
		.state = session->state,
	};
	struct pahole_trials paholes = {
		.git = &trials,
		.kernel_dir = options->kernel ? NULL : options->kernel_dir,
		.build = options->pahole_build,
		.program = options->pahole_program,
	};
	struct marker marker = { session, places };
	struct bisect_request request = {
		.history = &session->history,
		.ops = options->pahole_dir ? &pahole_trial_ops : &git_trial_ops,
		.context = options->pahole_dir ? (void *)&paholes : &trials,
		.nr_cells = options->cells.list.len,
		.names = session->names,
		.families = session->families,
		.state = session->state,
		.nr_slots = options->nr_slots,
		.good = options->term_good,
		.bad = options->term_bad,
		.on_mark = on_mark,
		.user = &marker,
	};

	if (!err)
		err = session_folders(places->user.objects, strbuf_str(&what), false, NULL,
				      &memory);
	tester.memory = trials.memory = memory;
	if (!err && !options->good)
		err = choose_series(session, &tester, &no_patches);
	if (!err)
		err = bisect_run(&request, &session->bisection);
	git_trials_release(&trials);
	return err ?: hear_git(session);
}

/* The good end, and the bad one where it is not given: the commits of the series are made first. */
static struct error *settle_ends(const struct bisect_options *options, struct git_places *places)
{
	_cleanup_free_ char *tree = place_tree(places->place, 0);
	_cleanup_free_ char *base = NULL;

	if (options->good)
		return settle_good_end(places);
	base = return_ptr(places->good);
	return series_commits_make(places->repo, tree, base, options->series, &places->good,
				   &places->bad);
}

struct error *session_bisect_git(const struct bisect_options *options, struct session *session)
{
	_cleanup_(places_release) struct git_places places = { 0 };
	_cleanup_(changes_release) struct changes changes = { 0 };
	_cleanup_strbuf_ struct strbuf request = STRBUF_INIT;
	_cleanup_free_ char *scratch = NULL, *ends = NULL;
	struct error *err = open_repository(options, &places);

	session->thing = options->good ? "commit" : "patch";
	session_name_cells(session, options);
	if (!err)
		err = lock_trees(&places, options->nr_slots);
	if (!err)
		err = settle_ends(options, &places);
	if (!err)
		err = git_history(places.repo, places.good, places.bad, options->first_parent,
				  options->paths, &session->history);
	if (err)
		return err;
	ends = xasprintf("%s %s", places.good, places.bad);
	err = session_describe(options, ends, &request);
	if (!err)
		err = session_folders(places.user.objects, strbuf_str(&request), options->restart,
				      NULL, &session->state);
	if (err)
		return err;
	make_logs(session);
	log_info("%zu %s from %.12s to %.12s; the bisection is kept in %s",
		 session->history.commits.len - 1, options->good ? "commits" : "patches",
		 places.good, places.bad, session->state);
	scratch = xasprintf("%s/pairs", session->state);
	err = changes_load(places.repo, &session->history, scratch, &changes);
	return err ?: run(session, &places, &changes);
}

void session_release(struct session *session)
{
	for (size_t i = 0; session->logs && i < session->options->cells.list.len; i++)
		git_log_release(&session->logs[i]);
	free(session->logs);
	free(session->state);
	free(session->names);
	free(session->families);
	vec_free(&session->family_names);
	history_release(&session->history);
	bisection_release(&session->bisection);
	*session = (struct session){ 0 };
}
