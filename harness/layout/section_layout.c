// SPDX-License-Identifier: GPL-2.0-only
#include "layout/section_layout.h"

#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"
#include "verify/evidence.h"

enum {
	/* DATASECs named in a message */
	MAX_NAMES = 64,
	/* PATH_MAX; a source path is not compared further */
	MAX_PATH = 4096,
};

/* The symbols of the section, walked once from its start to its end. */
struct symbol_walk {
	const struct elf_section *section;
	const struct elf_symbol *const *symbols;
	size_t nr, next;
	/* how far the symbols before `next` reach */
	uint64_t end;
};

static struct error *no_such_section(const struct image_vars *vars, const char *name)
{
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	size_t n = 0;

	vec_for_each(datasec, &vars->datasecs) {
		_cleanup_free_ char *text = image_printable(datasec->name);

		if (n++ == MAX_NAMES) {
			strbuf_adds(&names, ", ...");
			break;
		}
		strbuf_addf(&names, "%s%s", n > 1 ? ", " : "", text);
	}
	if (!n)
		return error_new(ERROR_INPUT, "%s: its BTF has no DATASEC at all", vars->elf->path);
	return error_new(ERROR_INPUT, "%s: its BTF has no DATASEC '%s', but %s", vars->elf->path,
			 name, strbuf_str(&names));
}

static int by_offset(const void *a, const void *b)
{
	const struct image_var *x = ((const struct layout_row *)a)->var;
	const struct image_var *y = ((const struct layout_row *)b)->var;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return image_name_compare(x->name, y->name);
}

static uint64_t align_of(const struct section_layout *layout, uint64_t offset)
{
	uint64_t address = layout->address + offset;
	uint64_t align = address & -address;

	if (layout->align && (!align || align > layout->align))
		return layout->align;
	return align;
}

/* Length of the longest folder, '/' included, that both paths are in, up to @len bytes. */
static size_t common_folder(const char *a, const char *b, size_t len)
{
	size_t folder = 0;

	for (size_t i = 0; i < len && a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			folder = i + 1;
	return folder;
}

/*
 * A kernel built apart from its source has absolute paths in its DWARF. The folder is that of all of
 * the file's variables: those of one section might well be in kernel/ alone.
 */
static char *find_source_root(const struct elf_image *elf, const struct dwarf_index *dwarf)
{
	const char *root = NULL;
	size_t len = MAX_PATH;

	for (size_t i = 0; dwarf && i < elf->nr_symbols; i++) {
		const struct dwarf_variable *found;

		if (!symbol_is_data(&elf->symbols[i]) || !elf->symbols[i].size ||
		    !dwarf_variables_at(dwarf, elf->symbols[i].value, &found) ||
		    found->unit[0] != '/')
			continue;
		len = common_folder(root ? root : found->unit, found->unit, len);
		root = found->unit;
	}
	/* "/" is no folder worth the words */
	return root && len > 1 ? xstrndup(root, len) : xstrdup("");
}

/* Several files may have a static variable of the name: the address tells which one it is. */
static const char *find_file(const struct dwarf_index *dwarf, const struct section_layout *layout,
			     const struct image_var *var)
{
	const struct dwarf_variable *found;
	const char *file = NULL, *root = layout->source_root;
	size_t n;

	if (!dwarf)
		return NULL;
	n = dwarf_variables_at(dwarf, layout->address + var->offset, &found);
	for (size_t i = 0; i < n; i++) {
		if (!*found[i].unit || image_name_compare(found[i].name, var->name) != 0)
			continue;
		file = found[i].unit;
		if (found[i].file_scope)
			break;
	}
	return file && str_starts(file, root) ? file + strlen(root) : file;
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* How many bytes of [start, end) symbols lay claim to. Calls must go from low to high. */
static uint64_t symbol_bytes(struct symbol_walk *walk, uint64_t start, uint64_t end)
{
	uint64_t bytes = 0, done = start;

	if (walk->end > done) {
		bytes = min(walk->end, end) - done;
		done += bytes;
	}
	for (; walk->next < walk->nr; walk->next++) {
		const struct elf_symbol *symbol = walk->symbols[walk->next];
		uint64_t offset = symbol_offset(symbol, walk->section), reach;

		/* outside its section: no place of it */
		if (symbol->value < walk->section->addr || !symbol_is_data(symbol))
			continue;
		if (offset >= end)
			break;
		if (__builtin_add_overflow(offset, symbol->size, &reach))
			reach = UINT64_MAX;
		walk->end = max(walk->end, reach);
		reach = min(reach, end);
		offset = max(offset, done);
		if (reach > offset) {
			bytes += reach - offset;
			done = reach;
		}
	}
	return bytes;
}

static void add_hole(struct section_layout *layout, uint64_t size, uint64_t symbols)
{
	layout->nr_holes += size != 0;
	layout->holes += size;
	layout->hole_symbols += symbols;
}

static void place_rows(struct section_layout *layout, struct symbol_walk *walk)
{
	uint64_t end = 0, symbols;

	vec_for_each(row, &layout->rows) {
		uint64_t offset = row->var->offset, row_end = offset + row->var->size;

		if (offset >= end) {
			row->hole = offset - end;
			row->hole_symbols = symbol_bytes(walk, end, offset);
			add_hole(layout, row->hole, row->hole_symbols);
		} else {
			row->overlap = end - offset;
			layout->nr_overlaps++;
		}
		if (row_end > end) {
			layout->used += row_end - max(offset, end);
			end = row_end;
		}
	}
	layout->size = max(layout->size, end);
	layout->tail = layout->size - end;
	symbols = symbol_bytes(walk, end, layout->size);
	add_hole(layout, layout->tail, symbols);
}

/* Says of two rows that both have bytes of one line, where they do. */
static void note_sharing(struct layout_row *before, uint64_t before_next, struct layout_row *row)
{
	if (before && before_next > row->line)
		before->shares_line = row->shares_line = true;
}

/*
 * Rows come by their first line, so that all lines from a row's first to the last one seen before it
 * are taken already: those are what it shares.
 */
static void count_lines(struct section_layout *layout)
{
	/* a line's number counts from the one the section starts in */
	uint64_t skew = layout->address % layout->line_size;
	/* lines below these are taken, and are counted as shared */
	uint64_t taken = 0, counted = 0;
	/* the row that reaches farthest so far */
	struct layout_row *farthest = NULL;

	vec_for_each(row, &layout->rows) {
		const struct image_var *var = row->var;

		row->line = (skew + var->offset) / layout->line_size;
		if (!var->size)
			continue;

		uint64_t first = row->line;
		uint64_t next = (skew + var->offset + var->size - 1) / layout->line_size + 1;
		uint64_t from = max(first, counted), to = min(next, taken);

		note_sharing(farthest, taken, row);
		if (to > from) {
			layout->shared_lines += to - from;
			counted = to;
		}
		if (next > taken) {
			layout->lines += next - max(first, taken);
			taken = next;
			farthest = row;
		}
		if (next - first > 1) {
			layout->straddling++;
			layout->straddling_small += var->size <= layout->line_size;
		}
	}
}

struct error *section_layout_make(const struct image_vars *vars, const char *name,
				  uint64_t line_size, const struct dwarf_index *dwarf,
				  struct section_layout *ret)
{
	const struct elf_section *section = elf_section_by_name(vars->elf, name);
	struct symbol_walk walk = { .section = section };
	struct section_layout layout = { .name = name, .line_size = line_size };
	bool found = false;

	vec_for_each(datasec, &vars->datasecs) {
		if (!str_eq(datasec->name, name))
			continue;
		found = true;
		layout.size = max(layout.size, datasec->size);
	}
	if (!found)
		return no_such_section(vars, name);
	if (section) {
		layout.address = section->addr;
		layout.align = section->align;
		layout.size = max(layout.size, section->size);
		walk.nr = elf_symbols_in_section(vars->elf, section->index, &walk.symbols);
	}
	layout.source_root = find_source_root(vars->elf, dwarf);
	vec_for_each(var, &vars->list)
		if (str_eq(var->section, name))
			vec_push(&layout.rows,
				 (struct layout_row){ .var = var,
						      .align = align_of(&layout, var->offset),
						      .file = find_file(dwarf, &layout, var) });
	if (layout.rows.len)
		qsort(layout.rows.data, layout.rows.len, sizeof(*layout.rows.data), by_offset);
	place_rows(&layout, &walk);
	count_lines(&layout);
	*ret = layout;
	return NULL;
}

void section_layout_release(struct section_layout *layout)
{
	vec_free(&layout->rows);
	free(layout->source_root);
	layout->source_root = NULL;
}
