// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix nightly: a tree watched from night to night. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "core/cleanup.h"
#include "core/log.h"
#include "core/mem.h"
#include "nightly/nightly.h"

struct arguments {
	const char *config;
};

static const struct argp_option options[] = {
	{ "verbose", 'v', NULL, 0, "Say every command that is run", 0 },
	{ "quiet", 'q', NULL, 0, "Say nothing but errors and the mail's path", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'v':
		log_set_level(LOG_VERBOSE);
		return 0;
	case 'q':
		log_set_level(LOG_QUIET);
		return 0;
	case ARGP_KEY_ARG:
		if (args->config)
			argp_error(state, "one CONFIG, not '%s' too", arg);
		args->config = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->config)
			argp_error(state, "CONFIG is missing: docs/nightly/example.ini is one");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "CONFIG",
	.doc = "Fetch a tree, run the matrix, and bisect what broke since the last night.\v"
	       "Prints the path of the mail it wrote. Called again it goes on where it was ended; "
	       "with no new commit it does nothing. docs/nightly has a configuration and units "
	       "for systemd. Exit status: 0 nothing new is broken, 1 new failures, 2 it could not "
	       "be done, 130 interrupted.",
};

int cmd_nightly(int argc, char **argv)
{
	struct arguments args = { 0 };
	_cleanup_(nightly_config_release) struct nightly_config config = { 0 };
	_cleanup_free_ char *mail = NULL;
	enum nightly_outcome outcome = NIGHTLY_NOTHING_NEW;
	struct error *err;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	err = nightly_config_load(args.config, &config);
	if (!err)
		err = nightly_run(&config, &outcome, &mail);
	if (err)
		return command_fail(err);
	if (mail)
		puts(mail);
	else
		log_info("%s: no new commit", config.name);
	return outcome == NIGHTLY_NEW_FAILURES ? STATUS_FINDINGS : STATUS_OK;
}
