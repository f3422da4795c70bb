// SPDX-License-Identifier: GPL-2.0-only
#include "cli/shard_args.h"

#include "core/cleanup.h"
#include "core/fileio.h"
#include "plan/estimate.h"
#include "record/record.h"

enum {
	OPT_SHARD = 0x7000,
	OPT_COSTS,
};

static const struct argp_option options[] = {
	{ "shard", OPT_SHARD, "I/N", 0,
	  "the Ith of N parts of about the same cost; what shares an object tree stays together",
	  0 },
	{ "costs", OPT_COSTS, "DIR|FILE|" COSTS_RECORDED, 0,
	  "what cells cost: a results folder, by its record; what `btfmatrix plan --format json` "
	  "printed; or '" COSTS_RECORDED "', what this machine's cache has recorded (default: "
	  "what the architectures' build_weight says, which is the same on all machines)",
	  0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct shard_args *args = state->input;
	struct error *err;

	switch (key) {
	case OPT_SHARD:
		err = shard_parse(arg, &args->shard);
		if (err)
			argp_error(state, "--shard: %s", err->message);
		return 0;
	case OPT_COSTS:
		args->costs = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp shard_argp = { .options = options, .parser = parse_option };

static void costs_of_cache(const struct plan *plan, struct costs *ret)
{
	struct estimates estimates = { 0 };

	estimates_by_cache(plan, &estimates);
	estimates_costs(plan, &estimates, ret);
	estimates_release(&estimates);
}

struct error *shard_args_costs(const struct shard_args *args, const struct plan *plan,
			       struct costs *ret)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	struct error *err;

	*ret = (struct costs){ 0 };
	if (!args->costs)
		return NULL;
	if (str_eq(args->costs, COSTS_RECORDED)) {
		costs_of_cache(plan, ret);
		return NULL;
	}
	if (!path_is_dir(args->costs))
		return costs_load(args->costs, ret);
	err = record_open(args->costs, DB_READ, &db);
	return err ?: record_costs(db, ret);
}

struct error *shard_args_apply(const struct shard_args *args, struct plan *plan)
{
	_cleanup_(costs_release) struct costs costs = { 0 };
	struct error *err = shard_args_costs(args, plan, &costs);

	return err ?: shard_keep(plan, &costs, &args->shard);
}
