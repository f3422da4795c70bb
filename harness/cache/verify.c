// SPDX-License-Identifier: GPL-2.0-only
/* Reading the cache again, whole. */
#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cache/aside.h"
#include "cache/entries.h"
#include "cache/state.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "toolroot/toolroot.h"

/* Files that have other names in the record of a build: the module is called as it is. */
static const char module_suffix[] = ".ko";

/* The file that the record has under @name, the caller's to free; NULL: there is none. */
static char *file_of(const char *dir, const char *name)
{
	_cleanup_closedir_ DIR *entries = NULL;
	char *path = xasprintf("%s/%s", dir, name);

	if (path_exists(path))
		return path;
	free(path);
	if (!str_eq(name, "module"))
		return NULL;
	entries = opendir(dir);
	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (str_ends(entry->d_name, module_suffix))
			return xasprintf("%s/%s", dir, entry->d_name);
	return NULL;
}

/* NULL where @dir/@record_name and every file that it has the digest of are as they were kept; else what is not. */
static char *find_damage(const char *dir, const char *record_name)
{
	_cleanup_free_ char *record_path = xasprintf("%s/%s", dir, record_name);
	_cleanup_json_ json_t *record = json_load_file(record_path, 0, NULL);
	json_t *digests = json_object_get(record, "sha256"), *wanted;
	const char *name;

	if (!json_object_size(digests))
		return xasprintf("%s cannot be read", record_path);
	json_object_foreach(digests, name, wanted)
	{
		_cleanup_free_ char *path = NULL;
		char hex[SHA256_HEX_SIZE] = "";

		if (json_is_null(wanted))
			continue;
		path = file_of(dir, name);
		_cleanup_error_ struct error *err = path ? file_sha256(path, hex) : NULL;

		if (!path || err || !str_eq(hex, json_string_value(wanted) ?: ""))
			return xasprintf("%s/%s is not what was kept", dir, name);
	}
	return NULL;
}

/* Takes @damage. */
static struct error *deal_with(const char *path, char *damage, size_t *nr_whole, size_t *nr_damaged)
{
	_cleanup_free_ char *what = damage;

	if (!what) {
		++*nr_whole;
		return NULL;
	}
	++*nr_damaged;
	log_warning("%s", what);
	return cache_move_aside(path);
}

static struct error *verify_boots(const char *dir, size_t *nr_whole, size_t *nr_damaged)
{
	_cleanup_closedir_ DIR *entries = opendir(dir);
	struct error *err = NULL;

	for (struct dirent *entry; !err && entries && (entry = readdir(entries));) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, entry->d_name);

		if (str_starts(entry->d_name, "boot-"))
			err = deal_with(path, find_damage(path, "boot.json"), nr_whole, nr_damaged);
	}
	return err;
}

struct bad_rows {
	VEC(char *) keys;
	size_t nr_whole;
};

static void judge_row(sqlite3_stmt *row, void *arg)
{
	struct bad_rows *bad = arg;
	_cleanup_free_ char *json = db_text(row, 1), *digest = db_text(row, 2);
	char hex[SHA256_HEX_SIZE];

	sha256_hex(json ?: "", strlen(json ?: ""), hex);
	if (digest && str_eq(hex, digest))
		bad->nr_whole++;
	else
		vec_push(&bad->keys, db_text(row, 0));
}

static struct error *verify_rows(size_t *nr_whole, size_t *nr_damaged)
{
	struct bad_rows bad = { 0 };
	struct db *db = state_db();
	struct error *err = NULL;

	if (!db)
		return NULL;
	err = db_each_row(db, "SELECT key, json, sha256 FROM outcome WHERE ? = 0", 0, judge_row,
			  &bad);
	vec_for_each(key, &bad.keys) {
		_cleanup_stmt_ sqlite3_stmt *statement = NULL;

		/* Nothing of it can be saved: what it was made from is still there. */
		log_warning("the outcome %.16s is not what was kept, and is forgotten", *key);
		if (!err)
			err = db_prepare(db, "DELETE FROM outcome WHERE key = ?", &statement);
		if (!err)
			err = db_bind(db, statement, "t", *key);
		if (!err)
			err = db_run(db, statement);
		free(*key);
	}
	*nr_whole += bad.nr_whole;
	*nr_damaged += bad.keys.len;
	vec_free(&bad.keys);
	return err;
}

/* Nothing of one can be saved: the next use makes it again. */
static struct error *verify_root(const struct toolroot_kept *kept, size_t *nr_whole,
				 size_t *nr_damaged)
{
	_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;
	_cleanup_free_ char *why = NULL;
	enum toolroot_state state;
	bool removed;
	struct error *err = toolroot_config_find(kept->name, &config);

	if (!err)
		err = toolroot_look(config, &state, &why);
	if (err || state != TOOLROOT_DAMAGED) {
		*nr_whole += !err;
		return err;
	}
	++*nr_damaged;
	log_warning("the tool root %s: %s", kept->dir, why);
	return toolroot_remove(kept->dir, &removed);
}

static struct error *verify_roots(size_t *nr_whole, size_t *nr_damaged)
{
	_cleanup_(toolroots_release) struct toolroots_kept kept = { 0 };
	struct error *err = toolroots_list(&kept);

	vec_for_each(root, &kept.list)
		if (!err && root->current)
			err = verify_root(root, nr_whole, nr_damaged);
	return err;
}

struct error *cache_verify(size_t *nr_whole_ret, size_t *nr_damaged_ret)
{
	_cleanup_(cache_entries_release) struct cache_entries entries = { 0 };
	struct error *err = cache_entries_list(false, &entries);

	*nr_whole_ret = *nr_damaged_ret = 0;
	vec_for_each(entry, &entries.list) {
		if (!err)
			err = verify_boots(entry->path, nr_whole_ret, nr_damaged_ret);
		if (!err)
			err = deal_with(entry->path, find_damage(entry->path, "build.json"),
					nr_whole_ret, nr_damaged_ret);
	}
	if (!err)
		err = verify_roots(nr_whole_ret, nr_damaged_ret);
	return err ?: verify_rows(nr_whole_ret, nr_damaged_ret);
}
