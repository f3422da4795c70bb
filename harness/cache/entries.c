// SPDX-License-Identifier: GPL-2.0-only
#include "cache/entries.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/state.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "toolroot/toolroot.h"

static const uint64_t default_max = (uint64_t)60 << 30;

/* What was used since then may be in use. */
static const time_t in_use_s = 3600;

/* Folders of the cache with kept builds. */
static const char *const build_folders[] = { "cells", "own-cells" };

static uint64_t size_of_tree(const char *path)
{
	char *const roots[] = { (char *)(uintptr_t)path, NULL };
	_cleanup_fts_ FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	uint64_t size = 0;

	for (FTSENT *entry; fts && (entry = fts_read(fts));)
		if (entry->fts_info != FTS_DP && entry->fts_statp)
			size += (uint64_t)entry->fts_statp->st_blocks * 512;
	return size;
}

/* The verdict that the database has for a build; NULL: none. */
static char *verdict_of(const char *path)
{
	_cleanup_stmt_ sqlite3_stmt *query = NULL;
	struct db *db = state_db();
	bool row = false;
	struct error *err;

	if (!db)
		return NULL;
	err = db_prepare(db,
			 "SELECT verdict FROM outcome WHERE dir = ? ORDER BY used_at DESC LIMIT 1",
			 &query);
	if (!err)
		err = db_bind(db, query, "t", path);
	if (!err)
		err = db_step(db, query, &row);
	state_note(err);
	return !err && row ? db_text(query, 0) : NULL;
}

static void add_entry(const char *cache, const char *path, time_t used_at, enum cache_kind kind,
		      struct cache_entries *entries)
{
	struct cache_entry entry = {
		.path = xstrdup(path),
		.name = xstrdup(path + strlen(cache) + 1),
		.verdict = kind == CACHE_BUILD ? verdict_of(path) : NULL,
		.size = size_of_tree(path),
		.used_at = used_at,
		.kind = kind,
	};

	entries->size += entry.size;
	vec_push(&entries->list, entry);
}

/* A folder with a record of a build, finished or not, is an entry, and nothing below it is. */
static void add_builds(const char *cache, const char *folder, struct cache_entries *entries)
{
	_cleanup_free_ char *root = xasprintf("%s/%s", cache, folder);
	char *const roots[] = { root, NULL };
	_cleanup_fts_ FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	for (FTSENT *entry; fts && (entry = fts_read(fts));) {
		_cleanup_free_ char *vmlinux = xasprintf("%s/vmlinux", entry->fts_path);

		if (entry->fts_info != FTS_D || !path_exists(vmlinux))
			continue;
		add_entry(cache, entry->fts_path, entry->fts_statp->st_mtime, CACHE_BUILD, entries);
		fts_set(fts, entry, FTS_SKIP);
	}
}

static void add_trees(const char *cache, struct cache_entries *entries)
{
	_cleanup_free_ char *root = xasprintf("%s/objects", cache);
	_cleanup_closedir_ DIR *dir = opendir(root);

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		_cleanup_free_ char *path = xasprintf("%s/%s", root, entry->d_name);
		_cleanup_free_ char *own = xasprintf("%s/btfmatrix", path);
		struct stat st;

		/* whatever is done in a tree writes its log there */
		if (entry->d_name[0] != '.' && !stat(own, &st) && S_ISDIR(st.st_mode))
			add_entry(cache, path, st.st_mtime, CACHE_OBJECTS, entries);
	}
}

static struct error *add_roots(const char *cache, struct cache_entries *entries)
{
	_cleanup_(toolroots_release) struct toolroots_kept kept = { 0 };
	struct error *err = toolroots_list(&kept);

	vec_for_each(root, &kept.list)
		add_entry(cache, root->dir, root->used_at,
			  root->current ? CACHE_ROOT : CACHE_OLD_ROOT, entries);
	return err;
}

/* What nothing can use any more comes last. */
static int last_used_first(const void *a, const void *b)
{
	const struct cache_entry *x = a, *y = b;
	bool x_old = x->kind == CACHE_OLD_ROOT, y_old = y->kind == CACHE_OLD_ROOT;

	if (x_old != y_old)
		return x_old ? 1 : -1;
	return x->used_at == y->used_at ? strcmp(x->path, y->path)
					: (x->used_at < y->used_at) - (x->used_at > y->used_at);
}

struct error *cache_entries_list(bool all, struct cache_entries *ret)
{
	_cleanup_free_ char *cache = NULL;
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(build_folders); i++)
		add_builds(cache, build_folders[i], ret);
	if (all) {
		add_trees(cache, ret);
		err = add_roots(cache, ret);
	}
	if (ret->list.len)
		qsort(ret->list.data, ret->list.len, sizeof(*ret->list.data), last_used_first);
	return err;
}

void cache_entries_release(struct cache_entries *entries)
{
	vec_for_each(entry, &entries->list) {
		free(entry->path);
		free(entry->name);
		free(entry->verdict);
	}
	vec_free(&entries->list);
	*entries = (struct cache_entries){ 0 };
}

static void forget_outcomes(const char *dir)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct db *db = state_db();
	struct error *err;

	if (!db)
		return;
	err = db_prepare(db, "DELETE FROM outcome WHERE dir = ?", &statement);
	if (!err)
		err = db_bind(db, statement, "t", dir);
	state_note(err ?: db_run(db, statement));
}

static struct error *remove_build(const char *path, bool *removed_ret)
{
	forget_outcomes(path);
	*removed_ret = true;
	return tree_remove(path);
}

static struct error *remove_tree(const char *path, bool *removed_ret)
{
	_cleanup_free_ char *lock_path = xasprintf("%s.lock", path);
	_cleanup_close_ int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB))
		return NULL;
	*removed_ret = true;
	return tree_remove(path);
}

/* Each removes it; *removed_ret stays false for what somebody is at. */
static struct error *(*const removers[])(const char *path, bool *removed_ret) = {
	[CACHE_BUILD] = remove_build,
	[CACHE_OBJECTS] = remove_tree,
	[CACHE_ROOT] = toolroot_remove,
	[CACHE_OLD_ROOT] = toolroot_remove,
};

struct error *cache_bound(uint64_t max, time_t since, struct cache_bounded *ret)
{
	_cleanup_(cache_entries_release) struct cache_entries entries = { 0 };
	struct error *err = cache_entries_list(true, &entries);
	time_t in_use = time(NULL) - in_use_s;

	*ret = (struct cache_bounded){ .left = entries.size };
	for (size_t i = entries.list.len; !err && i > 0 && ret->left > max; i--) {
		const struct cache_entry *entry = &entries.list.data[i - 1];
		bool removed = false;

		if (entry->used_at > in_use || (since && entry->used_at >= since))
			continue;
		err = removers[entry->kind](entry->path, &removed);
		if (err || !removed)
			continue;
		ret->nr_removed++;
		ret->freed += entry->size;
		ret->left -= entry->size;
	}
	return err;
}

bool cache_parse_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	char *end;
	unsigned long long number;
	const char *unit;
	unsigned int shift = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!unit || end[1])
			return false;
		shift = 10 * (unsigned int)(unit - units + 1);
	}
	if (errno || number > UINT64_MAX >> shift)
		return false;
	*ret = (uint64_t)number << shift;
	return true;
}

struct error *cache_default_max(uint64_t *ret)
{
	const char *own = getenv("BTFMATRIX_CACHE_MAX");

	*ret = default_max;
	if (own && *own && !cache_parse_size(own, ret))
		return error_new(ERROR_INPUT,
				 "BTFMATRIX_CACHE_MAX is '%s', which is no size; write 20G", own);
	return NULL;
}
