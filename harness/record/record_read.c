// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "core/mem.h"
#include "core/strbuf.h"
#include "record/flaky.h"
#include "record/record.h"

static void read_fields(sqlite3_stmt *row, int first, void *record, const struct rec_field *fields,
			size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		int column = first + (int)i;

		if (fields[i].type == REC_TEXT)
			*rec_text(record, &fields[i]) = db_text(row, column);
		else if (fields[i].type == REC_REAL)
			*rec_real(record, &fields[i]) = db_seconds(row, column);
		else
			*rec_int(record, &fields[i]) = db_count(row, column);
	}
}

static void add_names(struct strbuf *sb, const struct rec_field *fields, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		strbuf_addf(sb, ", \"%s\"", fields[i].name);
}

/* What the tables promise not to be NULL; a file of somebody else's may not keep that promise. */
static char *needed(sqlite3_stmt *row, int column)
{
	return db_text(row, column) ?: xstrdup("");
}

static void read_variable(sqlite3_stmt *row, void *arg)
{
	struct rec_layout *layout = arg;
	struct rec_variable var = {
		.name = needed(row, 0),
		.offset = sqlite3_column_int64(row, 1),
		.size = sqlite3_column_int64(row, 2),
		.align = sqlite3_column_int64(row, 3),
		.type = db_text(row, 4),
		.file = db_text(row, 5),
	};

	vec_push(&layout->variables, var);
}

struct layout_ref {
	int64_t id;
	struct rec_layout *layout;
};

static void read_layout(sqlite3_stmt *row, void *arg)
{
	struct layout_ref *ref = arg;

	if (ref->layout)
		return;
	ref->layout = xcalloc(1, sizeof(*ref->layout));
	ref->id = sqlite3_column_int64(row, 0);
	ref->layout->digest = needed(row, 1);
	ref->layout->section = needed(row, 2);
	ref->layout->address = sqlite3_column_int64(row, 3);
	ref->layout->align = sqlite3_column_int64(row, 4);
	ref->layout->size = sqlite3_column_int64(row, 5);
}

static struct error *read_variables(struct db *db, struct layout_ref *ref)
{
	return db_each_row(db,
			   "SELECT name, \"offset\", size, align, type, file FROM layout_variable "
			   "WHERE layout_id = ? ORDER BY position",
			   ref->id, read_variable, ref->layout);
}

struct error *record_layout_of_build(struct db *db, const char *build_key, struct rec_layout **ret)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct layout_ref ref = { 0 };
	bool row = false;
	struct error *err = db_prepare(db,
				       "SELECT l.id, l.digest, l.section, l.address, l.align, "
				       "l.size FROM cell c JOIN layout l ON l.id = c.layout_id "
				       "WHERE c.build_key = ? LIMIT 1",
				       &statement);

	*ret = NULL;
	if (!err)
		err = db_bind(db, statement, "t", build_key);
	if (!err)
		err = db_step(db, statement, &row);
	if (err || !row)
		return err;
	read_layout(statement, &ref);
	err = read_variables(db, &ref);
	if (err)
		rec_layout_free(ref.layout);
	else
		*ret = ref.layout;
	return err;
}

static void read_check(sqlite3_stmt *row, void *arg)
{
	struct rec_cell *cell = arg;
	struct rec_check check = {
		.id = needed(row, 0),
		.state = needed(row, 1),
		.reason = db_text(row, 2),
		.applicable = sqlite3_column_int64(row, 3),
		.items = sqlite3_column_int64(row, 4),
	};

	vec_push(&cell->checks, check);
}

static void read_finding(sqlite3_stmt *row, void *arg)
{
	struct rec_cell *cell = arg;
	struct rec_finding finding = {
		.check = needed(row, 0),
		.image = needed(row, 1),
		.variable = needed(row, 2),
		.witness = needed(row, 3),
		.expected = needed(row, 4),
		.actual = needed(row, 5),
		.known = db_text(row, 6),
	};

	vec_push(&cell->findings, finding);
}

static void read_absence(sqlite3_stmt *row, void *arg)
{
	struct rec_cell *cell = arg;
	struct rec_absence absence = {
		.rule = needed(row, 0),
		.count = sqlite3_column_int64(row, 1),
	};

	vec_push(&cell->absences, absence);
}

static void read_log(sqlite3_stmt *row, void *arg)
{
	struct rec_cell *cell = arg;
	struct rec_log log = { .kind = needed(row, 0), .path = needed(row, 1) };

	vec_push(&cell->logs, log);
}

static void read_attempt(sqlite3_stmt *row, void *arg)
{
	struct rec_cell *cell = arg;
	struct rec_attempt attempt = {
		.verdict = needed(row, 0),
		.reason = db_text(row, 1),
		.boot_verdict = db_text(row, 2),
		.boot_wall_s = sqlite3_column_double(row, 3),
		.console_log = db_text(row, 4),
	};

	vec_push(&cell->attempts, attempt);
}

static const struct {
	const char *sql;
	db_row_fn read;
} cell_lists[] = {
	{ "SELECT id, state, reason, applicable, items FROM check_outcome WHERE cell_id = ? "
	  "ORDER BY position",
	  read_check },
	{ "SELECT f.check_id, f.image, f.variable, f.witness, f.expected, f.actual, l.known FROM "
	  "cell_finding l JOIN finding f ON f.id = l.finding_id WHERE l.cell_id = ? ORDER BY "
	  "l.position",
	  read_finding },
	{ "SELECT rule, count FROM absence WHERE cell_id = ? ORDER BY rule", read_absence },
	{ "SELECT kind, path FROM log WHERE cell_id = ? ORDER BY position", read_log },
	{ "SELECT verdict, reason, boot_verdict, boot_wall_s, console_log FROM attempt WHERE "
	  "cell_id = ? ORDER BY position",
	  read_attempt },
};

static struct error *load_layout(struct db *db, struct rec_run *run, struct rec_cell *cell)
{
	struct layout_ref ref = { 0 };
	struct error *err =
		db_each_row(db,
			    "SELECT l.id, l.digest, l.section, l.address, l.align, l.size "
			    "FROM cell c JOIN layout l ON l.id = c.layout_id "
			    "WHERE c.id = ?",
			    cell->id, read_layout, &ref);

	if (!ref.layout)
		return err;
	cell->layout = rec_find_layout(run, ref.layout->digest);
	if (cell->layout) {
		rec_layout_free(ref.layout);
		return err;
	}
	cell->layout = ref.layout;
	vec_push(&run->layouts, ref.layout);
	return err ?: read_variables(db, &ref);
}

static void read_config(sqlite3_stmt *row, void *arg)
{
	struct rec_config **config = arg;

	if (*config)
		return;
	*config = xcalloc(1, sizeof(**config));
	(*config)->digest = needed(row, 0);
	(*config)->text = needed(row, 1);
}

static struct error *load_config(struct db *db, struct rec_run *run, struct rec_cell *cell)
{
	struct rec_config *config = NULL;
	struct error *err = db_each_row(db,
					"SELECT f.digest, f.text FROM cell c JOIN config f ON "
					"f.id = c.config_id WHERE c.id = ?",
					cell->id, read_config, &config);

	if (!config)
		return err;
	cell->config = rec_find_config(run, config->digest);
	if (cell->config) {
		rec_config_free(config);
	} else {
		cell->config = config;
		vec_push(&run->configs, config);
	}
	return err;
}

static struct error *load_lists(struct db *db, struct rec_run *run, struct rec_cell *cell)
{
	struct error *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(cell_lists); i++)
		err = db_each_row(db, cell_lists[i].sql, cell->id, cell_lists[i].read, cell);
	if (!err)
		err = load_layout(db, run, cell);
	return err ?: load_config(db, run, cell);
}

static void need_all(char **const *texts)
{
	for (; *texts; texts++)
		if (!**texts)
			**texts = xstrdup("");
}

static void read_cell(sqlite3_stmt *row, void *arg)
{
	struct rec_run *run = arg;
	struct rec_cell cell = { .id = sqlite3_column_int64(row, 0),
				 .flaky = sqlite3_column_int64(row, 1) != 0 };

	read_fields(row, 2, &cell, rec_cell_fields, nr_rec_cell_fields);
	need_all((char **[]){ &cell.name, &cell.family, &cell.arch, &cell.toolchain, &cell.kernel,
			      &cell.mode, &cell.verdict, NULL });
	vec_push(&run->cells, cell);
}

static struct error *load_cells(struct db *db, struct rec_run *run)
{
	_cleanup_strbuf_ struct strbuf sql = STRBUF_INIT;

	strbuf_adds(&sql, "SELECT id, " IS_FLAKY);
	add_names(&sql, rec_cell_fields, nr_rec_cell_fields);
	strbuf_adds(&sql, " FROM cell c WHERE run_id = ? ORDER BY position");
	return db_each_row(db, strbuf_str(&sql), run->id, read_cell, run);
}

static void read_run(sqlite3_stmt *row, void *arg)
{
	struct rec_run *run = arg;

	read_fields(row, 0, run, rec_run_fields, nr_rec_run_fields);
	need_all((char **[]){ &run->name, &run->dir, NULL });
}

static struct error *load_run(struct db *db, enum record_depth depth, struct rec_run *run)
{
	_cleanup_strbuf_ struct strbuf sql = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	struct error *err;

	add_names(&names, rec_run_fields, nr_rec_run_fields);
	strbuf_addf(&sql, "SELECT %s FROM run WHERE id = ?", strbuf_str(&names) + 2);
	err = db_each_row(db, strbuf_str(&sql), run->id, read_run, run);
	if (!err)
		err = load_cells(db, run);
	if (depth == RECORD_OVERVIEW)
		return err;
	vec_for_each(cell, &run->cells)
		if (!err)
			err = load_lists(db, run, cell);
	return err;
}

struct error *record_load_run(struct db *db, int64_t id, enum record_depth depth,
			      struct rec_run *ret)
{
	struct error *err;

	*ret = (struct rec_run){ .id = id };
	/* One state of the record, whatever others write meanwhile. */
	err = db_exec(db, "BEGIN");
	return err ?: db_end(db, load_run(db, depth, ret));
}
