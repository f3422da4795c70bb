// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix merge: the runs of several folders as one. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/record_args.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "merge/merge.h"
#include "merge/merge_files.h"
#include "record/record.h"

enum {
	OPT_INTO = 0x100
};

struct arguments {
	const char *folder, *into;
	VEC(const char *) dirs;
};

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0,
	  "the folder that gets the merged run, and has the record (default: that of `btfmatrix "
	  "run`)",
	  0 },
	{ "into", OPT_INTO, "RUN", 0,
	  "the merged run's name (default: that of the earliest of them)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'o':
		args->folder = arg;
		return 0;
	case OPT_INTO:
		if (!is_plain_name(arg))
			argp_error(state, "--into: '%s' is no name for a folder", arg);
		args->into = arg;
		return 0;
	case ARGP_KEY_ARG:
		vec_push(&args->dirs, arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name the folders to be merged");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct shards {
	VEC(struct shard_run) list;
	/* those that could not be used, which were named */
	size_t nr_bad;
};

static void release_shards(struct shards *shards)
{
	vec_for_each(shard, &shards->list)
		shard_run_release(shard);
	vec_free(&shards->list);
}

/* Says what is wrong with a shard, which is then left out. Takes @err. */
static void leave_out(struct shards *shards, const char *name, struct error *err)
{
	log_error("%s is left out: %s", name, err->message);
	error_free(err);
	shards->nr_bad++;
}

static void load_shards(const struct arguments *args, struct shards *ret)
{
	vec_for_each(dir, &args->dirs) {
		struct shard_run shard;
		struct error *err = shard_run_load(*dir, &shard);

		if (!err) {
			vec_push(&ret->list, shard);
			continue;
		}
		leave_out(ret, *dir, err);
		shard_run_release(&shard);
	}
}

/* The name of the run that began first; of two, the one that sorts first. */
static const char *earliest(const struct shards *shards)
{
	const struct rec_run *first = NULL;

	vec_for_each(shard, &shards->list) {
		const struct rec_run *run = &shard->run;

		if (!first || run->began_at < first->began_at ||
		    (run->began_at == first->began_at && strcmp(run->name, first->name) < 0))
			first = run;
	}
	return first->name;
}

static struct error *refuse(const struct merge *merge)
{
	_cleanup_free_ char *all = strv_join(STRV_CONST(merge->contradictions), "\n  ");

	return error_new(ERROR_INPUT,
			 "nothing was merged, as these contradict each other; leave one of the two "
			 "out:\n  %s",
			 all);
}

/* "4 pass, 1 fail" */
static void print_cells(const struct merge *merge)
{
	static const char *const verdicts[] = { "pass", "known", "fail", "error", "skipped" };
	const char *separator = ": ";

	printf("%zu cell%s", merge->cells.len, merge->cells.len == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		size_t nr = 0;

		vec_for_each(cell, &merge->cells)
			nr += str_eq(cell->cell->verdict, verdicts[i]);
		if (nr)
			printf("%s%zu %s", separator, nr, verdicts[i]);
		separator = nr ? ", " : separator;
	}
	printf("; %s in %s\n", merge->changed ? "merged" : "nothing new", merge->run.dir);
}

/* RESULTS/latest, as a run makes it; where the merged run is not the newest it stays as it is. */
static void update_latest(struct db *db, const char *folder, const struct rec_run *run)
{
	_cleanup_free_ char *latest = xasprintf("%s/latest", folder);
	int64_t id = 0;
	struct error *err = record_find_run(db, NULL, &id);

	if (!err && id == run->id) {
		unlink(latest);
		if (symlink(run->name, latest))
			log_debug("cannot make %s: %s", latest, strerror(errno));
	}
	error_free(err);
}

static struct error *write_run(struct merge *merge, const char *folder)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	size_t lost = 0;
	struct error *err = record_open(folder, DB_WRITE, &db);

	if (!err)
		err = merge_files(merge, &lost);
	if (err)
		return err;
	if (lost)
		log_warning("%zu files that the records name were not beside them", lost);
	vec_for_each(cell, &merge->cells)
		vec_push(&merge->run.cells, *cell->cell);
	err = record_put_run(db, &merge->run);
	if (!err)
		update_latest(db, folder, &merge->run);
	return err;
}

static struct error *join(struct merge *merge, struct shards *shards, struct shard_run *before,
			  const char *folder, const char *name)
{
	struct error *err = merge_begin(merge, before);
	size_t nr_joined = 0;

	if (err)
		return error_wrap(err, "%s", before->name);
	vec_for_each(shard, &shards->list) {
		err = merge_add(merge, shard);
		if (err)
			leave_out(shards, shard->name, err);
		else
			nr_joined++;
	}
	if (merge->contradictions)
		return refuse(merge);
	if (!nr_joined)
		return error_new(ERROR_INPUT, "there is nothing to merge");
	merge_finish(merge, folder, name);
	return merge->changed ? write_run(merge, folder) : NULL;
}

static struct error *merge_all(const char *folder, const char *name, struct shards *shards,
			       struct merge *merge, struct shard_run *before)
{
	_cleanup_free_ char *lock = xasprintf("%s/.merge.lock", folder);
	_cleanup_close_ int fd = -1;
	bool found = false;
	struct error *err = dir_make(folder);

	if (!err)
		err = file_lock(lock, "waiting for another merge into this folder", &fd);
	if (!err)
		err = shard_run_load_named(folder, name, before, &found);
	return err ?: join(merge, shards, found ? before : NULL, folder, name);
}

static int do_merge(const struct arguments *args, const char *folder)
{
	_cleanup_(release_shards) struct shards shards = { 0 };
	_cleanup_(shard_run_release) struct shard_run before = { 0 };
	_cleanup_(merge_release) struct merge merge = { 0 };
	_cleanup_free_ char *missing = NULL;
	struct error *err;

	load_shards(args, &shards);
	if (!shards.list.len)
		return command_fail(error_new(ERROR_INPUT, "there is nothing to merge"));
	err = merge_all(folder, args->into ?: earliest(&shards), &shards, &merge, &before);
	if (err)
		return command_fail(err);
	print_cells(&merge);
	missing = shard_set_missing(&merge.shards);
	if (missing)
		log_error("of %u shards these are not there: %s", merge.shards.count, missing);
	return shards.nr_bad || missing ? STATUS_ERROR : STATUS_OK;
}

int cmd_merge(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "DIR...",
		.doc = "Joins runs, as of the shards of one plan, into one run of the record, with "
		       "their logs. A DIR is a results folder, of which the newest run is taken, "
		       "or a run's own folder.\v"
		       "To merge the same again changes nothing; what comes late is merged into "
		       "the run that is there, by its name. Exit status: 0 all are in it, 2 one "
		       "is damaged or missing, which is named, or two contradict each other, "
		       "which merges nothing.",
	};
	struct arguments args = { 0 };
	_cleanup_free_ char *folder = NULL;
	struct error *err = NULL;
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &args))
		return STATUS_ERROR;
	if (args.folder)
		folder = xstrdup(args.folder);
	else
		err = default_results(&folder);
	status = err ? command_fail(err) : do_merge(&args, folder);
	vec_free(&args.dirs);
	return status;
}
