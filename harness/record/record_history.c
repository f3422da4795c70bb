// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "core/mem.h"
#include "record/flaky.h"
#include "record/record.h"

static void read_point(sqlite3_stmt *row, void *arg)
{
	struct rec_history *history = arg;
	struct rec_point point = {
		.run = db_text(row, 0) ?: xstrdup(""),
		.began_at = db_count(row, 1),
		.commit = db_text(row, 2),
		.pahole = db_text(row, 3),
		.cell = db_text(row, 4) ?: xstrdup(""),
		.verdict = db_text(row, 5) ?: xstrdup(""),
		.reason = db_text(row, 6),
		.built = db_count(row, 7),
		.cached = db_count(row, 8),
		.verified = db_count(row, 9),
		.build_wall_s = db_seconds(row, 10),
		.boot_wall_s = db_seconds(row, 11),
		.btf_bytes = db_count(row, 12),
		.extra_btf_bytes = db_count(row, 13),
		.nr_percpu = db_count(row, 14),
		.nr_global = db_count(row, 15),
		.nr_new = db_count(row, 16),
		.nr_known = db_count(row, 17),
		.source_commit = db_text(row, 18),
		.compiler = db_text(row, 19),
		.percpu_bytes = db_count(row, 20),
		.layout = db_text(row, 21),
		.flaky = db_count(row, 22) != 0,
	};

	vec_push(&history->points, point);
}

struct error *record_history(struct db *db, const char *cell, int64_t limit,
			     struct rec_history *ret)
{
	static const char sql[] =
		"SELECT r.name, r.began_at, r.\"commit\", coalesce(c.pahole_version, "
		"r.pahole_version), c.name, c.verdict, "
		"c.reason, c.built, c.cached, c.verified, c.build_wall_s, c.boot_wall_s, "
		"c.btf_bytes, c.extra_btf_bytes, c.nr_percpu, c.nr_global, c.nr_new, c.nr_known, "
		"c.source_commit, c.compiler, l.size, l.digest, " IS_FLAKY
		" FROM (SELECT * FROM run ORDER BY began_at DESC, id DESC LIMIT ?1) r "
		"JOIN cell c ON c.run_id = r.id LEFT JOIN layout l ON l.id = c.layout_id "
		"WHERE ?2 IS NULL OR c.name = ?2 ORDER BY c.name, r.began_at, r.id";
	_cleanup_stmt_ sqlite3_stmt *statement = NULL;
	bool row = false;
	struct error *err = db_prepare(db, sql, &statement);

	*ret = (struct rec_history){ 0 };
	if (!err)
		err = db_bind(db, statement, "it", limit ?: (int64_t)-1, cell);
	while (!err) {
		err = db_step(db, statement, &row);
		if (err || !row)
			break;
		read_point(statement, ret);
	}
	return err;
}

void rec_history_release(struct rec_history *history)
{
	vec_for_each(point, &history->points) {
		free(point->run);
		free(point->cell);
		free(point->verdict);
		free(point->reason);
		free(point->layout);
		free(point->commit);
		free(point->source_commit);
		free(point->compiler);
		free(point->pahole);
	}
	vec_free(&history->points);
}
