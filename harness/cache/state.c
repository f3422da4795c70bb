// SPDX-License-Identifier: GPL-2.0-only
#include "cache/state.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/project.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"

/* "btfc" */
#define APPLICATION_ID 0x62746663

/* Raise it with any change of the tables: an older file is then moved aside. */
#define STATE_VERSION 1

static const char schema[] =
	/* of a file as it was: a digest, a version; by what and path */
	"CREATE TABLE memo ("
	"  what TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT "
	"NULL,"
	"  ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, device INTEGER NOT NULL,"
	"  value TEXT NOT NULL, PRIMARY KEY (what, path)"
	") STRICT, WITHOUT ROWID;"
	/* a cell that was done: json is its outcome, sha256 that of json */
	"CREATE TABLE outcome ("
	"  key TEXT PRIMARY KEY, cell TEXT NOT NULL, verdict TEXT NOT NULL, dir TEXT NOT NULL,"
	"  json TEXT NOT NULL, sha256 TEXT NOT NULL, made_at INTEGER NOT NULL,"
	"  used_at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX outcome_by_dir ON outcome (dir);"
	/* what a stage last took */
	"CREATE TABLE stage ("
	"  cell TEXT NOT NULL, stage TEXT NOT NULL, cold INTEGER NOT NULL, wall_s REAL NOT NULL,"
	"  cpu_s REAL NOT NULL, max_rss INTEGER NOT NULL, at INTEGER NOT NULL,"
	"  PRIMARY KEY (cell, stage, cold)"
	") STRICT, WITHOUT ROWID;";

static struct {
	struct db *db;
	/* what was said once is not said again */
	bool failed;
	/* damage was met that opening the file does not show; it was moved aside once */
	bool damaged, mended;
} state;

static struct error *use_file(struct db *db, bool *other_ret)
{
	_cleanup_free_ char *sql = NULL;
	int64_t version = 0, id = 0, nr_tables = 0;
	struct error *err = db_number(db, "PRAGMA user_version", &version);

	*other_ret = false;
	if (!err)
		err = db_number(db, "PRAGMA application_id", &id);
	if (!err)
		err = db_number(db, "SELECT count(*) FROM sqlite_master", &nr_tables);
	if (err)
		return err;
	if (nr_tables && (id != APPLICATION_ID || version != STATE_VERSION)) {
		*other_ret = true;
		return error_new(ERROR_INPUT,
				 "%s is of another version of btfmatrix (%lld, this one has %d)",
				 db->path, (long long)version, STATE_VERSION);
	}
	/* What is lost in a power cut is had again. */
	err = db_exec(db, "PRAGMA synchronous = NORMAL");
	if (err || nr_tables)
		return err;
	err = db_begin(db);
	/* another process may have been faster */
	if (!err)
		err = db_number(db, "SELECT count(*) FROM sqlite_master", &nr_tables);
	if (!err && !nr_tables) {
		sql = xasprintf("%s PRAGMA application_id = %d; PRAGMA user_version = %d", schema,
				APPLICATION_ID, STATE_VERSION);
		err = db_exec(db, sql);
	}
	return db_end(db, err);
}

static struct error *try_open(const char *path, struct db **ret, bool *move_ret)
{
	struct error *err = db_open(path, DB_WRITE, ret);

	*move_ret = false;
	if (!err)
		err = db_use_wal(*ret);
	if (!err)
		err = use_file(*ret, move_ret);
	if (!err)
		return NULL;
	*move_ret |= db_is_damage(err);
	db_close(*ret);
	*ret = NULL;
	return err;
}

/* STATE.DB and its log as STATE.DB.aside-20261125-041500. */
static struct error *move_aside(const char *path, const struct error *why)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	const char *end = strstr(why->message, "; ");
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];
	_cleanup_free_ char *aside = NULL;

	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	aside = xasprintf("%s.aside-%s", path, stamp);
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		_cleanup_free_ char *from = xasprintf("%s%s", path, suffixes[i]);
		_cleanup_free_ char *to = xasprintf("%s%s", aside, suffixes[i]);

		if (rename(from, to) && errno != ENOENT)
			return error_errno(errno, "cannot move %s aside", from);
	}
	/* without the mend, which this is */
	log_warning("%.*s; it is kept as %s and begun anew: remove it when you have seen it",
		    end ? (int)(end - why->message) : (int)strlen(why->message), why->message,
		    aside);
	return NULL;
}

static struct error *open_state(struct db **ret)
{
	_cleanup_free_ char *cache = NULL, *path = NULL, *lock = NULL;
	_cleanup_close_ int lock_fd = -1;
	struct error *err = cache_dir(&cache), *move_err;
	bool move;

	if (err)
		return err;
	path = xasprintf("%s/state.db", cache);
	err = try_open(path, ret, &move);
	if (!err || !move)
		return err;
	/* One of all that find it so moves it, the others find a new one. */
	error_free(err);
	lock = xasprintf("%s.lock", path);
	err = file_lock(lock, NULL, &lock_fd);
	if (err)
		return err;
	err = try_open(path, ret, &move);
	if (!err || !move)
		return err;
	move_err = move_aside(path, err);
	error_free(err);
	return move_err ?: try_open(path, ret, &move);
}

/* Moves the file aside if it is damaged within, unless another process has done so already. */
static struct error *mend(void)
{
	_cleanup_free_ char *cache = NULL, *path = NULL, *lock = NULL;
	_cleanup_close_ int lock_fd = -1;
	struct db *db = NULL;
	struct error *err = cache_dir(&cache), *move_err = NULL;

	if (err)
		return err;
	path = xasprintf("%s/state.db", cache);
	lock = xasprintf("%s.lock", path);
	err = file_lock(lock, NULL, &lock_fd);
	if (err)
		return err;
	err = db_open(path, DB_WRITE, &db);
	if (!err)
		err = db_check(db);
	db_close(db);
	if (err && db_is_damage(err))
		move_err = move_aside(path, err);
	error_free(err);
	return move_err;
}

void state_note(struct error *err)
{
	if (err && !state.failed && !state.damaged)
		log_warning("the cache remembers nothing: %s", err->message);
	if (err && db_is_damage(err) && !state.mended)
		state.damaged = true;
	else
		state.failed |= err != NULL;
	error_free(err);
}

struct db *state_db(void)
{
	static bool registered;

	/* SQLite's connections, and what it knows of locks, are not to be carried over a fork(2). */
	if (!registered)
		pthread_atfork(state_close, NULL, NULL);
	registered = true;
	/* not where it was met: there a statement is still open */
	if (state.damaged) {
		state.damaged = false;
		state.mended = true;
		state_close();
		state_note(mend());
	}
	if (!state.db && !state.failed)
		state_note(open_state(&state.db));
	return state.failed ? NULL : state.db;
}

void state_close(void)
{
	db_close(state.db);
	state.db = NULL;
}
