// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/git.h"
#include "core/hash.h"

/* Indices of commits by name. */
struct index {
	const struct history *history;
	/* index + 1; 0: free */
	size_t *slots;
	size_t size;
};

static size_t *find_slot(const struct index *index, const char *id, size_t len)
{
	size_t at = hash_bytes(id, len) & (index->size - 1);

	while (index->slots[at]) {
		const char *other = index->history->commits.data[index->slots[at] - 1].id;

		if (strlen(other) == len && memcmp(other, id, len) == 0)
			break;
		at = (at + 1) & (index->size - 1);
	}
	return &index->slots[at];
}

static void add(struct history *history, struct index *index, char *id, char *subject,
		const size_t *parents, size_t nr_parents)
{
	size_t at = history_add(history, id, subject, parents, nr_parents);

	*find_slot(index, id, strlen(id)) = at + 1;
}

/* "ID[ PARENT...]\tSUBJECT" */
static void add_line(struct history *history, struct index *index, const char *line, size_t len)
{
	const char *tab = memchr(line, '\t', len), *end = tab ? tab : line + len;
	const char *word = line;
	VEC(size_t) parents = { 0 };
	char *id = NULL;

	while (word < end) {
		size_t word_len = 0;

		while (word + word_len < end && word[word_len] != ' ')
			word_len++;
		if (!id)
			id = xstrndup(word, word_len);
		else if (*find_slot(index, word, word_len))
			vec_push(&parents, *find_slot(index, word, word_len) - 1);
		word += word_len + 1;
	}
	if (id)
		add(history, index, id,
		    tab ? xstrndup(tab + 1, (size_t)(line + len - tab - 1)) : xstrdup(""),
		    parents.data, parents.len);
	vec_free(&parents);
}

static struct error *subject_of(const char *git_dir, const char *rev, char **ret)
{
	return git_line(git_dir,
			(const char *const[]){ "log", "-1", "--no-show-signature", "--format=%s",
					       rev, NULL },
			ret);
}

/* The bad end does not touch the paths: it is on top of those that do. */
static struct error *add_bad(const char *git_dir, const char *bad, struct history *history,
			     struct index *index)
{
	VEC(size_t) heads = { 0 };
	char *subject;
	struct error *err = subject_of(git_dir, bad, &subject);

	if (err)
		return err;
	for (size_t i = 0; i < history->commits.len; i++)
		if (!history->commits.data[i].children.len)
			vec_push(&heads, i);
	add(history, index, xstrdup(bad), subject, heads.data, heads.len);
	vec_free(&heads);
	return NULL;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static struct error *list(const char *git_dir, const char *good, const char *bad, bool first_parent,
			  const char *const *paths, struct strbuf *out)
{
	_cleanup_free_ char *not_good = xasprintf("^%s", good);
	VEC(const char *) args = { 0 };
	const char *const fixed[] = { "log",
				      "--topo-order",
				      "--reverse",
				      "--parents",
				      "--no-show-signature",
				      "--no-color",
				      "--format=tformat:%H %P%x09%s" };
	struct error *err;

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		vec_push(&args, fixed[i]);
	if (first_parent)
		vec_push(&args, "--first-parent");
	vec_push(&args, bad);
	vec_push(&args, not_good);
	vec_push(&args, "--");
	for (; paths && *paths; paths++)
		vec_push(&args, *paths);
	vec_push(&args, NULL);
	err = git_run(git_dir, args.data, out);
	vec_free(&args);
	return err;
}

struct error *git_history(const char *git_dir, const char *good, const char *bad, bool first_parent,
			  const char *const *paths, struct history *ret)
{
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	struct index index = { .history = &history };
	char *subject;
	struct error *err;

	if (str_eq(good, bad))
		return error_new(ERROR_INPUT, "the good end and the bad end are one commit, %.12s",
				 good);
	err = list(git_dir, good, bad, first_parent, paths, &out);
	if (!err)
		err = subject_of(git_dir, good, &subject);
	if (err)
		return err;
	index.size = hash_table_size(2 * (count_lines(strbuf_str(&out)) + 4));
	index.slots = xcalloc(index.size, sizeof(*index.slots));
	add(&history, &index, xstrdup(good), subject, NULL, 0);
	for (const char *line = strbuf_str(&out); *line;) {
		size_t len = strcspn(line, "\n");

		add_line(&history, &index, line, len);
		line += len + (line[len] == '\n');
	}
	if (!*find_slot(&index, bad, strlen(bad)))
		err = add_bad(git_dir, bad, &history, &index);
	free(index.slots);
	if (err)
		return err;
	*ret = history;
	history = (struct history){ 0 };
	return NULL;
}
