// SPDX-License-Identifier: GPL-2.0-only
#include "layout/run_cells.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"

#define SUMMARY "summary.json"

static char *summary_path(const char *path)
{
	return xasprintf("%s/" SUMMARY, path);
}

bool is_run_folder(const char *path)
{
	_cleanup_free_ char *summary = summary_path(path);

	return path_exists(summary);
}

static struct error *load_json(const char *path, json_t **ret)
{
	json_error_t why;

	*ret = json_load_file(path, 0, &why);
	if (*ret)
		return NULL;
	return error_new(ERROR_INPUT, "%s:%d: %s", path, why.line, why.text);
}

/* A member that is a string; NULL for one that is missing or something else. */
static char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? xstrdup(text) : NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_findings(const json_t *verify, struct run_cell_files *cell)
{
	const json_t *list = json_object_get(verify, "findings"), *finding;
	size_t i;

	json_array_foreach(list, i, finding)
	{
		_cleanup_free_ char *check = text_of(finding, "check");
		_cleanup_free_ char *image = text_of(finding, "image");
		_cleanup_free_ char *variable = text_of(finding, "variable");

		if (check && image && variable)
			vec_push(&cell->findings.list,
				 xasprintf("%s: %s %s", check, image, variable));
	}
	if (cell->findings.list.len)
		qsort(cell->findings.list.data, cell->findings.list.len,
		      sizeof(*cell->findings.list.data), by_text);
}

static void release_cell(struct run_cell_files *cell)
{
	free(cell->name);
	free(cell->verdict);
	free(cell->vmlinux);
	free(cell->extra_module);
	vec_for_each(name, &cell->findings.list)
		free(*name);
	vec_free(&cell->findings.list);
}

static struct error *load_cell(const char *path, struct run_cell_files *ret)
{
	json_t *root = NULL;
	struct error *err = load_json(path, &root);
	const json_t *build;

	if (err)
		return err;
	build = json_object_get(root, "build");
	*ret = (struct run_cell_files){
		.name = text_of(root, "cell"),
		.verdict = text_of(root, "verdict"),
		.vmlinux = text_of(build, "vmlinux"),
		.extra_module = text_of(build, "extra_module"),
	};
	add_findings(json_object_get(root, "verify"), ret);
	json_decref(root);
	if (ret->name && ret->verdict)
		return NULL;
	release_cell(ret);
	return error_new(ERROR_INPUT, "%s: no result of a cell: it has no 'cell' or 'verdict'",
			 path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct run_cell_files *)a)->name,
		      ((const struct run_cell_files *)b)->name);
}

static struct error *load_cells(const json_t *summary, struct run_cells *ret)
{
	const json_t *cells = json_object_get(summary, "cells"), *entry;
	size_t i;

	if (!json_is_array(cells))
		return error_new(ERROR_INPUT, "%s/" SUMMARY ": no list 'cells'", ret->path);
	json_array_foreach(cells, i, entry)
	{
		_cleanup_free_ char *file = text_of(entry, "file");
		_cleanup_free_ char *path = file ? xasprintf("%s/%s", ret->path, file) : NULL;
		struct run_cell_files cell;
		struct error *err;

		/* one that was interrupted before its turn left nothing */
		if (!path || !path_exists(path))
			continue;
		err = load_cell(path, &cell);
		if (err)
			return err;
		vec_push(&ret->list, cell);
	}
	if (ret->list.len)
		qsort(ret->list.data, ret->list.len, sizeof(*ret->list.data), by_name);
	return NULL;
}

struct error *run_cells_load(const char *path, struct run_cells *ret)
{
	_cleanup_free_ char *summary = summary_path(path);
	json_t *root = NULL;
	struct error *err = load_json(summary, &root);

	*ret = (struct run_cells){ .path = xstrdup(path) };
	if (!err)
		err = load_cells(root, ret);
	json_decref(root);
	if (err)
		run_cells_release(ret);
	return err;
}

void run_cells_release(struct run_cells *cells)
{
	vec_for_each(cell, &cells->list)
		release_cell(cell);
	vec_free(&cells->list);
	free(cells->path);
	cells->path = NULL;
}

const struct run_cell_files *run_cells_find(const struct run_cells *cells, const char *name)
{
	vec_for_each(cell, &cells->list)
		if (str_eq(cell->name, name))
			return cell;
	return NULL;
}
