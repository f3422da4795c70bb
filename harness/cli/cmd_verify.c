// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix verify: static verification of files from anywhere. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/format_args.h"
#include "config/known.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "verify/print.h"
#include "verify/verify.h"

struct arguments {
	const char *arch;
	const char *known;
	struct verify_input input;
	bool has_mode;
	size_t limit;
	enum output_format format;
};

enum {
	OPT_VMLINUX = 0x5000,
	OPT_EXTRA,
	OPT_PAHOLE,
	OPT_COMPILER,
	OPT_KNOWN,
	OPT_LIMIT,
	/* findings shown of each check unless --limit says otherwise */
	DEFAULT_LIMIT = 20,
};

static void parse_limit(struct arguments *arguments, const char *arg, struct argp_state *state)
{
	char *end;
	unsigned long value = strtoul(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || value > 1000000)
		argp_error(state, "--limit: '%s' is no number from 0 to 1000000", arg);
	arguments->limit = value;
}

static void check_complete(const struct arguments *arguments, struct argp_state *state)
{
	if (!arguments->arch || !arguments->has_mode || !arguments->input.vmlinux)
		argp_error(state, "--arch, --mode and --vmlinux are needed");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct verify_input *input = &arguments->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->format;
		return 0;
	case 'a':
		arguments->arch = arg;
		return 0;
	case 'm':
		if (!btf_mode_parse(arg, &input->mode))
			argp_error(state, "--mode: '%s' is none of y, m, n", arg);
		arguments->has_mode = true;
		return 0;
	case 'k':
		input->kernel = arg;
		return 0;
	case OPT_VMLINUX:
		input->vmlinux = arg;
		return 0;
	case OPT_EXTRA:
		input->extra_module = arg;
		return 0;
	case OPT_PAHOLE:
		input->pahole_version = arg;
		return 0;
	case OPT_COMPILER:
		input->compiler = arg;
		return 0;
	case OPT_KNOWN:
		arguments->known = arg;
		return 0;
	case OPT_LIMIT:
		parse_limit(arguments, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': files go with --vmlinux and --extra-module", arg);
		return 0;
	case ARGP_KEY_END:
		check_complete(arguments, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "arch", 'a', "NAME", 0, "architecture: a file in arches/ (needed)", 0 },
	{ "mode", 'm', "y|m|n", 0, "state of CONFIG_DEBUG_INFO_BTF_VARS (needed)", 0 },
	{ "vmlinux", OPT_VMLINUX, "FILE", 0, "ELF with .BTF and DWARF (needed)", 0 },
	{ "extra-module", OPT_EXTRA, "FILE", 0, "vmlinux_btf_extra.ko of mode m", 0 },
	{ "kernel", 'k', "RELEASE", 0, "kernel it is of, for known findings (default: 6.12)", 0 },
	{ "pahole-version", OPT_PAHOLE, "V", 0, "pahole that made it, for known findings", 0 },
	{ "compiler", OPT_COMPILER, "NAME-V", 0, "compiler, e.g. gcc-12.2.0, for known findings",
	  0 },
	{ "known", OPT_KNOWN, "FILE", 0, "known findings (default: configs/known.ini)", 0 },
	{ "limit", OPT_LIMIT, "N", 0, "print at most N findings of each check (20; 0: all)", 0 },
	{ 0 },
};

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

static void print(const struct arguments *arguments, const struct verify_result *result)
{
	json_t *root;

	if (arguments->format == FORMAT_TEXT) {
		verify_print_text(stdout, result, arguments->limit);
		return;
	}
	root = verify_to_json(result);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

int cmd_verify(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &format_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.children = children,
		.doc = "Verifies the BTF of a vmlinux, and of vmlinux_btf_extra.ko where there is "
		       "one, against vmlinux's symbols and DWARF. Nothing is booted.\v"
		       "Exit status: 0 nothing found but what is known, 1 findings, 2 could not be "
		       "done.",
	};
	struct arguments arguments = { .limit = DEFAULT_LIMIT, .input.kernel = "6.12" };
	_cleanup_(verify_result_release) struct verify_result result = { 0 };
	_cleanup_(arch_cleanup) struct arch *arch = NULL;
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	err = load_arch(arguments.arch, &arch);
	arguments.input.arch = arch;
	if (!err)
		err = verify_cell(&arguments.input, &result);
	if (!err)
		err = apply_known(&arguments, &result);
	if (err)
		return command_fail(err);
	print(&arguments, &result);
	return verify_count_new(&result) ? STATUS_FINDINGS : STATUS_OK;
}
