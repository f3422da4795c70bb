// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "core/mem.h"
#include "core/strbuf.h"
#include "record/record.h"

/* -1: @name is not "latest" or "latest~N". */
static int64_t parse_latest(const char *name)
{
	char *end;
	long n;

	if (!name || str_eq(name, "latest"))
		return 0;
	if (!str_starts(name, "latest~") || !isdigit((unsigned char)name[7]))
		return -1;
	errno = 0;
	n = strtol(name + 7, &end, 10);
	return errno || *end ? -1 : n;
}

struct find {
	int64_t id;
	size_t nr;
	struct strbuf names;
};

static void note_run(sqlite3_stmt *row, void *arg)
{
	struct find *find = arg;
	_cleanup_free_ char *name = db_text(row, 1);

	find->id = sqlite3_column_int64(row, 0);
	find->nr++;
	strbuf_addf(&find->names, "%s%s", find->nr > 1 ? ", " : "", name ?: "?");
}

static struct error *no_such_run(struct db *db, const char *name)
{
	struct find all = { 0 };
	struct error *err = db_each_row(
		db,
		"SELECT id, name FROM run WHERE ?1 = ?1 ORDER BY began_at DESC, id DESC LIMIT 5", 0,
		note_run, &all);

	if (!err && !all.nr)
		err = error_new(ERROR_INPUT, "%s has no run yet; `btfmatrix run` adds one",
				db->path);
	else if (!err)
		err = error_new(ERROR_INPUT, "%s has no run '%s'; the newest are %s", db->path,
				name ?: "latest", strbuf_str(&all.names));
	strbuf_release(&all.names);
	return err;
}

/* The newest but @n. */
static struct error *find_latest(struct db *db, const char *name, int64_t n, int64_t *id_ret)
{
	struct find find = { 0 };
	struct error *err = db_each_row(
		db, "SELECT id, name FROM run ORDER BY began_at DESC, id DESC LIMIT 1 OFFSET ?", n,
		note_run, &find);

	strbuf_release(&find.names);
	*id_ret = find.id;
	return err ?: find.nr ? NULL : no_such_run(db, name);
}

static struct error *find_named(struct db *db, const char *name, bool exact, struct find *find)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	bool row = false;
	struct error *err = db_prepare(
		db,
		exact ? "SELECT id, name FROM run WHERE name = ?1"
		      : "SELECT id, name FROM run WHERE substr(name, 1, length(?1)) = ?1 LIMIT 5",
		&statement);

	if (!err)
		err = db_bind(db, statement, "t", name);
	while (!err) {
		err = db_step(db, statement, &row);
		if (err || !row)
			break;
		note_run(statement, find);
	}
	return err;
}

struct error *record_find_exactly(struct db *db, const char *name, int64_t *id_ret, bool *found_ret)
{
	struct find find = { 0 };
	struct error *err = find_named(db, name, true, &find);

	strbuf_release(&find.names);
	*id_ret = find.id;
	*found_ret = find.nr > 0;
	return err;
}

struct error *record_find_run(struct db *db, const char *name, int64_t *id_ret)
{
	int64_t n = parse_latest(name);
	struct find find = { 0 };
	struct error *err;

	if (n >= 0)
		return find_latest(db, name, n, id_ret);
	err = find_named(db, name, true, &find);
	if (!err && !find.nr)
		err = find_named(db, name, false, &find);
	if (!err && !find.nr)
		err = no_such_run(db, name);
	else if (!err && find.nr > 1)
		err = error_new(ERROR_INPUT, "%s: '%s' may be %s; say more of the name", db->path,
				name, strbuf_str(&find.names));
	strbuf_release(&find.names);
	*id_ret = find.id;
	return err;
}
