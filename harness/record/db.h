/* SPDX-License-Identifier: GPL-2.0-only */
/* SQLite with the house's errors: each names the file and says what can be done. */
#ifndef BTFMATRIX_RECORD_DB_H
#define BTFMATRIX_RECORD_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/cleanup.h"
#include "core/error.h"

struct db {
	sqlite3 *handle;
	char *path;
};

enum db_mode {
	/* read, without making or changing anything */
	DB_READ,
	/* read and write; made if missing */
	DB_WRITE,
};

/**
 * Opens the file. It waits up to half a minute for another process that writes. A file on a medium that
 * cannot be written is still read in DB_READ.
 */
must_check struct error *db_open(const char *path, enum db_mode mode, struct db **ret);
void db_close(struct db *db);
DEFINE_CLEANUP_PTR(db, struct db, db_close);

/** What the last call that failed means. Never NULL. */
must_check struct error *db_error(const struct db *db);

/** Whether @err, from any function here, says that the file is no database or is damaged. */
bool db_is_damage(const struct error *err);

/** Runs statements that take no values and return no rows. */
must_check struct error *db_exec(struct db *db, const char *sql);

/** Turns on SQLite's write-ahead log, where the file system can have one. Waits as db_open() does. */
must_check struct error *db_use_wal(struct db *db);

must_check struct error *db_prepare(struct db *db, const char *sql, sqlite3_stmt **ret);

static inline void db_finalize(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}
#define _cleanup_stmt_ _cleanup_(db_finalize)

/**
 * Binds values from the first parameter on: 't' a string or NULL, 'i' an int64_t, 'r' a double. Strings
 * must live until the statement is reset.
 */
must_check struct error *db_bind(struct db *db, sqlite3_stmt *statement, const char *types, ...);

/** One step; *row_ret says whether there is a row. */
must_check struct error *db_step(struct db *db, sqlite3_stmt *statement, bool *row_ret);

/** Runs a statement that returns no row, and resets it for the next values. */
must_check struct error *db_run(struct db *db, sqlite3_stmt *statement);

/** Called for each row of a query. */
typedef void (*db_row_fn)(sqlite3_stmt *row, void *arg);

/** Runs a query with one parameter, a number, and calls @fn for each of its rows. */
must_check struct error *db_each_row(struct db *db, const char *sql, int64_t id, db_row_fn fn,
				     void *arg);

/** One number; 0 where there is no row. */
must_check struct error *db_number(struct db *db, const char *sql, int64_t *ret);

/** Reads the whole file; ERROR_SYSTEM where SQLite finds it damaged. */
must_check struct error *db_check(struct db *db);

/** The column's text as a copy in valid UTF-8, NULL for SQL's NULL. The caller frees it. */
char *db_text(sqlite3_stmt *statement, int column);

/**
 * A count, a size or a time of the column, and a number of seconds; 0 for SQL's NULL. What is negative, infinite or
 * beyond 2^53, which readers of JSON do not take, only a damaged file has: it becomes the nearest number that there
 * is, so that sums and differences can be made.
 */
int64_t db_count(sqlite3_stmt *statement, int column);
double db_seconds(sqlite3_stmt *statement, int column);

/** Begins a transaction that writes, waiting for others. */
must_check struct error *db_begin(struct db *db);
/** Commits if @err is NULL, else rolls back and returns @err. */
must_check struct error *db_end(struct db *db, struct error *err);

#endif
