// SPDX-License-Identifier: GPL-2.0-only
#include "cli/target_args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/project.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"

enum {
	OPT_TARGET = 0x6000,
	OPT_IMAGE,
	OPT_LOAD_MODULE,
	OPT_PROBE,
	OPT_DEADLINE,
	DEADLINE_MAX = 86400,
};

static const struct argp_option options[] = {
	{ "target", OPT_TARGET, "TARGET", 0,
	  "running kernel to check too: 'local', 'ssh:HOST', 'qemu' for a guest or "
	  "'console:DEVICE' for a board that boots --image, or a name that `btfmatrix target` "
	  "knows",
	  0 },
	{ "image", OPT_IMAGE, "FILE", 0,
	  "kernel image that a guest or a board boots; it needs --arch", 0 },
	{ "load-module", OPT_LOAD_MODULE, "FILE", 0,
	  "load this vmlinux_btf_extra.ko there, and remove it again", 0 },
	{ "probe", OPT_PROBE, "FILE", 0, "static probe for the target (default: built here)", 0 },
	{ "deadline", OPT_DEADLINE, "SECONDS", 0,
	  "how long the probe may take (default: 300, or "
	  "what the architecture has for a guest)",
	  0 },
	{ 0 },
};

static void parse_deadline(struct target_args *args, const char *arg, struct argp_state *state)
{
	char *end;

	args->deadline_s = strtod(arg, &end);
	if (end == arg || *end || !(args->deadline_s > 0) || args->deadline_s > DEADLINE_MAX)
		argp_error(state, "--deadline: '%s' is no number of seconds up to %d", arg,
			   DEADLINE_MAX);
}

static void check_target(const struct target_args *args, struct argp_state *state)
{
	if (!args->target &&
	    (args->image || args->load_module || args->probe || args->deadline_s > 0))
		argp_error(state,
			   "--image, --load-module, --probe and --deadline go with --target");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct target_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->board;
		return 0;
	case OPT_TARGET:
		args->target = arg;
		return 0;
	case OPT_IMAGE:
		args->image = arg;
		return 0;
	case OPT_LOAD_MODULE:
		args->load_module = arg;
		return 0;
	case OPT_PROBE:
		args->probe = arg;
		return 0;
	case OPT_DEADLINE:
		parse_deadline(args, arg, state);
		return 0;
	case ARGP_KEY_END:
		check_target(args, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &board_argp, 0, BOARD_ARGS_TITLE, 0 },
	{ 0 },
};

const struct argp target_argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
};

static struct error *make_work_dir(struct live *live)
{
	const char *tmp = getenv("TMPDIR");

	live->work_dir = xasprintf("%s/btfmatrix-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (mkdtemp(live->work_dir))
		return NULL;
	free(live->work_dir);
	live->work_dir = NULL;
	return error_errno(errno, "cannot make a folder for temporary files (TMPDIR moves it)");
}

struct error *live_probe(const struct target_args *args, struct verify_input *input,
			 struct live *live)
{
	_cleanup_free_ char *path = NULL;
	const struct chosen_target *chosen = &args->chosen;
	struct target_request request = {
		.target = chosen->target,
		.arch = input->arch,
		.vmlinux = input->vmlinux,
		.btf_file = input->btf_file,
		.image = args->image,
		.module = args->load_module,
		.probe = args->probe,
		.deadline_s = args->deadline_s > 0 ? args->deadline_s : chosen->deadline_s,
		.board = chosen->board.device ? &chosen->board : NULL,
	};
	struct error *err = project_path(&path, "configs/values.ini");

	*live = (struct live){ 0 };
	if (!err)
		err = values_load(path, &live->values);
	if (!err)
		err = make_work_dir(live);
	if (err)
		return err;
	request.values = live->values;
	request.work_dir = live->work_dir;
	err = target_probe(&request, &live->result);
	if (err) {
		/* a log that the message names stays */
		if (strstr(err->message, live->work_dir)) {
			free(live->work_dir);
			live->work_dir = NULL;
		}
		return err;
	}
	input->guest = live->result.report;
	input->values = live->values;
	if (!input->arch)
		input->arch = live->result.arch;
	if (!input->vmlinux)
		input->vmlinux = live->result.vmlinux;
	if (!input->btf_file)
		input->btf_file = live->result.btf_file;
	return NULL;
}

void live_release(struct live *live)
{
	if (live->work_dir) {
		_cleanup_error_ struct error *err = tree_remove(live->work_dir);

		if (err)
			log_warning("%s", err->message);
	}
	target_result_release(&live->result);
	values_free(live->values);
	free(live->work_dir);
	*live = (struct live){ 0 };
}
