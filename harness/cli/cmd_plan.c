// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix plan: which cells a run would have, and why any is left out. */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "cache/entries.h"
#include "cli/command.h"
#include "cli/number_arg.h"
#include "cli/plan_ci.h"
#include "cli/plan_simulate.h"
#include "cli/select_args.h"
#include "cli/shard_args.h"
#include "core/cleanup.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/mem.h"
#include "plan/plan.h"

static void print_text(struct plan *plan)
{
	size_t nr_families = 0, nr_trees = 0;

	vec_for_each(cell, &plan->cells) {
		bool first = cell == plan->cells.data;

		/* families and trees are in one piece, so a change of the name is a new one */
		if (first || !str_eq(cell[-1].family, cell->family))
			nr_families++;
		if (first || !str_eq(cell[-1].tree, cell->tree))
			nr_trees++;
		printf("%s\n", cell->name);
	}
	vec_for_each(omitted, &plan->omitted)
		printf("left out: %s: %s\n", omitted->name, omitted->reason);
	printf("%zu cell%s in %zu famil%s on %zu object tree%s, %zu left out (%s)\n",
	       plan->cells.len, plan->cells.len == 1 ? "" : "s", nr_families,
	       nr_families == 1 ? "y" : "ies", nr_trees, nr_trees == 1 ? "" : "s",
	       plan->omitted.len, plan->matrix_path);
}

static void print_json(struct plan *plan, const struct split *split)
{
	json_t *cells = json_array();
	json_t *omitted = json_array();

	vec_for_each(cell, &plan->cells)
		json_array_append_new(
			cells, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s}", "name",
					 cell->name, "family", cell->family, "tree", cell->tree,
					 "profile", json_text(cell->profile->name), "pahole",
					 json_text(cell->pahole->text), "arch", cell->arch->name,
					 "toolchain", cell->toolchain->name, "kernel", cell->kernel,
					 "mode", btf_mode_name(cell->mode)));
	vec_for_each(out, &plan->omitted)
		json_array_append_new(omitted, json_pack("{s:o, s:o}", "name", json_text(out->name),
							 "reason", json_text(out->reason)));

	json_t *root =
		json_pack("{s:o, s:o, s:o, s:o}", "matrix", json_text(plan->matrix_path), "cells",
			  cells, "trees", plan_trees_json(split), "omitted", omitted);

	json_dumpf(root, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(root);
}

struct arguments {
	struct plan_request request;
	struct shard_args shard;
	/* 0: one for each object tree */
	unsigned int shards;
	const char *format, *include;
	bool simulate;
	struct simulated simulated;
};

static void plan_as_text(struct plan *plan, const struct split *split, const struct arguments *args)
{
	print_text(plan);
	if (args->shards)
		plan_print_shards(split);
}

static void plan_as_json(struct plan *plan, const struct split *split, const struct arguments *args)
{
	(void)args;
	print_json(plan, split);
}

static void plan_as_github(struct plan *plan, const struct split *split,
			   const struct arguments *args)
{
	(void)plan;
	(void)args;
	plan_print_github(split);
}

static void plan_as_gitlab(struct plan *plan, const struct split *split,
			   const struct arguments *args)
{
	(void)plan;
	plan_print_gitlab(split, args->include);
}

static const struct {
	const char *name;
	void (*print)(struct plan *plan, const struct split *split, const struct arguments *args);
} formats[] = {
	{ "text", plan_as_text },
	{ "json", plan_as_json },
	{ "github", plan_as_github },
	{ "gitlab", plan_as_gitlab },
};

enum {
	/* what GitHub has of jobs in a matrix, at most */
	DEFAULT_SHARDS_MAX = 256
};

enum {
	OPT_FORMAT = 0x100,
	OPT_SHARDS,
	OPT_INCLUDE,
	OPT_SIMULATE,
	OPT_CORES,
	OPT_HOSTS,
	OPT_MEMORY,
};

static const struct argp_option options[] = {
	{ "format", OPT_FORMAT, "text|json|github|gitlab", 0,
	  "how to print it (default: text); github is a line for a job's strategy.matrix, gitlab a "
	  "child pipeline",
	  0 },
	{ "shards", OPT_SHARDS, "N", 0,
	  "split it into N parts (default for github and gitlab: one for each object tree, at most "
	  "256)",
	  0 },
	{ "include", OPT_INCLUDE, "FILE", 0,
	  "the file of the repository that the child pipeline's jobs extend (default: "
	  "docs/ci/gitlab-shard.yml)",
	  0 },
	{ "simulate", OPT_SIMULATE, NULL, 0,
	  "say how long it would take, by the times that the cache has recorded, and what limits "
	  "it",
	  0 },
	{ "cores", OPT_CORES, "N", 0, "of each simulated machine (default: this machine's)", 0 },
	{ "hosts", OPT_HOSTS, "N", 0, "how many such machines, each with a shard (default: 1)", 0 },
	{ "memory", OPT_MEMORY, "SIZE", 0,
	  "of each of them, such as 64G (default: what this machine has available)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->shard;
		state->child_inputs[1] = &args->request;
		return 0;
	case OPT_FORMAT:
		args->format = arg;
		return 0;
	case OPT_SHARDS:
		args->shards = (unsigned int)number_arg(state, "--shards", arg, 1, SHARDS_MAX);
		return 0;
	case OPT_INCLUDE:
		args->include = arg;
		return 0;
	case OPT_SIMULATE:
		args->simulate = true;
		return 0;
	case OPT_CORES:
		args->simulated.machine.cores =
			(unsigned int)number_arg(state, "--cores", arg, 1, 65536);
		return 0;
	case OPT_HOSTS:
		args->simulated.hosts =
			(unsigned int)number_arg(state, "--hosts", arg, 1, SHARDS_MAX);
		return 0;
	case OPT_MEMORY:
		if (!cache_parse_size(arg, &args->simulated.machine.memory))
			argp_error(state, "--memory is a size such as 64G, not '%s'", arg);
		return 0;
	case ARGP_KEY_END:
		for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
			if (str_eq(args->format, formats[i].name))
				return 0;
		argp_error(state, "--format: '%s' is none of text, json, github, gitlab",
			   args->format);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct error *make_plan(const struct arguments *args, struct plan **plan_ret,
			       struct split *split_ret)
{
	_cleanup_(costs_release) struct costs costs = { 0 };
	struct error *err = plan_make(&args->request, plan_ret);

	if (!err)
		err = shard_args_costs(&args->shard, *plan_ret, &costs);
	if (!err)
		err = shard_keep(*plan_ret, &costs, &args->shard.shard);
	if (!err)
		split_plan(*plan_ret, &costs, args->shards ?: DEFAULT_SHARDS_MAX, split_ret);
	return err;
}

static void print(struct plan *plan, const struct split *split, const struct arguments *args)
{
	if (args->shards > split->count)
		log_warning("of %u shards there are %u, one for each object tree", args->shards,
			    split->count);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (str_eq(args->format, formats[i].name))
			formats[i].print(plan, split, args);
}

int cmd_plan(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &shard_argp, 0, SHARD_ARGS_TITLE, 2 },
		{ &select_argp, 0, SELECT_ARGS_TITLE, 1 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.children = children,
		.doc = "Prints the cells of a matrix in the order in which they run, and why any "
		       "other is left out.",
	};
	struct arguments args = { .format = "text", .include = "docs/ci/gitlab-shard.yml" };
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	_cleanup_(split_release) struct split split = { 0 };

	if (argp_parse(&argp, argc, argv, 0, NULL, &args))
		return STATUS_ERROR;

	struct error *err = make_plan(&args, &plan, &split);
	if (err)
		return command_fail(err);
	if (args.simulate)
		plan_simulate(plan, &args.simulated);
	else
		print(plan, &split, &args);
	return STATUS_OK;
}
