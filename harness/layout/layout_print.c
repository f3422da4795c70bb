// SPDX-License-Identifier: GPL-2.0-only
/* A struct section_layout for people and for machines. */
#include <inttypes.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_text.h"
#include "layout/section_layout.h"

/* "0xHEX", or "-" for a row of a section nobody knows the address of. */
static void format_align(char *buf, size_t size, uint64_t align)
{
	if (align)
		snprintf(buf, size, "%" PRIu64, align);
	else
		snprintf(buf, size, "-");
}

/* The size of the hole; '*' if symbols have some of it, "!N" for an overlap by N bytes. */
static void format_hole(char *buf, size_t size, const struct layout_row *row)
{
	if (row->overlap)
		snprintf(buf, size, "!%" PRIu64, row->overlap);
	else if (row->hole)
		snprintf(buf, size, "%" PRIu64 "%s", row->hole, row->hole_symbols ? "*" : "");
	else
		snprintf(buf, size, "-");
}

/* The cache line it begins in; '+' if it is not alone in its lines. */
static void format_line(char *buf, size_t size, const struct layout_row *row)
{
	snprintf(buf, size, "%" PRIu64 "%s", row->line, row->shares_line ? "+" : "");
}

static char *row_type(const struct layout_row *row)
{
	_cleanup_free_ char *type = btf_type_describe(row->var->btf, row->var->type);

	return image_printable(type);
}

static void print_totals(FILE *out, const struct section_layout *layout, const char *indent)
{
	fprintf(out, "%s%zu variables, %" PRIu64 " of %" PRIu64 " bytes\n", indent,
		layout->rows.len, layout->used, layout->size);
	fprintf(out,
		"%s%" PRIu64 " bytes in %zu holes, %" PRIu64 " of them of symbols without a "
		"variable; %" PRIu64 " behind the last one\n",
		indent, layout->holes, layout->nr_holes, layout->hole_symbols, layout->tail);
	fprintf(out,
		"%s%" PRIu64 " cache lines of %" PRIu64 " bytes in use, %" PRIu64
		" shared by several variables\n",
		indent, layout->lines, layout->line_size, layout->shared_lines);
	fprintf(out, "%s%zu variables lie in more than one line; %zu of them would fit in one\n",
		indent, layout->straddling, layout->straddling_small);
	if (layout->nr_overlaps)
		fprintf(out, "%s%zu variables overlap what is before them\n", indent,
			layout->nr_overlaps);
}

void section_layout_print_text(FILE *out, const struct section_layout *layout)
{
	_cleanup_free_ char *section = image_printable(layout->name);
	_cleanup_free_ char *root = image_printable(layout->source_root);

	fprintf(out, "%s: address 0x%" PRIx64 ", size 0x%" PRIx64 ", alignment %" PRIu64 "\n",
		section, layout->address, layout->size, layout->align);
	if (*root)
		fprintf(out, "Files are below %s\n", root);
	fputc('\n', out);
	fprintf(out, "%8s %8s %6s %6s %7s  %-36s %-36s %s\n", "offset", "size", "align", "line",
		"hole", "type", "name", "file");
	vec_for_each(row, &layout->rows) {
		_cleanup_free_ char *name = image_printable(row->var->name);
		_cleanup_free_ char *file = image_printable(row->file ? row->file : "-");
		_cleanup_free_ char *type = row_type(row);
		char align[32], hole[32], line[32];

		format_align(align, sizeof(align), row->align);
		format_hole(hole, sizeof(hole), row);
		format_line(line, sizeof(line), row);
		fprintf(out, "%8" PRIx32 " %8" PRIu32 " %6s %6s %7s  %-36s %-36s %s\n",
			row->var->offset, row->var->size, align, line, hole, type, name, file);
	}
	fputs("\nOffsets are hexadecimal. A hole is before its variable: * there are symbols in it "
	      "that\nhave no variable; !N the variable overlaps what is before it by N bytes. A "
	      "line is the\n"
	      "cache line it begins in: + others are in its lines too.\n\n",
	      out);
	print_totals(out, layout, "");
}

/* What names the struct: the section, with '_' for what C does not allow in a name. */
static char *tag_of(const char *section)
{
	char *tag = image_printable(section + strspn(section, "."));

	for (char *p = tag; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *p))
			*p = '_';
	return tag;
}

/* What a file claims must not end the comment it is in. */
static void defuse_comment(char *text)
{
	for (char *p = strstr(text, "*/"); p; p = strstr(p, "*/"))
		*p = '?';
}

static void print_padding(FILE *out, uint64_t size, uint64_t symbols, unsigned int *nr)
{
	if (!size)
		return;
	fprintf(out, "\tunsigned char __hole%u[%" PRIu64 "];", (*nr)++, size);
	if (symbols)
		fprintf(out, " /* %" PRIu64 " of symbols without a variable */", symbols);
	fputc('\n', out);
}

void section_layout_print_c(FILE *out, const struct section_layout *layout)
{
	_cleanup_free_ char *section = image_printable(layout->name);
	_cleanup_free_ char *tag = tag_of(layout->name);
	unsigned int nr_holes = 0;

	defuse_comment(section);
	fprintf(out, "/*\n * %s, address 0x%" PRIx64 "\n", section, layout->address);
	print_totals(out, layout, " * ");
	fprintf(out, " */\nstruct %s {\n", *tag ? tag : "section");
	vec_for_each(row, &layout->rows) {
		_cleanup_free_ char *raw =
			btf_type_declare(row->var->btf, row->var->type, row->var->name);
		_cleanup_free_ char *member = image_printable(raw);
		_cleanup_free_ char *file = image_printable(row->file ? row->file : "");

		print_padding(out, row->hole, row->hole_symbols, &nr_holes);
		defuse_comment(file);
		fprintf(out, "\t%s; /* 0x%" PRIx32 ": %" PRIu32 "%s%s", member, row->var->offset,
			row->var->size, *file ? ", " : "", file);
		if (row->overlap)
			fprintf(out, "; overlaps what is before it by %" PRIu64, row->overlap);
		fputs(" */\n", out);
	}
	/* the last hole's symbols are what no row has */
	uint64_t symbols = layout->hole_symbols;

	vec_for_each(row, &layout->rows)
		symbols -= row->hole_symbols;
	print_padding(out, layout->tail, symbols, &nr_holes);
	fputs("};\n", out);
}

static const char *linkage_name(uint32_t linkage)
{
	static const char *const names[] = {
		[BTF_VAR_STATIC] = "static",
		[BTF_VAR_GLOBAL_ALLOCATED] = "global",
		[BTF_VAR_GLOBAL_EXTERN] = "extern",
	};

	return linkage < ARRAY_SIZE(names) ? names[linkage] : "unknown";
}

/* JSON integers are signed here; a section larger than that is a damaged file's claim. */
static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *row_to_json(const struct layout_row *row)
{
	_cleanup_free_ char *type = btf_type_describe(row->var->btf, row->var->type);
	json_t *object = json_object();

	json_object_set_new(object, "name", json_text(row->var->name));
	json_object_set_new(object, "type", json_text(type));
	json_object_set_new(object, "offset", number(row->var->offset));
	json_object_set_new(object, "size", number(row->var->size));
	json_object_set_new(object, "alignment", number(row->align));
	json_object_set_new(object, "cache_line", number(row->line));
	json_object_set_new(object, "shares_cache_line", json_boolean(row->shares_line));
	json_object_set_new(object, "hole", number(row->hole));
	json_object_set_new(object, "hole_symbols", number(row->hole_symbols));
	json_object_set_new(object, "overlap", number(row->overlap));
	json_object_set_new(object, "linkage", json_string(linkage_name(row->var->linkage)));
	json_object_set_new(object, "file", json_text(row->file));
	return object;
}

json_t *section_layout_to_json(const struct section_layout *layout)
{
	_cleanup_free_ char *address = xasprintf("0x%" PRIx64, layout->address);
	json_t *root = json_object(), *rows = json_array(), *totals = json_object();
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "variables", layout->rows.len },
		{ "used_bytes", layout->used },
		{ "holes", layout->nr_holes },
		{ "hole_bytes", layout->holes },
		{ "hole_symbol_bytes", layout->hole_symbols },
		{ "tail_bytes", layout->tail },
		{ "overlaps", layout->nr_overlaps },
		{ "cache_line_size", layout->line_size },
		{ "cache_lines", layout->lines },
		{ "cache_lines_shared", layout->shared_lines },
		{ "straddling", layout->straddling },
		{ "straddling_small", layout->straddling_small },
	};

	vec_for_each(row, &layout->rows)
		json_array_append_new(rows, row_to_json(row));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		json_object_set_new(totals, numbers[i].name, number(numbers[i].value));
	json_object_set_new(root, "section", json_text(layout->name));
	/* an address may be larger than what JSON readers take for a number */
	json_object_set_new(root, "address", json_text(address));
	json_object_set_new(root, "source_root", json_text(layout->source_root));
	json_object_set_new(root, "alignment", number(layout->align));
	json_object_set_new(root, "size", number(layout->size));
	json_object_set_new(root, "totals", totals);
	json_object_set_new(root, "variables", rows);
	return root;
}
