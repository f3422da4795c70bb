// SPDX-License-Identifier: GPL-2.0-only
#include "run/outcome_cache.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cache/memo.h"
#include "cache/state.h"
#include "config/project.h"
#include "config/tool_versions.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "run/kept_boot.h"
#include "run/outcome_json.h"

static struct error *add_digest(struct strbuf *text, const char *what, const char *path)
{
	char hex[SHA256_HEX_SIZE];
	struct error *err = memo_sha256(path, hex);

	if (!err)
		strbuf_addf(text, "%s %s\n", what, hex);
	return err;
}

static struct error *add_project_file(struct strbuf *text, const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct error *err = project_path(&path, "%s", name);

	return err ?: add_digest(text, name, path);
}

/* The verifier has bpftool for a witness, where there is one. */
static void add_bpftool(struct strbuf *text)
{
	const char *own = getenv("BTFMATRIX_BPFTOOL");
	_cleanup_free_ char *version = NULL;
	const char *path = own && *own                               ? own
			   : path_is_executable("/usr/sbin/bpftool") ? "/usr/sbin/bpftool"
								     : "bpftool";
	struct error *err = tool_version(path, &version);

	strbuf_addf(text, "bpftool %s %s\n", path, err ? "none" : version);
	error_free(err);
}

/* The digest of all that decides the verdict on a cell that is built. */
static struct error *make_key(const struct cell_context *context, const char *boot_key,
			      const struct outcome *outcome, char **ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct error *err;

	strbuf_addf(&text, "boot %s\n", boot_key);
	err = add_digest(&text, "program", "/proc/self/exe");
	if (!err)
		err = add_project_file(&text, "configs/known.ini");
	if (!err)
		err = add_project_file(&text, "configs/values.ini");
	if (!err)
		err = add_project_file(&text, "configs/expect.ini");
	if (!err)
		err = add_digest(&text, "feature", outcome->cell->feature->path);
	if (err)
		return err;
	add_bpftool(&text);
	for (const struct outcome *other = context->run->outcomes.data; other < outcome; other++)
		if (other->built && str_eq(other->cell->family, outcome->cell->family))
			strbuf_addf(&text, "sibling %d %s\n", other->cell->mode, other->build.key);
	sha256_hex(text.data, text.len, hex);
	*ret = xstrdup(hex);
	return NULL;
}

/* The database is asked for at each use: to run a program, such as for a version, closes it. */
static void forget(const char *key)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct db *db = state_db();

	if (!db)
		return;
	struct error *err = db_prepare(db, "DELETE FROM outcome WHERE key = ?", &statement);

	if (!err)
		err = db_bind(db, statement, "t", key);
	state_note(err ?: db_run(db, statement));
}

/* The outcome as it was kept; NULL: there is none, or one that is damaged, which is forgotten. */
static char *read_row(const char *key, const char *cell)
{
	struct db *db = state_db();
	_cleanup_stmt_ sqlite3_stmt *query = NULL;
	_cleanup_free_ char *text = NULL, *digest = NULL;
	char hex[SHA256_HEX_SIZE];
	bool row = false;

	if (!db)
		return NULL;
	struct error *err =
		db_prepare(db, "SELECT json, sha256 FROM outcome WHERE key = ?", &query);

	if (!err)
		err = db_bind(db, query, "t", key);
	if (!err)
		err = db_step(db, query, &row);
	if (!err && row) {
		text = db_text(query, 0);
		digest = db_text(query, 1);
	}
	sqlite3_reset(query);
	state_note(err);
	if (!text || !digest)
		return NULL;
	sha256_hex(text, strlen(text), hex);
	if (str_eq(hex, digest))
		return return_ptr(text);
	log_warning("%s: its outcome in the cache is damaged; doing it again", cell);
	forget(key);
	return NULL;
}

static void touch_row(const char *key)
{
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	struct db *db = state_db();

	if (!db)
		return;
	struct error *err =
		db_prepare(db, "UPDATE outcome SET used_at = ? WHERE key = ?", &statement);

	if (!err)
		err = db_bind(db, statement, "it", (int64_t)time(NULL), key);
	state_note(err ?: db_run(db, statement));
}

/* What the results have of the build. */
static const struct {
	size_t path_offset;
	const char *name;
} build_files[] = {
	{ offsetof(struct build_result, log), "build.log" },
	{ offsetof(struct build_result, config), "config" },
	{ offsetof(struct build_result, repairs), "repairs.json" },
	{ offsetof(struct build_result, extra_repairs), "extra-repairs.json" },
};

/* A second name for the file, else a copy: it is only read from now on. */
static struct error *link_into(const char *from, const char *dir, const char *name)
{
	_cleanup_free_ char *to = xasprintf("%s/%s", dir, name);

	return link(from, to) ? file_copy(from, to) : NULL;
}

static struct error *put_logs(const struct cell_context *context, const struct outcome *outcome,
			      const char *boot_dir)
{
	static const char *const boot_files[] = { "channel", "console.log" };
	struct error *err = dir_make(context->dir);

	for (size_t i = 0; !err && i < ARRAY_SIZE(build_files); i++) {
		const char *from = *(char *const *)(const void *)((const char *)&outcome->build +
								  build_files[i].path_offset);

		if (from)
			err = link_into(from, context->dir, build_files[i].name);
	}
	for (size_t i = 0; !err && i < ARRAY_SIZE(boot_files); i++) {
		_cleanup_free_ char *from = xasprintf("%s/%s", boot_dir, boot_files[i]);

		err = link_into(from, context->dir, boot_files[i]);
	}
	return err;
}

/* Makes what was kept the outcome, with the build as it is found now. */
static struct error *take(const struct cell_context *context, const char *text,
			  const char *boot_dir, struct build_result *build, struct outcome *outcome)
{
	_cleanup_(outcome_release) struct outcome kept = { .cell = outcome->cell };
	json_t *json = json_loads(text, 0, NULL);
	struct error *err = outcome_from_json(json, &kept);

	json_decref(json);
	if (err)
		return err;
	build_result_release(&kept.build);
	kept.build = *build;
	*build = (struct build_result){ 0 };
	free(kept.boot.console_log);
	kept.boot.console_log = xasprintf("%s/console.log", context->dir);
	kept.cached = true;
	err = put_logs(context, &kept, boot_dir);
	if (err)
		return err;
	kept.tools = outcome->tools;
	outcome->tools = (struct cell_tools){ 0 };
	outcome_release(outcome);
	*outcome = kept;
	kept = (struct outcome){ 0 };
	return NULL;
}

/* The keys of the cell's boot and outcome, once its build is there. */
static struct error *make_keys(const struct cell_context *context, struct outcome *probe,
			       const struct outcome *outcome, char **boot_key_ret, char **key_ret)
{
	struct error *err = kept_boot_key(context, probe, boot_key_ret);

	return err ?: make_key(context, *boot_key_ret, outcome, key_ret);
}

static struct error *find(const struct cell_context *context, struct outcome *probe,
			  struct outcome *outcome, bool *found_ret)
{
	const struct build_request request = run_cell_build_request(context, outcome);
	_cleanup_free_ char *boot_key = NULL, *key = NULL, *text = NULL, *boot_dir = NULL;
	bool built = false;
	struct error *err = build_find(&request, &probe->build, &built);

	if (!err && built)
		err = make_keys(context, probe, outcome, &boot_key, &key);
	/* Whatever is amiss shows, and is told, when the cell is done. */
	if (err && err->kind == ERROR_INTERRUPTED)
		return err;
	if (err || !built) {
		error_free(err);
		return NULL;
	}
	text = read_row(key, outcome->cell->name);
	if (!text || !kept_boot_is_whole(probe, boot_key))
		return NULL;
	boot_dir = kept_boot_dir(probe, boot_key);
	err = take(context, text, boot_dir, &probe->build, outcome);
	if (err) {
		log_warning("%s: its outcome in the cache is of no use (%s); doing it again",
			    outcome->cell->name, err->message);
		error_free(err);
		forget(key);
		return NULL;
	}
	touch_row(key);
	*found_ret = true;
	return NULL;
}

struct error *outcome_cache_find(const struct cell_context *context, struct outcome *outcome,
				 bool *found_ret)
{
	/* has the build alone, to tell the boot's key; its tools are the outcome's */
	struct outcome probe = { .cell = outcome->cell, .tools = outcome->tools };
	struct error *err = NULL;

	*found_ret = false;
	if (context->run->request->force == FORCE_NOTHING && !context->run->request->board)
		err = find(context, &probe, outcome, found_ret);
	probe.tools = (struct cell_tools){ 0 };
	outcome_release(&probe);
	return err;
}

static bool is_to_keep(const struct outcome *outcome)
{
	return outcome->booted && outcome->verified && outcome->boot.verdict == BOOT_OK &&
	       !outcome->attempts.len &&
	       (outcome->verdict == VERDICT_PASS || outcome->verdict == VERDICT_KNOWN ||
		outcome->verdict == VERDICT_FAIL);
}

static struct error *write_row(struct db *db, const char *key, const struct outcome *outcome)
{
	_cleanup_stmt_ sqlite3_stmt *insert = NULL;
	json_t *json = outcome_to_json(outcome);
	_cleanup_free_ char *text = json_dumps(json, JSON_COMPACT);
	char hex[SHA256_HEX_SIZE];
	int64_t now = time(NULL);
	struct error *err = db_prepare(
		db, "INSERT OR REPLACE INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", &insert);

	json_decref(json);
	sha256_hex(text, strlen(text), hex);
	if (!err)
		err = db_bind(db, insert, "ttttttii", key, outcome->cell->name,
			      verdict_name(outcome->verdict), outcome->build.dir, text, hex, now,
			      now);
	return err ?: db_run(db, insert);
}

void outcome_cache_store(const struct cell_context *context, struct outcome *outcome)
{
	_cleanup_free_ char *boot_key = NULL, *key = NULL;
	struct error *err;

	/* what a board says hangs on the board, of which we know nothing */
	if (!is_to_keep(outcome) || context->run->request->board)
		return;
	err = make_keys(context, outcome, outcome, &boot_key, &key);
	if (!err && state_db())
		err = write_row(state_db(), key, outcome);
	state_note(err);
}
