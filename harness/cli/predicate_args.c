// SPDX-License-Identifier: GPL-2.0-only
#include "cli/predicate_args.h"

#include <errno.h>
#include <limits.h>

#include "cli/number_arg.h"
#include "core/mem.h"

enum {
	OPT_FINDING = 0x5000,
	OPT_LAYOUT_OF,
	OPT_SIZE_OVER,
	OPT_BOOT,
	OPT_BUILD,
};

static const struct argp_option options[] = {
	{ "finding", OPT_FINDING, "CHECK[:VARIABLE]", 0,
	  "a finding of this check, known or new; '*' and '?' as in file names", 0 },
	{ "layout-of", OPT_LAYOUT_OF, "VARIABLE", 0,
	  "another place in its section, size or type than at the good end", 0 },
	{ "size-over", OPT_SIZE_OVER, "BYTES", 0,
	  "more bytes of BTF, in vmlinux and the extra module together", 0 },
	{ "boot", OPT_BOOT, NULL, 0, "it does not boot", 0 },
	{ "build", OPT_BUILD, NULL, 0, "it does not build", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct predicate *predicate = state->input;

	if (key >= OPT_FINDING && key <= OPT_BUILD && predicate->kind != PREDICATE_VERDICT) {
		argp_error(state,
			   "--finding, --layout-of, --size-over, --boot, --build: one of them");
		return EINVAL;
	}
	switch (key) {
	case OPT_FINDING:
		predicate_set_finding(predicate, arg);
		if (!predicate_has_check(predicate))
			argp_error(state,
				   "--finding: there is no check '%s'; `btfmatrix checks` has them",
				   predicate->check);
		return 0;
	case OPT_LAYOUT_OF:
		predicate->kind = PREDICATE_LAYOUT;
		predicate->layout_of = xstrdup(arg);
		return 0;
	case OPT_SIZE_OVER:
		predicate->kind = PREDICATE_SIZE;
		predicate->size = number_arg(state, "--size-over", arg, 1, LONG_MAX);
		return 0;
	case OPT_BOOT:
		predicate->kind = PREDICATE_BOOT;
		return 0;
	case OPT_BUILD:
		predicate->kind = PREDICATE_BUILD;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp predicate_argp = { .options = options, .parser = parse };
