// SPDX-License-Identifier: GPL-2.0-only
#include "merge/shard_run.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/fileio.h"
#include "core/mem.h"
#include "record/record.h"

enum {
	/* far beyond any matrix; what claims more is damaged */
	MAX_CELLS = 20000,
	MAX_NAME_LEN = 200,
};

bool is_plain_name(const char *name)
{
	size_t len = strlen(name);

	if (!len || len > MAX_NAME_LEN || name[0] == '.')
		return false;
	for (; *name; name++)
		if (*name == '/' || (unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(word, *words))
			return true;
	return false;
}

static struct error *check_cell(const struct rec_cell *cell)
{
	static const char *const verdicts[] = { "pass", "known", "fail", "error", "skipped", NULL };
	static const char *const states[] = { "pass", "fail", "skipped", NULL };
	_cleanup_free_ char *folder = rec_cell_folder(cell->name);

	if (!is_plain_name(folder))
		return error_new(ERROR_INPUT, "its record has a cell of an impossible name");
	if (!is_one_of(cell->verdict, verdicts))
		return error_new(ERROR_INPUT, "its record has an impossible verdict of %s",
				 cell->name);
	vec_for_each(check, &cell->checks)
		if (!is_one_of(check->state, states))
			return error_new(ERROR_INPUT, "its record has an impossible check of %s",
					 cell->name);
	/* which come sorted */
	for (size_t i = 1; i < cell->absences.len; i++)
		if (str_eq(cell->absences.data[i - 1].rule, cell->absences.data[i].rule))
			return error_new(ERROR_INPUT, "its record has a rule twice for %s",
					 cell->name);
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The tables promise names that are there once; a file of somebody else's may not keep that promise. */
static struct error *check_names(const struct rec_run *run)
{
	size_t nr = run->cells.len;
	_cleanup_free_ const char **names = xcalloc(nr + 1, sizeof(*names));

	for (size_t i = 0; i < nr; i++)
		names[i] = run->cells.data[i].name;
	qsort(names, nr, sizeof(*names), by_text);
	for (size_t i = 1; i < nr; i++)
		if (str_eq(names[i - 1], names[i]))
			return error_new(ERROR_INPUT, "its record has %s twice", names[i]);
	return NULL;
}

static struct error *check_run(const struct rec_run *run)
{
	struct error *err;

	if (!is_plain_name(run->name))
		return error_new(ERROR_INPUT, "its record has a run of an impossible name");
	if (run->cells.len > MAX_CELLS)
		return error_new(ERROR_INPUT, "its record has %zu cells in one run, more than %d",
				 run->cells.len, MAX_CELLS);
	err = check_names(run);
	vec_for_each(cell, &run->cells)
		if (!err)
			err = check_cell(cell);
	return err;
}

static struct error *load(struct db *db, const char *folder, int64_t id, struct shard_run *ret)
{
	struct error *err = record_load_run(db, id, RECORD_WHOLE, &ret->run);

	if (!err)
		err = check_run(&ret->run);
	ret->dir = xasprintf("%s/%s", folder, ret->run.name ?: "");
	return err;
}

/* Where @path is a run's own folder, the folder with the record and the run's name. */
static struct error *split_run_folder(const char *path, char **folder_ret, char **run_ret)
{
	_cleanup_free_ char *real = realpath(path, NULL), *db = NULL;
	char *slash = real ? strrchr(real, '/') : NULL;

	if (!real)
		return error_errno(errno, "it cannot be opened");
	*slash = '\0';
	db = xasprintf("%s/" RECORD_FILE, real);
	if (!path_exists(db))
		return error_new(ERROR_INPUT,
				 "it has no " RECORD_FILE ", nor has the folder it is in");
	*folder_ret = xstrdup(real);
	*run_ret = xstrdup(slash + 1);
	return NULL;
}

static struct error *open_checked(const char *folder, struct db **ret)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	struct error *err = record_open(folder, DB_READ, &db);

	if (!err)
		err = db_check(db);
	if (!err)
		*ret = return_ptr(db);
	return err;
}

struct error *shard_run_load(const char *path, struct shard_run *ret)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_free_ char *record = xasprintf("%s/" RECORD_FILE, path);
	_cleanup_free_ char *folder = NULL, *run = NULL;
	int64_t id = 0;
	struct error *err = NULL;

	*ret = (struct shard_run){ .name = xstrdup(path) };
	if (path_exists(record))
		folder = xstrdup(path);
	else
		err = split_run_folder(path, &folder, &run);
	if (!err)
		err = open_checked(folder, &db);
	if (!err)
		err = record_find_run(db, run, &id);
	return err ?: load(db, folder, id, ret);
}

struct error *shard_run_load_named(const char *folder, const char *run, struct shard_run *ret,
				   bool *found_ret)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_free_ char *record = xasprintf("%s/" RECORD_FILE, folder);
	int64_t id = 0;
	struct error *err;

	*ret = (struct shard_run){ .name = xasprintf("%s/%s", folder, run) };
	*found_ret = false;
	if (!path_exists(record))
		return NULL;
	err = open_checked(folder, &db);
	if (!err)
		err = record_find_exactly(db, run, &id, found_ret);
	if (err || !*found_ret)
		return err;
	return load(db, folder, id, ret);
}

void shard_run_release(struct shard_run *shard)
{
	rec_run_release(&shard->run);
	free(shard->name);
	free(shard->dir);
	*shard = (struct shard_run){ 0 };
}
