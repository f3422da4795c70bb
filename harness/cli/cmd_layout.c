// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix layout: a section as its BTF lays it out. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/number_arg.h"
#include "core/cleanup.h"
#include "core/log.h"
#include "core/mem.h"
#include "layout/image_vars.h"
#include "layout/section_layout.h"
#include "verify/dwarf_index.h"
#include "verify/evidence.h"

typedef void (*print_fn)(FILE *out, const struct section_layout *layout);

struct arguments {
	const char *vmlinux, *module, *section;
	uint64_t line_size;
	print_fn print;
};

enum {
	OPT_VMLINUX = 0x6000,
	OPT_MODULE,
	OPT_SECTION,
	OPT_CACHE_LINE,
	OPT_FORMAT,
	DEFAULT_CACHE_LINE = 64,
	MAX_CACHE_LINE = 65536,
};

static void print_json(FILE *out, const struct section_layout *layout)
{
	json_t *root = section_layout_to_json(layout);

	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}

static const struct {
	const char *name;
	print_fn print;
} formats[] = {
	{ "text", section_layout_print_text },
	{ "json", print_json },
	{ "c", section_layout_print_c },
};

static void parse_format(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (str_eq(formats[i].name, arg)) {
			arguments->print = formats[i].print;
			return;
		}
	}
	argp_error(state, "--format: '%s' is none of text, json, c", arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case OPT_VMLINUX:
		arguments->vmlinux = arg;
		return 0;
	case OPT_MODULE:
		arguments->module = arg;
		return 0;
	case OPT_SECTION:
		arguments->section = arg;
		return 0;
	case OPT_CACHE_LINE:
		arguments->line_size = number_arg(state, "--cache-line", arg, 1, MAX_CACHE_LINE);
		return 0;
	case OPT_FORMAT:
		parse_format(arguments, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': files go with --vmlinux and --module", arg);
		return 0;
	case ARGP_KEY_END:
		if (!arguments->vmlinux)
			argp_error(state, "--vmlinux is needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "vmlinux", OPT_VMLINUX, "FILE", 0, "ELF with .BTF (needed)", 0 },
	{ "module", OPT_MODULE, "FILE", 0, "its vmlinux_btf_extra.ko", 0 },
	{ "section", OPT_SECTION, "NAME", 0, "which section (default: " PERCPU_SECTION ")", 0 },
	{ "cache-line", OPT_CACHE_LINE, "N", 0, "bytes of a cache line (default: 64)", 0 },
	{ "format", OPT_FORMAT, "text|json|c", 0, "how to print it (default: text)", 0 },
	{ 0 },
};

/* Files without DWARF have a layout too; then nothing is known of source files. */
static struct error *open_dwarf(const char *path, struct dwarf_index **ret)
{
	struct error *err = dwarf_index_open(path, ret);

	if (!err || err->kind != ERROR_INPUT)
		return err;
	log_warning("%s; source files are not told", err->message);
	error_free(err);
	return NULL;
}

int cmd_layout(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.doc = "Prints a section as BTF lays it out: its variables, the holes between "
		       "them, their types and source files, and how they share cache lines.",
	};
	struct arguments arguments = { .section = PERCPU_SECTION,
				       .line_size = DEFAULT_CACHE_LINE,
				       .print = section_layout_print_text };
	_cleanup_(section_layout_release) struct section_layout layout = { 0 };
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *dwarf = NULL;
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = image_vars_open(arguments.vmlinux, arguments.module, &vars);
	if (!err)
		err = open_dwarf(arguments.vmlinux, &dwarf);
	if (!err)
		err = section_layout_make(vars, arguments.section, arguments.line_size, dwarf,
					  &layout);
	if (err)
		return command_fail(err);
	image_vars_warn(vars);
	arguments.print(stdout, &layout);
	return STATUS_OK;
}
