// SPDX-License-Identifier: GPL-2.0-only
#include "cli/diff_side.h"

#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"

struct error *diff_side_open(const char *arg, struct diff_side *ret)
{
	/* names of cells have no colon; names of folders may */
	const char *colon = strrchr(arg, ':');
	_cleanup_free_ char *folder = colon ? xstrndup(arg, (size_t)(colon - arg)) : NULL;

	*ret = (struct diff_side){ 0 };
	if (is_run_folder(arg))
		return run_cells_load(arg, &ret->run);
	if (folder && is_run_folder(folder)) {
		ret->cell = xstrdup(colon + 1);
		return run_cells_load(folder, &ret->run);
	}
	ret->file = arg;
	return NULL;
}

void diff_side_release(struct diff_side *side)
{
	run_cells_release(&side->run);
	free(side->cell);
	side->cell = NULL;
}

static struct error *no_such_cell(const struct diff_side *side)
{
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;

	vec_for_each(cell, &side->run.list)
		strbuf_addf(&names, "%s%s", names.len ? ", " : "", cell->name);
	if (!side->cell)
		return error_new(ERROR_INPUT, "%s: which cell? %s:CELL, with one of %s",
				 side->run.path, side->run.path, strbuf_str(&names));
	return error_new(ERROR_INPUT, "%s: no cell '%s', but %s", side->run.path, side->cell,
			 strbuf_str(&names));
}

struct error *diff_side_images(const struct diff_side *side, const char **vmlinux_ret,
			       const char **module_ret)
{
	const struct run_cell_files *cell;

	if (side->file) {
		*vmlinux_ret = side->file;
		*module_ret = NULL;
		return NULL;
	}
	cell = side->cell ? run_cells_find(&side->run, side->cell) : NULL;
	if (!cell)
		return no_such_cell(side);
	if (!cell->vmlinux)
		return error_new(ERROR_INPUT, "%s: %s was not built", side->run.path, side->cell);
	*vmlinux_ret = cell->vmlinux;
	*module_ret = cell->extra_module;
	return NULL;
}
