// SPDX-License-Identifier: GPL-2.0-only
/* Layouts and configs, from the files of a build. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/fileio.h"
#include "core/json_text.h"
#include "core/strbuf.h"
#include "layout/section_layout.h"
#include "record/from_run.h"
#include "verify/evidence.h"

enum {
	LINE_SIZE = 64,
	MAX_CONFIG = 4 << 20,
};

static void add_variable(const struct layout_row *row, struct strbuf *sb, struct rec_layout *ret)
{
	_cleanup_free_ char *type = btf_type_describe(row->var->btf, row->var->type);
	struct rec_variable var = {
		.name = utf8_clean(row->var->name),
		.type = utf8_clean(type),
		.file = utf8_clean(row->file),
		.offset = row->var->offset,
		.size = row->var->size,
		.align = (int64_t)row->align,
	};

	strbuf_addf(sb, "%s\n%s\n%s\n%" PRId64 " %" PRId64 " %" PRId64 "\n", var.name, var.type,
		    var.file ?: "", var.offset, var.size, var.align);
	vec_push(&ret->variables, var);
}

static struct rec_layout *convert(const struct section_layout *layout)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_layout *ret = xcalloc(1, sizeof(*ret));

	ret->section = utf8_clean(layout->name);
	ret->address = (int64_t)layout->address;
	ret->align = (int64_t)layout->align;
	ret->size = (int64_t)layout->size;
	strbuf_addf(&sb, "%s\n%" PRId64 " %" PRId64 " %" PRId64 "\n", ret->section, ret->address,
		    ret->align, ret->size);
	vec_for_each(row, &layout->rows)
		add_variable(row, &sb, ret);
	ret->digest = xmalloc(SHA256_HEX_SIZE);
	sha256_hex(strbuf_str(&sb), sb.len, ret->digest);
	return ret;
}

static bool has_datasec(const struct image_vars *vars, const char *name)
{
	vec_for_each(datasec, &vars->datasecs)
		if (str_eq(datasec->name, name))
			return true;
	return false;
}

struct error *rec_layout_from_vmlinux(const char *vmlinux, struct rec_layout **ret)
{
	_cleanup_(section_layout_release) struct section_layout layout = { 0 };
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *dwarf = NULL;
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
	struct error *err = image_vars_open(vmlinux, NULL, &vars);

	if (err || !has_datasec(vars, PERCPU_SECTION))
		return err;
	/* Without DWARF the source files are not known, and the layout is as good. */
	err = dwarf_index_open(vmlinux, &dwarf);
	error_free(err);
	err = section_layout_make(vars, PERCPU_SECTION, LINE_SIZE, dwarf, &layout);
	if (!err)
		*ret = convert(&layout);
	return err;
}

struct rec_config *rec_config_from_file(const char *path)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_strbuf_ struct strbuf kept = STRBUF_INIT;
	struct rec_config *ret;
	struct error *err = path ? file_read(path, MAX_CONFIG, &text, NULL) : NULL;

	if (!path || err) {
		error_free(err);
		return NULL;
	}
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		if (str_starts(line, "CONFIG_")) {
			strbuf_add(&kept, line, len);
			strbuf_addc(&kept, '\n');
		}
		line += len + (line[len] == '\n');
	}
	ret = xcalloc(1, sizeof(*ret));
	ret->text = utf8_clean(strbuf_str(&kept));
	ret->digest = xmalloc(SHA256_HEX_SIZE);
	sha256_hex(ret->text, strlen(ret->text), ret->digest);
	return ret;
}
