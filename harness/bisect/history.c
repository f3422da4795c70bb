// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/history.h"

#include <stdlib.h>

size_t history_add(struct history *history, char *id, char *subject, const size_t *parents,
		   size_t nr_parents)
{
	size_t index = history->commits.len;
	struct commit commit = { .id = id, .subject = subject };

	for (size_t i = 0; i < nr_parents; i++) {
		vec_push(&commit.parents, parents[i]);
		vec_push(&history->commits.data[parents[i]].children, index);
	}
	vec_push(&history->commits, commit);
	return index;
}

size_t history_find(const struct history *history, const char *id)
{
	size_t i = 0;

	while (i < history->commits.len && !str_eq(history->commits.data[i].id, id))
		i++;
	return i;
}

size_t history_only_parent(const struct history *history, size_t commit)
{
	const struct commit *c = &history->commits.data[commit];

	return c->parents.len == 1 ? c->parents.data[0] : commit;
}

void history_release(struct history *history)
{
	vec_for_each(commit, &history->commits) {
		free(commit->id);
		free(commit->subject);
		vec_free(&commit->parents);
		vec_free(&commit->children);
	}
	vec_free(&history->commits);
}
