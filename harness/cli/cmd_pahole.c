// SPDX-License-Identifier: GPL-2.0-only
/*
 * btfmatrix pahole: what kbuild calls as PAHOLE=. It takes pahole's own command line, runs the real
 * pahole, repairs the BTF that made, and puts it where kbuild looks for it.
 */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build/pahole_tool.h"
#include "cli/command.h"
#include "cli/pahole_args.h"
#include "cli/pahole_child.h"
#include "cli/pahole_encode.h"
#include "core/cleanup.h"
#include "core/log.h"

/* Becomes pahole: there is no BTF to repair. */
static struct error *exec_pahole(struct pahole_request *request)
{
	VEC(char *) argv = { 0 };

	vec_push(&argv, (char *)request->real);
	for (char **arg = request->pahole_argv; *arg; arg++)
		if (!str_eq(*arg, PAHOLE_ALL_VARS_OPTION) || request->stock)
			vec_push(&argv, *arg);
	vec_push(&argv, NULL);
	signal(SIGPIPE, SIG_DFL);
	execvp(request->real, argv.data);

	struct error *err = error_errno(errno, "cannot run %s", request->real);
	vec_free(&argv);
	return err;
}

/* The kernel's build asks this before it gives --btf_features=+global_var. */
static struct error *print_features(const struct pahole_request *request)
{
	_cleanup_free_ char *features = NULL;
	struct error *err = pahole_child_features(request->real, &features);
	bool has_it = false;
	_cleanup_free_ char *others = NULL;

	if (err)
		return err;
	others = pahole_features_without_all_vars(features, &has_it);
	if (has_it)
		puts(features);
	else
		printf("%s%s" PAHOLE_ALL_VARS_FEATURE "\n", features, *features ? "," : "");
	return NULL;
}

/* Leaves the variables to pahole where it has global_var, and to our encoder where it has not. */
static struct error *choose_encoder(struct pahole_request *request)
{
	static const char option[] = "--btf_features=+" PAHOLE_ALL_VARS_FEATURE;
	struct pahole_args *args = &request->args;
	_cleanup_free_ char *version = NULL;
	unsigned int number;

	if (!args->all_vars)
		request->encode = false;
	if (!args->all_vars || request->encode)
		return NULL;

	struct error *err = pahole_child_version(request->real, &version, &number);
	/* what has no version is no old pahole */
	if (err && err->kind == ERROR_CHILD) {
		error_free(err);
		return NULL;
	}
	if (err)
		return err;
	request->encode = number < PAHOLE_WITH_GLOBAL_VAR;
	if (args->all_vars_option)
		args->rest.data[args->all_vars_place] = option;
	return NULL;
}

static struct error *run(struct pahole_request *request, int *status_ret)
{
	const struct pahole_args *args = &request->args;
	struct error *err;

	if (args->ask_features && !request->stock)
		return print_features(request);
	/* an odd command line is pahole's to complain about */
	if (!args->encode || !args->file)
		return exec_pahole(request);
	if (args->distilled_base && !request->stock)
		log_warning("%s: BTF with a distilled base is not repaired", args->file);
	if (request->stock || args->distilled_base)
		return pahole_encode_unrepaired(request, status_ret);
	err = choose_encoder(request);
	return err ? err : pahole_encode(request, status_ret);
}

enum {
	OPT_REAL = 0x6000,
	OPT_STOCK,
	OPT_ENCODE,
	OPT_REPORT,
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct pahole_request *request = state->input;

	switch (key) {
	case OPT_REAL:
		request->real = arg;
		return 0;
	case OPT_STOCK:
		request->stock = true;
		return 0;
	case OPT_ENCODE:
		request->encode = true;
		return 0;
	case OPT_REPORT:
		request->report = arg;
		return 0;
	case ARGP_KEY_ARGS:
		/* main()'s argv, so there is a NULL at its end */
		request->pahole_argv = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (!request->real)
			argp_error(state, "--real: which pahole to run must be given");
		if (request->stock && request->encode)
			argp_error(state, "--stock and --encode: one of them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_pahole(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "real", OPT_REAL, "PROGRAM", 0, "the pahole to run", 0 },
		{ "stock", OPT_STOCK, NULL, 0, "repair nothing", 0 },
		{ "encode", OPT_ENCODE, NULL, 0,
		  "have btfmatrix encode all variables also where pahole can (since 1.28)", 0 },
		{ "report", OPT_REPORT, "FILE", 0,
		  "where to list the repairs as JSON (default: IMAGE.btf-repairs.json in "
		  "$BTFMATRIX_PAHOLE_REPORT_DIR, or nowhere)",
		  0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "-- PAHOLE-ARGUMENT...",
		.doc = "Runs pahole as kbuild does, and repairs the BTF it makes where the ELF "
		       "file proves it wrong. --btf_features=+global_var, and "
		       "--encode_all_btf_vars, are there with every pahole: btfmatrix encodes "
		       "the variables where pahole cannot. Exits as pahole does.",
	};
	static char *no_arguments[] = { NULL };
	struct pahole_request request = { .pahole_argv = no_arguments };
	int status = STATUS_OK;

	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &request))
		return STATUS_ERROR;

	pahole_args_parse(&request.args, request.pahole_argv);
	struct error *err = run(&request, &status);
	pahole_args_release(&request.args);
	return err ? command_fail(err) : status;
}
