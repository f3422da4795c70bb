// SPDX-License-Identifier: GPL-2.0-only
#include "record/record.h"

#include <stdlib.h>

#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "record/schema.h"

struct error *record_open(const char *folder, enum db_mode mode, struct db **ret)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, RECORD_FILE);
	struct error *err;

	if (mode == DB_READ && !path_exists(path))
		return error_new(
			ERROR_INPUT,
			"there is no record %s; `btfmatrix run` makes one, --results names "
			"another folder",
			path);
	err = db_open(path, mode, &db);
	if (!err && mode == DB_READ && schema_is_older(db)) {
		/* reading brings an older record up to date too, where that can be done */
		struct db *writable = NULL;
		struct error *write_err = db_open(path, DB_WRITE, &writable);

		if (!write_err)
			write_err = schema_migrate(writable);
		error_free(write_err);
		db_close(writable);
	}
	if (!err)
		err = mode == DB_READ ? schema_check(db) : schema_migrate(db);
	if (!err)
		*ret = return_ptr(db);
	return err;
}

/* "\"name\", \"dir\"" or "?3, ?4", or "\"name\" = ?1", for the statement at hand. */
static void add_fields(struct strbuf *sb, const struct rec_field *fields, size_t nr,
		       const char *format)
{
	for (size_t i = 0; i < nr; i++) {
		strbuf_adds(sb, i ? ", " : "");
		for (const char *p = format; *p; p++) {
			if (*p == 'N')
				strbuf_addf(sb, "\"%s\"", fields[i].name);
			else
				strbuf_addc(sb, *p);
		}
	}
}

/* Binds the members from parameter @first on. */
static struct error *bind_fields(struct db *db, sqlite3_stmt *statement, int first,
				 const void *record, const struct rec_field *fields, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		void *member = (char *)record + fields[i].offset;
		int code, at = first + (int)i;

		if (fields[i].type == REC_TEXT)
			code = sqlite3_bind_text(statement, at, *(char **)member, -1,
						 SQLITE_STATIC);
		else if (fields[i].type == REC_REAL)
			code = sqlite3_bind_double(statement, at, *(double *)member);
		else
			code = sqlite3_bind_int64(statement, at, *(int64_t *)member);
		if (code != SQLITE_OK)
			return db_error(db);
	}
	return NULL;
}

static struct error *add_planned(struct db *db, struct rec_run *run)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err =
		db_prepare(db,
			   "INSERT INTO cell (run_id, position, name, family, arch, "
			   "toolchain, kernel, mode, profile, pahole, verdict, reason, reproduce) "
			   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			   &statement);

	vec_for_each(cell, &run->cells) {
		if (!err)
			err = db_bind(db, statement, "iittttttttttt", run->id,
				      (int64_t)(cell - run->cells.data), cell->name, cell->family,
				      cell->arch, cell->toolchain, cell->kernel, cell->mode,
				      cell->profile, cell->pahole, cell->verdict, cell->reason,
				      cell->reproduce);
		if (!err)
			err = db_run(db, statement);
		cell->id = sqlite3_last_insert_rowid(db->handle);
	}
	return err;
}

static struct error *insert_run(struct db *db, struct rec_run *run)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	_cleanup_strbuf_ struct strbuf sql = STRBUF_INIT;
	struct error *err;

	strbuf_adds(&sql, "INSERT INTO run (");
	add_fields(&sql, rec_run_fields, nr_rec_run_fields, "N");
	strbuf_adds(&sql, ") VALUES (");
	add_fields(&sql, rec_run_fields, nr_rec_run_fields, "?");
	strbuf_adds(&sql, ")");
	err = db_prepare(db, strbuf_str(&sql), &statement);
	if (!err)
		err = bind_fields(db, statement, 1, run, rec_run_fields, nr_rec_run_fields);
	if (!err)
		err = db_run(db, statement);
	if (err && sqlite3_errcode(db->handle) == SQLITE_CONSTRAINT_UNIQUE) {
		error_free(err);
		return error_new(ERROR_INPUT, "%s has a run called %s already", db->path,
				 run->name);
	}
	run->id = sqlite3_last_insert_rowid(db->handle);
	return err ?: add_planned(db, run);
}

struct error *record_add_run(struct db *db, struct rec_run *run)
{
	struct error *err = db_begin(db);

	return err ?: db_end(db, insert_run(db, run));
}

/* Runs @insert, which does nothing where there is such a row, and then @select for the row's id. */
static struct error *intern(struct db *db, sqlite3_stmt *insert, sqlite3_stmt *select,
			    int64_t *id_ret, bool *added_ret)
{
	bool row;
	struct error *err = db_run(db, insert);

	*added_ret = !err && sqlite3_changes(db->handle) > 0;
	if (!err)
		err = db_step(db, select, &row);
	if (!err)
		*id_ret = sqlite3_column_int64(select, 0);
	sqlite3_reset(select);
	return err;
}

static struct error *put_variables(struct db *db, int64_t id, const struct rec_layout *layout)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err = db_prepare(
		db, "INSERT INTO layout_variable VALUES (?, ?, ?, ?, ?, ?, ?, ?)", &statement);
	int64_t position = 0;

	vec_for_each(var, &layout->variables) {
		if (!err)
			err = db_bind(db, statement, "iitiiitt", id, position++, var->name,
				      var->offset, var->size, var->align, var->type, var->file);
		if (!err)
			err = db_run(db, statement);
	}
	return err;
}

static struct error *put_layout(struct db *db, int64_t cell, const struct rec_layout *layout)
{
	_cleanup_stmt_ sqlite3_stmt *insert = NULL, *select = NULL, *update = NULL;
	int64_t id = 0;
	bool added;
	struct error *err;

	if (!layout)
		return NULL;
	err = db_prepare(db,
			 "INSERT INTO layout (digest, section, address, align, size) "
			 "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			 &insert);
	if (!err)
		err = db_bind(db, insert, "ttiii", layout->digest, layout->section, layout->address,
			      layout->align, layout->size);
	if (!err)
		err = db_prepare(db, "SELECT id FROM layout WHERE digest = ?", &select);
	if (!err)
		err = db_bind(db, select, "t", layout->digest);
	if (!err)
		err = intern(db, insert, select, &id, &added);
	if (!err && added)
		err = put_variables(db, id, layout);
	if (!err)
		err = db_prepare(db, "UPDATE cell SET layout_id = ? WHERE id = ?", &update);
	if (!err)
		err = db_bind(db, update, "ii", id, cell);
	return err ?: db_run(db, update);
}

static struct error *put_config(struct db *db, int64_t cell, const struct rec_config *config)
{
	_cleanup_stmt_ sqlite3_stmt *insert = NULL, *select = NULL, *update = NULL;
	int64_t id = 0;
	bool added;
	struct error *err;

	if (!config)
		return NULL;
	err = db_prepare(db,
			 "INSERT INTO config (digest, text) VALUES (?, ?) ON CONFLICT DO NOTHING",
			 &insert);
	if (!err)
		err = db_bind(db, insert, "tt", config->digest, config->text);
	if (!err)
		err = db_prepare(db, "SELECT id FROM config WHERE digest = ?", &select);
	if (!err)
		err = db_bind(db, select, "t", config->digest);
	if (!err)
		err = intern(db, insert, select, &id, &added);
	if (!err)
		err = db_prepare(db, "UPDATE cell SET config_id = ? WHERE id = ?", &update);
	if (!err)
		err = db_bind(db, update, "ii", id, cell);
	return err ?: db_run(db, update);
}

static struct error *put_checks(struct db *db, const struct rec_cell *cell)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err = db_prepare(db,
				       "INSERT INTO check_outcome (cell_id, position, id, state, "
				       "reason, applicable, items) VALUES (?, ?, ?, ?, ?, ?, ?)",
				       &statement);
	int64_t position = 0;

	vec_for_each(check, &cell->checks) {
		if (!err)
			err = db_bind(db, statement, "iitttii", cell->id, position++, check->id,
				      check->state, check->reason, check->applicable, check->items);
		if (!err)
			err = db_run(db, statement);
	}
	return err;
}

static struct error *put_findings(struct db *db, const struct rec_cell *cell)
{
	_cleanup_stmt_ sqlite3_stmt *insert = NULL, *select = NULL, *link = NULL;
	int64_t id = 0, position = 0;
	bool added;
	struct error *err = db_prepare(db,
				       "INSERT INTO finding (check_id, image, variable, witness, "
				       "expected, actual) VALUES (?, ?, ?, ?, ?, ?) "
				       "ON CONFLICT DO NOTHING",
				       &insert);

	if (!err)
		err = db_prepare(db,
				 "SELECT id FROM finding WHERE check_id = ? AND image = ? AND "
				 "variable = ? AND witness = ? AND expected = ? AND actual = ?",
				 &select);
	if (!err)
		err = db_prepare(db, "INSERT INTO cell_finding VALUES (?, ?, ?, ?)", &link);
	vec_for_each(finding, &cell->findings) {
		if (!err)
			err = db_bind(db, insert, "tttttt", finding->check, finding->image,
				      finding->variable, finding->witness, finding->expected,
				      finding->actual);
		if (!err)
			err = db_bind(db, select, "tttttt", finding->check, finding->image,
				      finding->variable, finding->witness, finding->expected,
				      finding->actual);
		if (!err)
			err = intern(db, insert, select, &id, &added);
		if (!err)
			err = db_bind(db, link, "iiit", cell->id, position++, id, finding->known);
		if (!err)
			err = db_run(db, link);
	}
	return err;
}

static struct error *put_absences(struct db *db, const struct rec_cell *cell)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err = db_prepare(db, "INSERT INTO absence VALUES (?, ?, ?)", &statement);

	vec_for_each(absence, &cell->absences) {
		if (!err)
			err = db_bind(db, statement, "iti", cell->id, absence->rule,
				      absence->count);
		if (!err)
			err = db_run(db, statement);
	}
	return err;
}

static struct error *put_logs(struct db *db, const struct rec_cell *cell)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err = db_prepare(db, "INSERT INTO log VALUES (?, ?, ?, ?)", &statement);
	int64_t position = 0;

	vec_for_each(log, &cell->logs) {
		if (!err)
			err = db_bind(db, statement, "iitt", cell->id, position++, log->kind,
				      log->path);
		if (!err)
			err = db_run(db, statement);
	}
	return err;
}

static struct error *put_attempts(struct db *db, const struct rec_cell *cell)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err =
		db_prepare(db, "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?)", &statement);
	int64_t position = 0;

	vec_for_each(attempt, &cell->attempts) {
		if (!err)
			err = db_bind(db, statement, "iitttrt", cell->id, position++,
				      attempt->verdict, attempt->reason, attempt->boot_verdict,
				      attempt->boot_wall_s, attempt->console_log);
		if (!err)
			err = db_run(db, statement);
	}
	return err;
}

static struct error *update_cell(struct db *db, const struct rec_cell *cell)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	_cleanup_strbuf_ struct strbuf sql = STRBUF_INIT;
	struct error *err;

	strbuf_adds(&sql, "UPDATE cell SET ");
	add_fields(&sql, rec_cell_fields, nr_rec_cell_fields, "N = ?");
	strbuf_adds(&sql, " WHERE id = ?");
	err = db_prepare(db, strbuf_str(&sql), &statement);
	if (!err)
		err = bind_fields(db, statement, 1, cell, rec_cell_fields, nr_rec_cell_fields);
	if (!err && sqlite3_bind_int64(statement, (int)nr_rec_cell_fields + 1, cell->id))
		err = db_error(db);
	return err ?: db_run(db, statement);
}

static struct error *put_cell(struct db *db, const struct rec_cell *cell)
{
	static struct error *(*const lists[])(struct db *, const struct rec_cell *) = {
		update_cell, put_checks, put_findings, put_absences, put_logs, put_attempts,
	};
	struct error *err = put_layout(db, cell->id, cell->layout);

	if (!err)
		err = put_config(db, cell->id, cell->config);
	for (size_t i = 0; !err && i < ARRAY_SIZE(lists); i++)
		err = lists[i](db, cell);
	return err;
}

struct error *record_put_cell(struct db *db, const struct rec_cell *cell)
{
	struct error *err = db_begin(db);

	return err ?: db_end(db, put_cell(db, cell));
}

static struct error *put_run(struct db *db, struct rec_run *run)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err = db_prepare(db, "DELETE FROM run WHERE name = ?", &statement);

	if (!err)
		err = db_bind(db, statement, "t", run->name);
	if (!err)
		err = db_run(db, statement);
	if (!err)
		err = insert_run(db, run);
	vec_for_each(cell, &run->cells)
		if (!err)
			err = put_cell(db, cell);
	return err;
}

struct error *record_put_run(struct db *db, struct rec_run *run)
{
	struct error *err = db_begin(db);

	return err ?: db_end(db, put_run(db, run));
}

struct error *record_end_run(struct db *db, const struct rec_run *run)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct error *err =
		db_prepare(db, "UPDATE run SET ended_at = ?, wall_s = ? WHERE id = ?", &statement);

	if (!err)
		err = db_bind(db, statement, "iri", run->ended_at, run->wall_s, run->id);
	return err ?: db_run(db, statement);
}
