/* SPDX-License-Identifier: GPL-2.0-only */
/* --shard, --costs: which part of a plan. Use as select_argp (cli/select_args.h). */
#ifndef BTFMATRIX_CLI_SHARD_ARGS_H
#define BTFMATRIX_CLI_SHARD_ARGS_H

#include <argp.h>

#include "plan/shard.h"

struct shard_args {
	struct shard shard;
	/* a results folder, a plan as JSON or COSTS_RECORDED, borrowed; NULL: by the descriptors' weights alone */
	const char *costs;
};

extern const struct argp shard_argp;

/** The title of its options in --help, for struct argp_child. */
#define SHARD_ARGS_TITLE "Which part of them:"

/** The word for what this machine's cache has recorded. */
#define COSTS_RECORDED "recorded"

/** Reads what --costs names, for @plan; empty without it. costs_release() frees it, also after an error. */
must_check struct error *shard_args_costs(const struct shard_args *args, const struct plan *plan,
					  struct costs *ret);

/** Leaves of the plan what --shard says, or all. */
must_check struct error *shard_args_apply(const struct shard_args *args, struct plan *plan);

#endif
