// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "core/cleanup.h"
#include "record/record.h"

/* In CPU milliseconds, which depend less than others on what the machine did beside it. */
static const char sql[] =
	"SELECT c.family, sum(ifnull(c.build_cpu_s, 0) + ifnull(c.boot_cpu_s, 0) + "
	"ifnull(c.verify_cpu_s, 0)) FROM cell c WHERE ?1 = ?1 AND c.id = (SELECT max(o.id) FROM "
	"cell o WHERE o.name = c.name AND o.built = 1) GROUP BY c.family ORDER BY c.family";

static void add(sqlite3_stmt *row, void *arg)
{
	_cleanup_free_ char *family = db_text(row, 0);
	double seconds = sqlite3_column_double(row, 1);

	/* also false for what is no number */
	if (family && seconds > 0)
		costs_add(arg, family, seconds < 1e9 ? (int64_t)(seconds * 1000) : COST_MAX);
}

struct error *record_costs(struct db *db, struct costs *ret)
{
	return db_each_row(db, sql, 0, add, ret);
}
