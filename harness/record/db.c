// SPDX-License-Identifier: GPL-2.0-only
#include "record/db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/fileio.h"
#include "core/json_text.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	BUSY_TIMEOUT_MS = 30000,
	WAL_PAUSE_MS = 20
};

#define COUNT_MAX (INT64_C(1) << 53)

/* By sqlite3_errcode(): what is wrong, and the mend. */
static const struct {
	int code;
	const char *what, *mend;
} meanings[] = {
	{ SQLITE_NOTADB, "is no SQLite database",
	  "move it away (a new one is made), or name another folder with --results" },
	{ SQLITE_CORRUPT, "is damaged",
	  "move it away (a new one is made); `sqlite3 FILE .recover` saves what it can, and every "
	  "run's cells/*.json are whole without it" },
	{ SQLITE_READONLY, "cannot be written",
	  "make it and its folder writable, or name another folder with --results" },
	{ SQLITE_CANTOPEN, "cannot be opened",
	  "see that its folder is there and may be read and written, or name another with "
	  "--results" },
	{ SQLITE_PERM, "may not be opened", "see its permissions" },
	{ SQLITE_BUSY, "is locked by another process",
	  "see what holds it open (`fuser FILE`), and try again" },
	{ SQLITE_LOCKED, "is locked", "try again" },
	{ SQLITE_FULL, "cannot grow", "make room on its file system" },
	{ SQLITE_IOERR, "cannot be read or written", "see the file system and the kernel's log" },
};

static struct error *meaning(const char *path, int code, const char *message)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (meanings[i].code == (code & 0xff))
			return error_new(ERROR_SYSTEM, "%s %s (%s); %s", path, meanings[i].what,
					 message, meanings[i].mend);
	return error_new(ERROR_SYSTEM, "%s: %s", path, message);
}

bool db_is_damage(const struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if ((meanings[i].code == SQLITE_NOTADB || meanings[i].code == SQLITE_CORRUPT) &&
		    strstr(err->message, meanings[i].what))
			return true;
	return false;
}

struct error *db_error(const struct db *db)
{
	return meaning(db->path, sqlite3_errcode(db->handle), sqlite3_errmsg(db->handle));
}

/* The path as SQLite's URI, with a query behind it. */
static char *make_uri(const char *path, const char *query)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "file:");
	for (const char *p = path; *p; p++) {
		if (strchr("?#%", *p))
			strbuf_addf(&sb, "%%%02x", (unsigned char)*p);
		else
			strbuf_addc(&sb, *p);
	}
	strbuf_adds(&sb, query);
	return strbuf_detach(&sb);
}

static struct error *open_handle(struct db *db, const char *query, int flags)
{
	_cleanup_free_ char *uri = make_uri(db->path, query);
	int code;

	sqlite3_close(db->handle);
	db->handle = NULL;
	code = sqlite3_open_v2(uri, &db->handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE,
			       NULL);
	if (!db->handle)
		return error_new(ERROR_SYSTEM, "%s: no memory", db->path);
	if (code != SQLITE_OK)
		return db_error(db);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	/* The file may be anybody's: nothing in its schema may do more than hold data. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* What makes SQLite read the file at all. */
	return db_exec(db, "PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema");
}

/* A WAL file needs a shared one beside it, which a medium that cannot be written does not let us make. */
static struct error *open_for_reading(struct db *db)
{
	_cleanup_free_ char *wal = xasprintf("%s-wal", db->path);
	struct error *err = open_handle(db, "?mode=ro", SQLITE_OPEN_READONLY);
	int code = db->handle ? sqlite3_errcode(db->handle) & 0xff : SQLITE_OK;

	if (!err || path_exists(wal) || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
		return err;
	error_free(err);
	return open_handle(db, "?mode=ro&immutable=1", SQLITE_OPEN_READONLY);
}

struct error *db_open(const char *path, enum db_mode mode, struct db **ret)
{
	_cleanup_(db_cleanup) struct db *db = xcalloc(1, sizeof(*db));
	struct error *err;

	db->path = xstrdup(path);
	if (mode == DB_READ)
		err = open_for_reading(db);
	else
		err = open_handle(db, "?mode=rwc", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (!err)
		*ret = return_ptr(db);
	return err;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	sqlite3_close(db->handle);
	free(db->path);
	free(db);
}

struct error *db_exec(struct db *db, const char *sql)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? NULL : db_error(db);
}

/*
 * SQLite does not wait by itself for the lock that this takes: of two processes that change a new file at once
 * one is told at once that it is locked.
 */
struct error *db_use_wal(struct db *db)
{
	static const struct timespec pause = { .tv_nsec = WAL_PAUSE_MS * 1000000L };
	struct error *err = db_exec(db, "PRAGMA journal_mode = WAL");

	for (int waited = 0;
	     err && (sqlite3_errcode(db->handle) & 0xff) == SQLITE_BUSY && waited < BUSY_TIMEOUT_MS;
	     waited += WAL_PAUSE_MS) {
		error_free(err);
		nanosleep(&pause, NULL);
		err = db_exec(db, "PRAGMA journal_mode = WAL");
	}
	return err;
}

struct error *db_prepare(struct db *db, const char *sql, sqlite3_stmt **ret)
{
	return sqlite3_prepare_v2(db->handle, sql, -1, ret, NULL) == SQLITE_OK ? NULL
									       : db_error(db);
}

struct error *db_bind(struct db *db, sqlite3_stmt *statement, const char *types, ...)
{
	va_list args;
	int code = SQLITE_OK;

	va_start(args, types);
	for (int i = 1; *types && code == SQLITE_OK; types++, i++) {
		if (*types == 't')
			code = sqlite3_bind_text(statement, i, va_arg(args, const char *), -1,
						 SQLITE_STATIC);
		else if (*types == 'i')
			code = sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
		else
			code = sqlite3_bind_double(statement, i, va_arg(args, double));
	}
	va_end(args);
	return code == SQLITE_OK ? NULL : db_error(db);
}

struct error *db_step(struct db *db, sqlite3_stmt *statement, bool *row_ret)
{
	int code = sqlite3_step(statement);

	*row_ret = code == SQLITE_ROW;
	return code == SQLITE_ROW || code == SQLITE_DONE ? NULL : db_error(db);
}

struct error *db_run(struct db *db, sqlite3_stmt *statement)
{
	bool row;
	struct error *err = db_step(db, statement, &row);

	sqlite3_reset(statement);
	return err;
}

struct error *db_each_row(struct db *db, const char *sql, int64_t id, db_row_fn fn, void *arg)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	bool row = false;
	struct error *err = db_prepare(db, sql, &statement);

	if (!err)
		err = db_bind(db, statement, "i", id);
	while (!err) {
		err = db_step(db, statement, &row);
		if (err || !row)
			break;
		fn(statement, arg);
	}
	return err;
}

struct error *db_number(struct db *db, const char *sql, int64_t *ret)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	bool row = false;
	struct error *err = db_prepare(db, sql, &statement);

	if (!err)
		err = db_step(db, statement, &row);
	*ret = row ? sqlite3_column_int64(statement, 0) : 0;
	return err;
}

struct error *db_check(struct db *db)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	_cleanup_free_ char *text = NULL;
	bool row = false;
	struct error *err = db_prepare(db, "PRAGMA quick_check(1)", &statement);

	if (!err)
		err = db_step(db, statement, &row);
	if (err)
		return err;
	text = row ? db_text(statement, 0) : NULL;
	/* "*** in database main ***", and what is wrong in a line of its own */
	for (char *p = text; p && *p; p++)
		if (*p == '\n')
			*p = ' ';
	return text && str_eq(text, "ok") ? NULL
					  : meaning(db->path, SQLITE_CORRUPT, text ?: "no answer");
}

char *db_text(sqlite3_stmt *statement, int column)
{
	/* A file of somebody else's may hold any bytes. */
	return utf8_clean((const char *)sqlite3_column_text(statement, column));
}

int64_t db_count(sqlite3_stmt *statement, int column)
{
	int64_t value = sqlite3_column_int64(statement, column);

	if (value > COUNT_MAX)
		return COUNT_MAX;
	return value < 0 ? 0 : value;
}

double db_seconds(sqlite3_stmt *statement, int column)
{
	double value = sqlite3_column_double(statement, column);

	if (value > (double)COUNT_MAX)
		return (double)COUNT_MAX;
	return value < 0 ? 0 : value;
}

struct error *db_begin(struct db *db)
{
	return db_exec(db, "BEGIN IMMEDIATE");
}

struct error *db_end(struct db *db, struct error *err)
{
	struct error *rollback;

	if (!err)
		err = db_exec(db, "COMMIT");
	if (!err || sqlite3_get_autocommit(db->handle))
		return err;
	/* The first error is the one that tells. */
	rollback = db_exec(db, "ROLLBACK");
	error_free(rollback);
	return err;
}
