// SPDX-License-Identifier: GPL-2.0-only
#include "cache/memo.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cache/state.h"
#include "core/mem.h"

/* Younger than this, a file may change once more and keep its time. */
static const time_t settled_s = 2;

static int64_t nanoseconds(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * 1000000000 + ts->tv_nsec;
}

static bool is_settled(const struct stat *st)
{
	time_t now = time(NULL);

	return st->st_mtim.tv_sec + settled_s < now && st->st_ctim.tv_sec + settled_s < now;
}

static char *lookup(struct db *db, const char *what, const char *path, const struct stat *st)
{
	_cleanup_stmt_ sqlite3_stmt *query = NULL;
	char *value = NULL;
	bool row = false;
	struct error *err = db_prepare(
		db,
		"SELECT value FROM memo WHERE what = ? AND path = ? AND size = ? AND mtime_ns = ? "
		"AND ctime_ns = ? AND inode = ? AND device = ?",
		&query);

	if (!err)
		err = db_bind(db, query, "ttiiiii", what, path, (int64_t)st->st_size,
			      nanoseconds(&st->st_mtim), nanoseconds(&st->st_ctim),
			      (int64_t)st->st_ino, (int64_t)st->st_dev);
	if (!err)
		err = db_step(db, query, &row);
	if (!err && row)
		value = db_text(query, 0);
	state_note(err);
	return value;
}

static void store(struct db *db, const char *what, const char *path, const struct stat *st,
		  const char *value)
{
	_cleanup_stmt_ sqlite3_stmt *insert = NULL;
	struct error *err = db_prepare(
		db, "INSERT OR REPLACE INTO memo VALUES (?, ?, ?, ?, ?, ?, ?, ?)", &insert);

	if (!err)
		err = db_bind(db, insert, "ttiiiiit", what, path, (int64_t)st->st_size,
			      nanoseconds(&st->st_mtim), nanoseconds(&st->st_ctim),
			      (int64_t)st->st_ino, (int64_t)st->st_dev, value);
	if (!err)
		err = db_run(db, insert);
	state_note(err);
}

/* The database, and the file as it is; NULL where either is not to be had. */
static struct db *prepare(const char *path, char real[PATH_MAX], struct stat *st)
{
	if (!realpath(path, real) || stat(real, st) || !S_ISREG(st->st_mode))
		return NULL;
	return state_db();
}

char *memo_get(const char *what, const char *path)
{
	char real[PATH_MAX];
	struct stat st;
	struct db *db = prepare(path, real, &st);

	return db ? lookup(db, what, real, &st) : NULL;
}

void memo_put(const char *what, const char *path, const char *value)
{
	char real[PATH_MAX];
	struct stat st;
	struct db *db = prepare(path, real, &st);

	if (db && is_settled(&st))
		store(db, what, real, &st, value);
}

struct error *memo_sha256(const char *path, char hex_ret[static SHA256_HEX_SIZE])
{
	char real[PATH_MAX];
	struct stat before, after;
	struct db *db = prepare(path, real, &before);
	_cleanup_free_ char *known = db ? lookup(db, "sha256", real, &before) : NULL;
	struct error *err;

	if (known && strlen(known) == SHA256_HEX_SIZE - 1) {
		strcpy(hex_ret, known);
		return NULL;
	}
	err = file_sha256(path, hex_ret);
	/* changed while it was read: the digest is of neither */
	if (!err && db && !stat(real, &after) && is_settled(&after) &&
	    nanoseconds(&before.st_mtim) == nanoseconds(&after.st_mtim) &&
	    before.st_size == after.st_size && before.st_ino == after.st_ino)
		store(db, "sha256", real, &after, hex_ret);
	return err;
}
