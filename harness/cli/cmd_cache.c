// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix cache: what is kept, and keeping it small and sound. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache/entries.h"
#include "cli/command.h"
#include "core/mem.h"

enum {
	OPT_MAX_SIZE = 0x100,
};

struct arguments {
	const char *action;
	bool has_max;
	uint64_t max;
};

static const struct argp_option options[] = {
	{ "max-size", OPT_MAX_SIZE, "SIZE", 0,
	  "gc: bytes that may stay, such as 20G (default: $BTFMATRIX_CACHE_MAX, else 60G)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case OPT_MAX_SIZE:
		args->has_max = true;
		if (!cache_parse_size(arg, &args->max))
			argp_error(state, "--max-size is a size such as 20G, not '%s'", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (args->action)
			argp_error(state, "one of list, gc, verify");
		args->action = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->action)
			argp_error(state, "which? list, gc or verify");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "list|gc|verify",
	.doc = "Says what the cache keeps, removes what was not used for longest, or reads all of "
	       "it again.\v"
	       "gc leaves what was used in the last hour, and tool roots that a process uses. "
	       "verify moves what is damaged to the "
	       "cache's folder damaged/, where it stays until you remove it, and ends with status "
	       "1 if there was any; a damaged tool root is removed, and made again at its next "
	       "use.",
};

static double mebibytes(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

/* In place of a build's verdict. */
static const char *const kinds[] = {
	[CACHE_BUILD] = NULL,
	[CACHE_OBJECTS] = "objects",
	[CACHE_ROOT] = "tools",
	[CACHE_OLD_ROOT] = "old",
};

static struct error *do_list(const struct arguments *args, int *status)
{
	_cleanup_(cache_entries_release) struct cache_entries entries = { 0 };
	struct error *err = cache_entries_list(true, &entries);

	(void)args;
	(void)status;
	if (err)
		return err;
	vec_for_each(entry, &entries.list) {
		struct tm tm;
		char used[32];

		localtime_r(&entry->used_at, &tm);
		strftime(used, sizeof(used), "%Y-%m-%d %H:%M", &tm);
		printf("%s  %7.0f MiB  %-7s  %s\n", used, mebibytes(entry->size),
		       kinds[entry->kind] ?: entry->verdict ?: "-", entry->name);
	}
	printf("%zu entries, %.0f MiB\n", entries.list.len, mebibytes(entries.size));
	return NULL;
}

static struct error *do_gc(const struct arguments *args, int *status)
{
	struct cache_bounded bounded = { 0 };
	uint64_t max = args->max;
	struct error *err = args->has_max ? NULL : cache_default_max(&max);

	(void)status;
	if (!err)
		err = cache_bound(max, 0, &bounded);
	if (!err)
		printf("%zu removed, %.0f MiB; %.0f MiB stay\n", bounded.nr_removed,
		       mebibytes(bounded.freed), mebibytes(bounded.left));
	return err;
}

static struct error *do_verify(const struct arguments *args, int *status)
{
	size_t nr_whole, nr_damaged;
	struct error *err = cache_verify(&nr_whole, &nr_damaged);

	(void)args;
	if (err)
		return err;
	printf("%zu whole, %zu damaged\n", nr_whole, nr_damaged);
	if (nr_damaged)
		*status = STATUS_FINDINGS;
	return NULL;
}

static const struct {
	const char *name;
	struct error *(*act)(const struct arguments *args, int *status);
} actions[] = {
	{ "list", do_list },
	{ "gc", do_gc },
	{ "verify", do_verify },
};

int cmd_cache(int argc, char **argv)
{
	struct arguments args = { 0 };
	int status = STATUS_OK;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		struct error *err;

		if (!str_eq(args.action, actions[i].name))
			continue;
		err = actions[i].act(&args, &status);
		return err ? command_fail(err) : status;
	}
	return command_fail(
		error_new(ERROR_INPUT, "there is no '%s'; it is list, gc or verify", args.action));
}
