// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix verify: verification of files from anywhere, and of running kernels. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/target_args.h"
#include "config/known.h"
#include "config/pahole_spec.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "verify/input_files.h"
#include "verify/print.h"
#include "verify/select.h"
#include "verify/verify.h"

enum verify_format {
	VERIFY_TEXT,
	VERIFY_JSON,
	VERIFY_JUNIT,
	VERIFY_KTAP,
};

struct arguments {
	const char *arch, *known, *checks;
	/* the version in "1.30-stock"; owned */
	char *pahole;
	struct verify_input input;
	struct target_args target;
	struct live live;
	VEC(const char *) modules;
	VEC(struct verify_sibling) siblings;
	size_t limit;
	enum verify_format format;
};

enum {
	OPT_VMLINUX = 0x5000,
	OPT_DEBUG,
	OPT_MODULE,
	OPT_EXTRA,
	OPT_BTF,
	OPT_BASE,
	OPT_SIBLING,
	OPT_CHECKS,
	OPT_FORMAT,
	OPT_PAHOLE,
	OPT_COMPILER,
	OPT_KNOWN,
	OPT_LIMIT,
	/* findings shown of each check unless --limit says otherwise */
	DEFAULT_LIMIT = 20,
};

static void print_text(const struct arguments *arguments, const struct verify_result *result)
{
	verify_print_text(stdout, result, arguments->limit);
}

static void print_json(const struct arguments *arguments, const struct verify_result *result)
{
	json_t *root = verify_to_json(result);

	(void)arguments;
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static void print_junit(const struct arguments *arguments, const struct verify_result *result)
{
	(void)arguments;
	verify_print_junit(stdout, result);
}

static void print_ktap(const struct arguments *arguments, const struct verify_result *result)
{
	(void)arguments;
	verify_print_ktap(stdout, result);
}

static const struct {
	const char *name;
	void (*print)(const struct arguments *arguments, const struct verify_result *result);
} formats[] = {
	[VERIFY_TEXT] = { "text", print_text },
	[VERIFY_JSON] = { "json", print_json },
	[VERIFY_JUNIT] = { "junit", print_junit },
	[VERIFY_KTAP] = { "ktap", print_ktap },
};

static void parse_format(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (str_eq(formats[i].name, arg)) {
			arguments->format = (enum verify_format)i;
			return;
		}
	}
	argp_error(state, "--format: '%s' is none of text, json, junit, ktap", arg);
}

static void parse_mode(struct verify_input *input, const char *arg, struct argp_state *state)
{
	if (!btf_mode_parse(arg, &input->mode))
		argp_error(state, "--mode: '%s' is none of y, m, n", arg);
	input->mode_unknown = false;
}

/* "n=vmlinux" */
static void parse_sibling(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	const char *equals = strchr(arg, '=');
	_cleanup_free_ char *mode = equals ? xstrndup(arg, (size_t)(equals - arg)) : NULL;
	struct verify_sibling sibling = { .vmlinux = equals ? equals + 1 : NULL };

	if (!mode || !btf_mode_parse(mode, &sibling.mode) || !*sibling.vmlinux)
		argp_error(state, "--sibling: '%s' is no mode and file, as n=FILE", arg);
	vec_push(&arguments->siblings, sibling);
}

static void parse_limit(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	char *end;
	unsigned long value = strtoul(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || value > 1000000)
		argp_error(state, "--limit: '%s' is no number from 0 to 1000000", arg);
	arguments->limit = value;
}

/* One value, once: a second one would silently win. */
static void set_once(const char **value, const char *option, char *arg, struct argp_state *state)
{
	if (*value)
		argp_error(state, "--%s is there twice: '%s' and '%s'", option, *value, arg);
	*value = arg;
}

static const char **find_string(struct arguments *arguments, int key)
{
	struct verify_input *input = &arguments->input;

	switch (key) {
	case 'a':
		return &arguments->arch;
	case 'k':
		return &input->kernel;
	case OPT_VMLINUX:
		return &input->vmlinux;
	case OPT_DEBUG:
		return &input->debug_file;
	case OPT_BTF:
		return &input->btf_file;
	case OPT_BASE:
		return &input->base_file;
	case OPT_CHECKS:
		return &arguments->checks;
	case OPT_PAHOLE:
		return &input->pahole_version;
	case OPT_COMPILER:
		return &input->compiler;
	case OPT_KNOWN:
		return &arguments->known;
	default:
		return NULL;
	}
}

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to verify:", 1 },
	{ "vmlinux", OPT_VMLINUX, "FILE", 0, "kernel: ELF with .BTF, symbols, DWARF", 1 },
	{ "debug", OPT_DEBUG, "FILE", 0,
	  "its separate debug file (default: looked for below /usr/lib/debug as gdb does)", 1 },
	{ "module", OPT_MODULE, "FILE", 0, "module with split BTF; any number of them", 1 },
	{ "extra-module", OPT_EXTRA, "FILE", OPTION_ALIAS, NULL, 1 },
	{ "btf", OPT_BTF, "FILE", 0,
	  "BTF without ELF, as in /sys/kernel/btf; with --vmlinux instead of that file's own", 1 },
	{ "base", OPT_BASE, "FILE", 0, "what the BTF of --btf was split from", 1 },
	{ "sibling", OPT_SIBLING, "MODE=FILE", 0,
	  "vmlinux of the same kernel in another mode, to compare with; any number of them", 1 },
	{ NULL, 0, NULL, 0, "What is known of it:", 2 },
	{ "arch", 'a', "NAME", 0,
	  "architecture, a file in arches/ (default: what the ELF files say)", 2 },
	{ "mode", 'm', "y|m|n", 0, "state of CONFIG_DEBUG_INFO_BTF_VARS (default: not held to any)",
	  2 },
	{ "kernel", 'k', "RELEASE", 0, "kernel it is of, e.g. 6.12, for known findings", 2 },
	{ "pahole-version", OPT_PAHOLE, "V", 0,
	  "pahole that made it, e.g. 1.30, or 1.30-stock where nothing was repaired, for known "
	  "findings",
	  2 },
	{ "compiler", OPT_COMPILER, "NAME-V", 0, "compiler, e.g. gcc-12.2.0, for known findings",
	  2 },
	{ "known", OPT_KNOWN, "FILE", 0, "known findings (default: configs/known.ini)", 2 },
	{ NULL, 0, NULL, 0, "What to do:", 3 },
	{ "checks", OPT_CHECKS, "list|IDS", 0,
	  "'list' prints all; else ids and patterns with commas between them, as percpu.* or "
	  "-*.linkage; a list that begins with + or - changes the default, which is all",
	  3 },
	{ "format", OPT_FORMAT, "text|json|junit|ktap", 0, "how to print it (default: text)", 3 },
	{ "limit", OPT_LIMIT, "N", 0, "print at most N findings of each check (20; 0: all)", 3 },
	{ 0 },
};

/* The option's name, for messages. */
static const char *option_name(int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].key == key)
			return options[i].name;
	return "?";
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	const char **string = find_string(arguments, key);

	if (string) {
		set_once(string, option_name(key), arg, state);
		return 0;
	}
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->target;
		return 0;
	case 'm':
		parse_mode(&arguments->input, arg, state);
		return 0;
	case OPT_MODULE:
	case OPT_EXTRA:
		vec_push(&arguments->modules, arg);
		return 0;
	case OPT_SIBLING:
		parse_sibling(arguments, arg, state);
		return 0;
	case OPT_FORMAT:
		parse_format(arguments, arg, state);
		return 0;
	case OPT_LIMIT:
		parse_limit(arguments, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': files go with --vmlinux, --module and --btf", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct error *load_arch(const char *name, struct arch **ret)
{
	_cleanup_free_ char *path = NULL;
	struct error *err = project_path(&path, "arches/%s.ini", name);

	return err ? err : arch_load(path, ret);
}

static struct error *apply_known(const struct arguments *arguments, struct verify_result *result)
{
	_cleanup_(known_cleanup) struct known *known = NULL;
	_cleanup_free_ char *path = NULL;
	struct error *err = NULL;

	if (!arguments->known)
		err = project_path(&path, "configs/known.ini");
	if (!err)
		err = known_load(arguments->known ? arguments->known : path, &known);
	if (!err)
		known_apply(known, &arguments->input, result);
	return err;
}

/* Of a kernel of which nothing is said nobody knows that it was to have BTF. */
static struct error *demand_btf(const struct verify_input *input,
				const struct verify_result *result)
{
	if (!input->mode_unknown)
		return NULL;
	vec_for_each(image, &result->images)
		if (image->lacks_btf)
			return error_new(
				ERROR_INPUT,
				"%s has no .BTF, so there is nothing to verify: it was "
				"built without CONFIG_DEBUG_INFO_BTF, or stripped of it; %s",
				image->name,
				image == result->images.data ? "give another, or its BTF with --btf"
							     : "leave it out");
	return NULL;
}

static struct error *verify(struct arguments *arguments, struct verify_result *result)
{
	_cleanup_(arch_cleanup) struct arch *arch = NULL;
	struct verify_input *input = &arguments->input;
	_cleanup_free_ bool *selected = NULL;
	struct error *err = NULL;

	if (arguments->checks)
		err = select_checks(arguments->checks, &selected);
	if (!err)
		err = choose_target(arguments->target.target, &arguments->target.board,
				    &arguments->target.chosen);
	if (!err && !arguments->arch)
		arguments->arch = arguments->target.chosen.arch;
	if (!err && arguments->arch)
		err = load_arch(arguments->arch, &arch);
	input->selected = selected;
	input->arch = arch;
	if (!err && arguments->target.target)
		err = live_probe(&arguments->target, input, &arguments->live);
	if (!err)
		err = input_files_check(input);
	if (!err)
		err = verify_cell(input, result);
	if (!err)
		err = demand_btf(input, result);
	if (!err)
		err = apply_known(arguments, result);
	input->selected = NULL;
	input->arch = NULL;
	return err;
}

/* A module that is loaded is verified too. */
static void add_loaded_module(struct arguments *arguments)
{
	const char *loaded = arguments->target.load_module;

	if (!loaded)
		return;
	vec_for_each(module, &arguments->modules)
		if (str_eq(*module, loaded))
			return;
	vec_push(&arguments->modules, loaded);
}

/* "1.30-stock", as a cell's name has it: nothing that this pahole wrote was repaired. */
static void take_pahole(struct arguments *arguments)
{
	struct verify_input *input = &arguments->input;
	_cleanup_(pahole_spec_cleanup) struct pahole_spec *spec =
		input->pahole_version ? pahole_spec_parse(input->pahole_version) : NULL;

	if (spec && spec->which && spec->stock) {
		arguments->pahole = xstrdup(spec->which);
		input->pahole_version = arguments->pahole;
		input->pahole.repaired = FACT_NO;
	}
	input->pahole.version = input->pahole_version;
}

int cmd_verify(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &target_argp, 0, "A running kernel:", 4 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.children = children,
		.doc = "Verifies the BTF of a kernel and of its modules, or BTF by itself, against "
		       "their symbols and DWARF, and with --target against a running kernel. Any "
		       "kernel will do. What lacks a witness is skipped and says so.\v"
		       "Exit status: 0 nothing found but what is known, 1 findings, 2 could not be "
		       "done.",
	};
	struct arguments arguments = { .limit = DEFAULT_LIMIT, .input.mode_unknown = true };
	_cleanup_(verify_result_release) struct verify_result result = { 0 };
	struct error *err;

	mem_prefer_large_pages();
	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	if (arguments.checks && str_eq(arguments.checks, "list")) {
		checks_print_text(stdout);
		return STATUS_OK;
	}
	add_loaded_module(&arguments);
	arguments.input.modules = arguments.modules.data;
	arguments.input.nr_modules = arguments.modules.len;
	arguments.input.siblings = arguments.siblings.data;
	arguments.input.nr_siblings = arguments.siblings.len;
	take_pahole(&arguments);
	err = verify(&arguments, &result);
	vec_free(&arguments.modules);
	vec_free(&arguments.siblings);
	live_release(&arguments.live);
	chosen_target_release(&arguments.target.chosen);
	free(arguments.pahole);
	if (err)
		return command_fail(err);
	formats[arguments.format].print(&arguments, &result);
	return verify_count_new(&result) ? STATUS_FINDINGS : STATUS_OK;
}
