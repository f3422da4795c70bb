// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix encode: BTF of global variables for a kernel whose pahole does not make it. */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_embed.h"
#include "cli/command.h"
#include "cli/format_args.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "encode/encode.h"

struct arguments {
	struct encode_input input;
	/* NULL: the default of the mode */
	const char *output;
	bool embed;
	enum output_format format;
};

enum {
	OPT_BASE = 0x7000,
	OPT_EMBED,
	OPT_WIDE_VLEN,
};

static const struct {
	const char *name, *output;
	enum encode_mode mode;
} modes[] = {
	{ "m", "vmlinux_btf_extra.btf", ENCODE_SPLIT },
	{ "y", "vmlinux.btf", ENCODE_MERGED },
};

static void parse_mode(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (!str_eq(modes[i].name, arg))
			continue;
		arguments->input.mode = modes[i].mode;
		return;
	}
	argp_error(state, "--mode: '%s' is none of m, y", arg);
}

static void check_complete(struct arguments *arguments, struct argp_state *state)
{
	if (!arguments->input.vmlinux)
		argp_error(state, "which vmlinux to encode must be given");
	if (arguments->embed && !arguments->output)
		argp_error(state, "--embed: the ELF file that gets the BTF goes with -o");
	if (!arguments->output)
		for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
			if (modes[i].mode == arguments->input.mode)
				arguments->output = modes[i].output;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->format;
		return 0;
	case 'm':
		parse_mode(arguments, arg, state);
		return 0;
	case 'o':
		arguments->output = arg;
		return 0;
	case OPT_BASE:
		arguments->input.base = arg;
		return 0;
	case OPT_EMBED:
		arguments->embed = true;
		return 0;
	case OPT_WIDE_VLEN:
		arguments->input.wide_vlen = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->input.vmlinux)
			argp_error(state, "'%s': one vmlinux at a time", arg);
		arguments->input.vmlinux = arg;
		return 0;
	case ARGP_KEY_END:
		check_complete(arguments, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "mode", 'm', "m|y", 0,
	  "m (default): split BTF, as vmlinux_btf_extra.ko has it; y: all in one", 0 },
	{ "output", 'o', "FILE", 0,
	  "where to put it (default: vmlinux_btf_extra.btf, vmlinux.btf in mode y; -: standard "
	  "output)",
	  0 },
	{ "base", OPT_BASE, "FILE", 0, "ELF file or raw BTF that has the types (default: VMLINUX)",
	  0 },
	{ "embed", OPT_EMBED, NULL, 0, "FILE is an ELF file that gets it as its .BTF", 0 },
	{ "wide-vlen", OPT_WIDE_VLEN, NULL, 0,
	  "more than 65535 variables in a section: for readers of Linux 7 and newer", 0 },
	{ 0 },
};

static struct error *write_output(const struct arguments *arguments,
				  const struct encode_result *result)
{
	if (arguments->embed)
		return btf_embed(arguments->output, result->blob, result->len);
	return file_write_output(arguments->output, result->blob, result->len, 0666);
}

static size_t count_reason(const struct encode_result *result, size_t first)
{
	size_t n = 0;

	for (size_t i = 0; i < result->absences.len; i++) {
		if (!str_eq(result->absences.data[i].reason, result->absences.data[first].reason))
			continue;
		/* it was counted with the first one */
		if (i < first)
			return 0;
		n++;
	}
	return n;
}

static void print_text(FILE *out, const struct arguments *arguments,
		       const struct encode_result *result)
{
	fprintf(out, "%s: %zu bytes, %zu variables", arguments->output, result->len,
		result->nr_variables);
	if (result->nr_new_types)
		fprintf(out, ", %zu types that the base lacks", result->nr_new_types);
	fputc('\n', out);
	vec_for_each(section, &result->sections) {
		if (section->nr_in_base)
			fprintf(out, "  %6zu %s, in the base\n", section->nr_in_base,
				section->name);
		if (section->nr_variables)
			fprintf(out, "  %6zu %s\n", section->nr_variables, section->name);
	}
	if (result->absences.len)
		fprintf(out, "left out:\n");
	for (size_t i = 0; i < result->absences.len; i++) {
		size_t n = count_reason(result, i);

		if (n)
			fprintf(out, "  %6zu %s: %s\n", n, result->absences.data[i].reason,
				result->absences.data[i].text);
	}
}

static void print_json(FILE *out, const struct arguments *arguments,
		       const struct encode_result *result)
{
	json_t *root = json_object(), *sections = json_array(), *absences = json_array();

	vec_for_each(section, &result->sections) {
		json_t *one = json_object();

		json_object_set_new(one, "section", json_text(section->name));
		json_object_set_new(one, "variables",
				    json_integer((json_int_t)section->nr_variables));
		json_object_set_new(one, "in_base", json_integer((json_int_t)section->nr_in_base));
		json_array_append_new(sections, one);
	}
	vec_for_each(absence, &result->absences) {
		json_t *one = json_object();

		json_object_set_new(one, "name", json_text(absence->name));
		json_object_set_new(one, "section", json_text(absence->section));
		json_object_set_new(one, "reason", json_string(absence->reason));
		if (absence->detail)
			json_object_set_new(one, "detail", json_string(absence->detail));
		json_array_append_new(absences, one);
	}
	json_object_set_new(root, "file", json_text(arguments->output));
	json_object_set_new(root, "bytes", json_integer((json_int_t)result->len));
	json_object_set_new(root, "variables", json_integer((json_int_t)result->nr_variables));
	json_object_set_new(root, "new_types", json_integer((json_int_t)result->nr_new_types));
	json_object_set_new(root, "sections", sections);
	json_object_set_new(root, "left_out", absences);
	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}

static void warn(const struct arguments *arguments, const struct encode_result *result)
{
	if (arguments->input.mode == ENCODE_SPLIT && result->nr_percpu_missing)
		log_warning("%s: its BTF lacks %zu per-CPU variables, which split BTF leaves to it",
			    arguments->input.base ?: arguments->input.vmlinux,
			    result->nr_percpu_missing);
	vec_for_each(absence, &result->absences)
		if (absence->detail)
			log_warning("%s in %s is left out: its type has %s", absence->name,
				    absence->section, absence->detail);
}

int cmd_encode(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &format_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.children = children,
		.args_doc = "VMLINUX",
		.doc = "Encodes the global variables of a linked kernel as BTF, from its DWARF, "
		       "its symbols and the BTF it has, whatever pahole made that.\v"
		       "Split BTF belongs to the base it was made on: give it with "
		       "`bpftool -B VMLINUX btf dump file FILE`.",
	};
	struct arguments arguments = { .input.mode = ENCODE_SPLIT };
	_cleanup_(encode_result_release) struct encode_result result = { 0 };
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = encode_variables(&arguments.input, &result);
	if (!err)
		err = write_output(&arguments, &result);
	if (err)
		return command_fail(err);
	warn(&arguments, &result);

	/* the BTF itself may be what goes to standard output */
	FILE *out = str_eq(arguments.output, "-") ? stderr : stdout;
	if (arguments.format == FORMAT_JSON)
		print_json(out, &arguments, &result);
	else
		print_text(out, &arguments, &result);
	return STATUS_OK;
}
