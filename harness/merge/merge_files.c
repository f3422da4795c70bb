// SPDX-License-Identifier: GPL-2.0-only
#include "merge/merge_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"

static bool is_plain_file(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISREG(st.st_mode);
}

static bool is_plain_dir(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

/* The plain files of a folder; what it has else is nothing a run leaves. */
static struct error *copy_folder(const char *from, const char *to)
{
	_cleanup_closedir_ DIR *dir = opendir(from);
	const struct dirent *entry;
	struct error *err = tree_remove(to);

	if (!err)
		err = dir_make(to);
	while (!err && dir && (entry = readdir(dir))) {
		_cleanup_free_ char *source = xasprintf("%s/%s", from, entry->d_name);
		_cleanup_free_ char *copy = xasprintf("%s/%s", to, entry->d_name);

		if (is_plain_file(source))
			err = file_copy(source, copy);
	}
	return err;
}

static struct error *copy_cell(const struct merged_cell *cell, const char *to)
{
	_cleanup_free_ char *name = rec_cell_folder(cell->cell->name);
	_cleanup_free_ char *from = xasprintf("%s/cells", cell->from->dir);
	_cleanup_free_ char *from_dir = xasprintf("%s/%s", from, name);
	_cleanup_free_ char *from_json = xasprintf("%s/%s.json", from, name);
	_cleanup_free_ char *to_dir = xasprintf("%s/cells/%s", to, name);
	_cleanup_free_ char *to_json = xasprintf("%s/cells/%s.json", to, name);
	struct error *err = NULL;

	if (!is_plain_dir(cell->from->dir) || !is_plain_dir(from))
		return NULL;
	if (is_plain_dir(from_dir))
		err = copy_folder(from_dir, to_dir);
	if (!err && is_plain_file(from_json))
		err = file_copy(from_json, to_json);
	return err;
}

/*
 * What "RUN/cells/..." of the shard is in the merged run, the caller's to free; NULL where it is not there, or
 * is no file of the cell's.
 */
static char *move_path(const struct merge *merge, const struct merged_cell *cell, const char *path)
{
	_cleanup_free_ char *name = rec_cell_folder(cell->cell->name);
	_cleanup_free_ char *prefix = xasprintf("%s/cells/%s", cell->from->run.name, name);
	const char *rest = str_starts(path, prefix) ? path + strlen(prefix) : "";
	_cleanup_free_ char *file = NULL;

	if (!str_eq(rest, ".json") && !(rest[0] == '/' && is_plain_name(rest + 1)))
		return NULL;
	file = xasprintf("%s/cells/%s%s", merge->run.dir, name, rest);
	return is_plain_file(file) ? xasprintf("%s/cells/%s%s", merge->run.name, name, rest) : NULL;
}

static void move_logs(const struct merge *merge, struct merged_cell *cell, size_t *lost)
{
	struct rec_cell *rec = cell->cell;
	size_t kept = 0;

	for (size_t i = 0; i < rec->logs.len; i++) {
		struct rec_log log = rec->logs.data[i];
		char *moved = move_path(merge, cell, log.path);

		free(log.path);
		if (moved) {
			rec->logs.data[kept++] = (struct rec_log){ log.kind, moved };
		} else {
			free(log.kind);
			++*lost;
		}
	}
	rec->logs.len = kept;
	vec_for_each(attempt, &rec->attempts) {
		char *moved =
			attempt->console_log ? move_path(merge, cell, attempt->console_log) : NULL;

		free(attempt->console_log);
		attempt->console_log = moved;
	}
}

/* As a run writes it: what `btfmatrix diff` reads. */
static struct error *write_summary(const struct merge *merge)
{
	_cleanup_free_ char *path = xasprintf("%s/summary.json", merge->run.dir);
	json_t *cells = json_array();

	vec_for_each(merged, &merge->cells) {
		const struct rec_cell *cell = merged->cell;
		_cleanup_free_ char *name = rec_cell_folder(cell->name);
		_cleanup_free_ char *file = xasprintf("cells/%s.json", name);

		json_array_append_new(cells, json_pack("{s:o, s:o, s:o, s:I, s:I, s:o}", "cell",
						       json_text(cell->name), "verdict",
						       json_text(cell->verdict), "reason",
						       json_text(cell->reason), "findings",
						       (json_int_t)(cell->nr_new + cell->nr_known),
						       "new_findings", (json_int_t)cell->nr_new,
						       "file", json_text(file)));
	}
	return json_write(json_pack("{s:s, s:o, s:f, s:o}", "schema", "btfmatrix-run-1", "matrix",
				    json_text(merge->run.matrix), "wall_s", merge->run.wall_s,
				    "cells", cells),
			  path);
}

struct error *merge_files(struct merge *merge, size_t *lost_ret)
{
	_cleanup_free_ char *cells = xasprintf("%s/cells", merge->run.dir);
	struct error *err = dir_make(cells);

	*lost_ret = 0;
	vec_for_each(cell, &merge->cells) {
		if (cell->from == merge->before)
			continue;
		if (!err)
			err = copy_cell(cell, merge->run.dir);
		if (!err)
			move_logs(merge, cell, lost_ret);
	}
	return err ?: write_summary(merge);
}
