// SPDX-License-Identifier: GPL-2.0-only
#include "merge/merge.h"

#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"
#include "plan/plan.h"

/* What a cell is worth: 2 a verdict on it, 1 a reason why there is none, 0 nothing was tried. */
static int worth(const struct rec_cell *cell)
{
	if (str_eq(cell->verdict, "skipped"))
		return 0;
	return str_eq(cell->verdict, "error") ? 1 : 2;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? str_eq(a, b) : a == b;
}

static struct merged_cell *find(const struct merge *merge, const char *name)
{
	vec_for_each(have, &merge->cells)
		if (str_eq(have->cell->name, name))
			return have;
	return NULL;
}

static void contradict(struct merge *merge, const struct merged_cell *have,
		       const struct rec_cell *cell, const struct shard_run *shard)
{
	const char *a = have->from->name, *b = shard->name;

	strv_append(&merge->contradictions,
		    same_text(have->cell->verdict_key, cell->verdict_key)
			    ? xasprintf("%s: %s in %s, %s in %s, and both judged the same files",
					cell->name, have->cell->verdict, a, cell->verdict, b)
			    : xasprintf("%s: %s in %s, %s in %s, and they judged different files",
					cell->name, have->cell->verdict, a, cell->verdict, b));
}

static void take(struct merge *merge, struct merged_cell *have, struct rec_cell *cell,
		 const struct shard_run *shard)
{
	have->cell = cell;
	have->from = shard;
	merge->changed = true;
}

static void add_cell(struct merge *merge, struct rec_cell *cell, const struct shard_run *shard)
{
	struct merged_cell *have = find(merge, cell->name);

	if (!have) {
		vec_push(&merge->cells, (struct merged_cell){ .cell = cell, .from = shard });
		merge->changed = true;
	} else if (worth(cell) != worth(have->cell)) {
		if (worth(cell) > worth(have->cell))
			take(merge, have, cell, shard);
	} else if (worth(cell) == 2) {
		if (!str_eq(cell->verdict, have->cell->verdict) ||
		    !same_text(cell->verdict_key, have->cell->verdict_key))
			contradict(merge, have, cell, shard);
	} else if (cell->ended_at > have->cell->ended_at) {
		/* the last try */
		take(merge, have, cell, shard);
	}
}

/* Whether @word is in @list, between ", ". */
static bool lists(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at++) {
		bool begins = at == list || (at >= list + 2 && at[-2] == ',' && at[-1] == ' ');

		if (begins && (!at[len] || str_starts(at + len, ", ")))
			return true;
	}
	return false;
}

/* What all shards have alike is told once. */
static void add_text(char **member, const char *text)
{
	char *longer;

	if (!text || !*text || (*member && lists(*member, text)))
		return;
	longer = *member && **member ? xasprintf("%s, %s", *member, text) : xstrdup(text);
	free(*member);
	*member = longer;
}

static void add_run(struct rec_run *to, const struct rec_run *from, bool first)
{
	const struct {
		char **to;
		const char *from;
	} texts[] = {
		{ &to->matrix, from->matrix },
		{ &to->options, from->options },
		{ &to->version, from->version },
		{ &to->program, from->program },
		{ &to->commit, from->commit },
		{ &to->known, from->known },
		{ &to->pahole_version, from->pahole_version },
		{ &to->pahole_path, from->pahole_path },
		{ &to->pahole_packages, from->pahole_packages },
		{ &to->sh, from->sh },
		{ &to->host, from->host },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		add_text(texts[i].to, texts[i].from);
	if (first || from->began_at < to->began_at)
		to->began_at = from->began_at;
	if (from->ended_at > to->ended_at)
		to->ended_at = from->ended_at;
	if (from->jobs > to->jobs)
		to->jobs = from->jobs;
	if (from->wall_s > to->wall_s)
		to->wall_s = from->wall_s;
	/* of shards that ran one after the other more than any took by itself */
	if ((double)(to->ended_at - to->began_at) > to->wall_s)
		to->wall_s = (double)(to->ended_at - to->began_at);
	to->repaired = first ? from->repaired : to->repaired && from->repaired;
}

static struct error *add(struct merge *merge, struct shard_run *shard, bool first)
{
	/* what is whole already lacks no shard, and does not know of how many it is */
	bool whole = merge->before && !merge->before->run.shard;
	struct shard_set with = merge->shards;
	struct error *err = NULL;

	if (shard->run.shard && !whole)
		err = shard_set_add(&with, shard->run.shard);
	if (err)
		return err;
	merge->changed |= memcmp(&with, &merge->shards, sizeof(with)) != 0;
	merge->shards = with;
	vec_for_each(cell, &shard->run.cells)
		add_cell(merge, cell, shard);
	add_run(&merge->run, &shard->run, first);
	return NULL;
}

struct error *merge_begin(struct merge *merge, struct shard_run *before)
{
	struct error *err = NULL;

	*merge = (struct merge){ .before = before };
	if (before)
		err = add(merge, before, true);
	merge->changed = false;
	return err;
}

struct error *merge_add(struct merge *merge, struct shard_run *shard)
{
	return add(merge, shard, !merge->cells.len && !merge->before);
}

/* The plan of the run's matrix, or of the one of that name that we have; NULL for neither. */
static struct plan *find_plan(const char *matrix)
{
	const char *slash = strrchr(matrix, '/');
	_cleanup_free_ char *name = xstrdup(slash ? slash + 1 : matrix);
	const char *tries[] = { matrix, name };
	struct plan *plan = NULL;

	if (str_ends(name, ".ini"))
		name[strlen(name) - 4] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		const struct plan_request request = { .matrix = tries[i] };
		struct error *err = plan_make(&request, &plan);

		if (!err)
			return plan;
		error_free(err);
	}
	return NULL;
}

/* One that is not in the plan, as of another pahole, goes with the last of its architecture that is. */
static size_t position_in(const struct plan *plan, const struct rec_cell *cell)
{
	size_t position = plan ? plan->cells.len : 0;

	for (size_t i = 0; plan && i < plan->cells.len; i++) {
		if (str_eq(plan->cells.data[i].name, cell->name))
			return i;
		if (str_eq(plan->cells.data[i].arch->name, cell->arch))
			position = i;
	}
	return position;
}

static size_t mode_number(const struct rec_cell *cell)
{
	enum btf_mode mode = BTF_MODE_COUNT;

	return btf_mode_parse(cell->mode, &mode) ? mode : BTF_MODE_COUNT;
}

/* By the plan; what it does not have comes last, by family and in that by mode. */
static int by_position(const void *x, const void *y)
{
	const struct merged_cell *a = x, *b = y;
	int families = strverscmp(a->cell->family, b->cell->family);

	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	if (families)
		return families;
	if (mode_number(a->cell) != mode_number(b->cell))
		return mode_number(a->cell) < mode_number(b->cell) ? -1 : 1;
	return strcmp(a->cell->name, b->cell->name);
}

void merge_finish(struct merge *merge, const char *folder, const char *name)
{
	struct plan *plan = find_plan(merge->run.matrix ?: "");

	vec_for_each(cell, &merge->cells)
		cell->position = position_in(plan, cell->cell);
	plan_free(plan);
	if (merge->cells.len)
		qsort(merge->cells.data, merge->cells.len, sizeof(*merge->cells.data), by_position);
	free(merge->run.name);
	free(merge->run.dir);
	free(merge->run.shard);
	merge->run.name = xstrdup(name);
	merge->run.dir = xasprintf("%s/%s", folder, name);
	merge->run.shard = shard_set_text(&merge->shards);
}

void merge_release(struct merge *merge)
{
	/* the cells are the shards' */
	vec_free(&merge->run.cells);
	rec_run_release(&merge->run);
	vec_free(&merge->cells);
	strv_free(merge->contradictions);
	*merge = (struct merge){ 0 };
}
