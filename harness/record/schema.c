// SPDX-License-Identifier: GPL-2.0-only
#include "record/schema.h"

#include <inttypes.h>

#include "core/mem.h"

/* "btfm" */
#define APPLICATION_ID 0x6274666d

/*
 * What many cells have alike (a section's layout, a .config, a finding's text) is kept once: nine cells
 * have three layouts, and a run that builds nothing adds none.
 */
static const char version_1[] =
	"CREATE TABLE run ("
	"  id INTEGER PRIMARY KEY,"
	"  name TEXT NOT NULL UNIQUE, dir TEXT, began_at INTEGER NOT NULL, ended_at INTEGER,"
	"  wall_s REAL, matrix TEXT, options TEXT, version TEXT, program TEXT, \"commit\" TEXT,"
	"  known TEXT, pahole_version TEXT, pahole_path TEXT, pahole_packages TEXT,"
	"  repaired INTEGER, sh TEXT, host TEXT, jobs INTEGER"
	") STRICT;"
	"CREATE TABLE layout ("
	"  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, section TEXT NOT NULL,"
	"  address INTEGER NOT NULL, align INTEGER NOT NULL, size INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE layout_variable ("
	"  layout_id INTEGER NOT NULL REFERENCES layout ON DELETE CASCADE,"
	"  position INTEGER NOT NULL, name TEXT NOT NULL, \"offset\" INTEGER NOT NULL,"
	"  size INTEGER NOT NULL, align INTEGER NOT NULL, type TEXT, file TEXT,"
	"  PRIMARY KEY (layout_id, position)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE config ("
	"  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, text TEXT NOT NULL"
	") STRICT;"
	"CREATE TABLE cell ("
	"  id INTEGER PRIMARY KEY,"
	"  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
	"  position INTEGER NOT NULL,"
	"  layout_id INTEGER REFERENCES layout, config_id INTEGER REFERENCES config,"
	"  name TEXT NOT NULL, family TEXT, arch TEXT NOT NULL, toolchain TEXT NOT NULL,"
	"  kernel TEXT NOT NULL, mode TEXT NOT NULL,"
	"  verdict TEXT NOT NULL CHECK (verdict IN ('pass','known','fail','error','skipped')),"
	"  reason TEXT, reproduce TEXT, built INTEGER, booted INTEGER, verified INTEGER,"
	"  source_origin TEXT, source_id TEXT, source_commit TEXT, cached INTEGER,"
	"  build_wall_s REAL, build_cpu_s REAL, compiled INTEGER, build_key TEXT,"
	"  verdict_key TEXT, build_command TEXT, vmlinux TEXT, image TEXT, extra_module TEXT,"
	"  config_path TEXT, compiler TEXT, linker TEXT, make TEXT, qemu TEXT,"
	"  boot_verdict TEXT, boot_detail TEXT, boot_command TEXT, boot_wall_s REAL,"
	"  boot_cpu_s REAL, guest_release TEXT, guest_version TEXT, guest_machine TEXT,"
	"  verify_wall_s REAL, verify_cpu_s REAL, nr_percpu INTEGER, nr_global INTEGER,"
	"  btf_bytes INTEGER, extra_btf_bytes INTEGER, nr_absences INTEGER,"
	"  nr_new INTEGER, nr_known INTEGER, ended_at INTEGER,"
	"  UNIQUE (run_id, name)"
	") STRICT;"
	"CREATE INDEX cell_by_name ON cell (name, run_id);"
	"CREATE INDEX cell_by_build ON cell (build_key);"
	"CREATE INDEX cell_by_verdict ON cell (verdict_key, verdict);"
	"CREATE TABLE check_outcome ("
	"  cell_id INTEGER NOT NULL REFERENCES cell ON DELETE CASCADE,"
	"  position INTEGER NOT NULL, id TEXT NOT NULL,"
	"  state TEXT NOT NULL CHECK (state IN ('pass','fail','skipped')),"
	"  reason TEXT, applicable INTEGER NOT NULL, items INTEGER NOT NULL,"
	"  PRIMARY KEY (cell_id, position)"
	") STRICT, WITHOUT ROWID;"
	/* \"check\" is SQL's own word */
	"CREATE TABLE finding ("
	"  id INTEGER PRIMARY KEY, check_id TEXT NOT NULL, image TEXT NOT NULL,"
	"  variable TEXT NOT NULL, witness TEXT NOT NULL, expected TEXT NOT NULL,"
	"  actual TEXT NOT NULL,"
	"  UNIQUE (variable, check_id, image, witness, expected, actual)"
	") STRICT;"
	"CREATE TABLE cell_finding ("
	"  cell_id INTEGER NOT NULL REFERENCES cell ON DELETE CASCADE,"
	"  position INTEGER NOT NULL, finding_id INTEGER NOT NULL REFERENCES finding,"
	"  known TEXT,"
	"  PRIMARY KEY (cell_id, position)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE absence ("
	"  cell_id INTEGER NOT NULL REFERENCES cell ON DELETE CASCADE,"
	"  rule TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (cell_id, rule)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE log ("
	"  cell_id INTEGER NOT NULL REFERENCES cell ON DELETE CASCADE,"
	"  position INTEGER NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL,"
	"  PRIMARY KEY (cell_id, position)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE attempt ("
	"  cell_id INTEGER NOT NULL REFERENCES cell ON DELETE CASCADE,"
	"  position INTEGER NOT NULL, verdict TEXT NOT NULL, reason TEXT,"
	"  boot_verdict TEXT, boot_wall_s REAL, console_log TEXT,"
	"  PRIMARY KEY (cell_id, position)"
	") STRICT, WITHOUT ROWID;";

static const char version_2[] = "ALTER TABLE cell ADD COLUMN release TEXT;"
				"ALTER TABLE cell ADD COLUMN series TEXT;";

static const char version_3[] = "ALTER TABLE run ADD COLUMN shard TEXT;";

static const char version_4[] = "ALTER TABLE cell ADD COLUMN profile TEXT;"
				"ALTER TABLE cell ADD COLUMN pahole TEXT;"
				"ALTER TABLE cell ADD COLUMN pahole_version TEXT;"
				"ALTER TABLE cell ADD COLUMN pahole_path TEXT;"
				"ALTER TABLE cell ADD COLUMN pahole_packages TEXT;"
				"ALTER TABLE cell ADD COLUMN repaired INTEGER;";

static const char version_5[] = "ALTER TABLE cell ADD COLUMN bits INTEGER;"
				"ALTER TABLE cell ADD COLUMN byte_order TEXT;"
				"ALTER TABLE cell ADD COLUMN nr_types INTEGER;";

static const char version_6[] = "ALTER TABLE cell ADD COLUMN extra_kinds TEXT;";

/* migrations[n] makes version n + 1 out of version n. */
static const char *const migrations[] = {
	version_1, version_2, version_3, version_4, version_5, version_6,
};

struct identity {
	/* of what it has: tables and indices, as ours, and else */
	int64_t application, version, tables, others;
};

static struct error *read_identity(struct db *db, struct identity *ret)
{
	struct error *err = db_number(db, "PRAGMA application_id", &ret->application);

	if (!err)
		err = db_number(db, "PRAGMA user_version", &ret->version);
	if (!err)
		err = db_number(db, "SELECT count(*) FROM sqlite_schema", &ret->tables);
	if (!err)
		err = db_number(
			db,
			"SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')",
			&ret->others);
	return err;
}

static bool is_empty(const struct identity *identity)
{
	return !identity->application && !identity->version && !identity->tables;
}

static struct error *check_identity(const struct db *db, const struct identity *identity)
{
	if (identity->application != APPLICATION_ID)
		return error_new(ERROR_INPUT,
				 "%s is another program's database; move it away (a new one is "
				 "made), or name another folder with --results",
				 db->path);
	/* a view may have rows without end, and a trigger does what we did not ask for */
	if (identity->others)
		return error_new(
			ERROR_INPUT,
			"%s has views or triggers, which no record of btfmatrix has; move "
			"it away (a new one is made), or name another folder with --results",
			db->path);
	if (identity->version < 1 || identity->version > (int64_t)ARRAY_SIZE(migrations))
		return error_new(ERROR_INPUT,
				 "%s is version %" PRId64 " of the record, and this btfmatrix "
				 "knows up to %zu; use the newer btfmatrix that wrote it, or "
				 "another folder with --results",
				 db->path, identity->version, ARRAY_SIZE(migrations));
	return NULL;
}

static struct error *do_migrations(struct db *db)
{
	struct identity identity;
	/* Read again under the lock: another process may have done it. */
	struct error *err = read_identity(db, &identity);

	if (!err && is_empty(&identity)) {
		_cleanup_free_ char *sql = xasprintf("PRAGMA application_id = %d", APPLICATION_ID);

		err = db_exec(db, sql);
	} else if (!err)
		err = check_identity(db, &identity);
	for (size_t i = (size_t)identity.version; !err && i < ARRAY_SIZE(migrations); i++) {
		_cleanup_free_ char *sql = xasprintf("PRAGMA user_version = %zu", i + 1);

		err = db_exec(db, migrations[i]);
		if (!err)
			err = db_exec(db, sql);
	}
	return err;
}

struct error *schema_migrate(struct db *db)
{
	struct identity identity;
	struct error *err = read_identity(db, &identity);

	if (!err && !is_empty(&identity))
		err = check_identity(db, &identity);
	/* Readers do not wait for writers, nor the other way round. Where the file system cannot do that
	 * SQLite stays with a journal, which is as safe. */
	if (!err)
		err = db_use_wal(db);
	if (!err)
		err = db_exec(db, "PRAGMA foreign_keys = ON");
	if (err || identity.version == (int64_t)ARRAY_SIZE(migrations))
		return err;
	err = db_begin(db);
	return err ?: db_end(db, do_migrations(db));
}

bool schema_is_older(struct db *db)
{
	struct identity identity;
	struct error *err = read_identity(db, &identity);
	bool older = !err && identity.application == APPLICATION_ID &&
		     identity.version < (int64_t)ARRAY_SIZE(migrations);

	error_free(err);
	return older;
}

struct error *schema_check(struct db *db)
{
	struct identity identity;
	struct error *err = read_identity(db, &identity);

	if (!err)
		err = check_identity(db, &identity);
	if (!err && identity.version < (int64_t)ARRAY_SIZE(migrations))
		return error_new(ERROR_INPUT,
				 "%s was written by an older btfmatrix, and cannot be brought up "
				 "to date as it is read only; copy it to another folder and name "
				 "that with --results",
				 db->path);
	return err;
}
