// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/config_diff.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"

enum {
	CONFIG_MAX = 16 << 20
};

/* Of "CONFIG_X=y" and "# CONFIG_X is not set": "CONFIG_X", the caller's to free; NULL: another line. */
static char *symbol_of(const char *line)
{
	const char *name = str_starts(line, "# ") ? line + 2 : line;
	size_t len =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

	if (!str_starts(name, "CONFIG_"))
		return NULL;
	if (name == line ? name[len] != '=' : !str_eq(name + len, " is not set"))
		return NULL;
	return xstrndup(name, len);
}

static int by_symbol(const void *a, const void *b)
{
	const struct config_line_pair *x = a, *y = b;

	return strcmp(x->symbol, y->symbol);
}

static struct config_line_pair *find_pair(struct config_diff *diff, size_t nr, const char *symbol)
{
	const struct config_line_pair key = { .symbol = (char *)(uintptr_t)symbol };

	return nr ? bsearch(&key, diff->pairs.data, nr, sizeof(key), by_symbol) : NULL;
}

static void set_line(char **to, const char *line)
{
	free(*to);
	*to = xstrdup(line);
}

/* The later of two lines for one symbol counts, as for Kconfig. */
static struct error *add_file(struct config_diff *diff, const char *path, size_t member)
{
	_cleanup_free_ char *text = NULL;
	struct error *err = file_read(path, CONFIG_MAX, &text, NULL);
	size_t nr_sorted = diff->pairs.len;
	char *save = NULL;

	if (err)
		return err;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *symbol = symbol_of(line);
		struct config_line_pair *pair;

		if (!symbol)
			continue;
		pair = find_pair(diff, nr_sorted, symbol);
		for (size_t i = nr_sorted; !pair && i < diff->pairs.len; i++)
			if (str_eq(diff->pairs.data[i].symbol, symbol))
				pair = &diff->pairs.data[i];
		if (pair) {
			free(symbol);
		} else {
			vec_push(&diff->pairs, (struct config_line_pair){ .symbol = symbol });
			pair = &diff->pairs.data[diff->pairs.len - 1];
		}
		set_line((char **)((char *)pair + member), line);
	}
	if (diff->pairs.len)
		qsort(diff->pairs.data, diff->pairs.len, sizeof(*diff->pairs.data), by_symbol);
	return NULL;
}

static bool lines_differ(const char *a, const char *b)
{
	return a && b ? !str_eq(a, b) : a != b;
}

struct error *config_diff_load(const char *good_path, const char *bad_path, struct config_diff *ret)
{
	struct config_diff diff = { 0 };
	struct error *err = add_file(&diff, good_path, offsetof(struct config_line_pair, good));

	if (!err)
		err = add_file(&diff, bad_path, offsetof(struct config_line_pair, bad));
	for (size_t i = 0; i < diff.pairs.len; i++)
		if (lines_differ(diff.pairs.data[i].good, diff.pairs.data[i].bad))
			vec_push(&diff.differences, i);
	if (!err && !diff.differences.len)
		err = error_new(ERROR_INPUT, "%s and %s set the same symbols to the same values",
				good_path, bad_path);
	if (err) {
		config_diff_release(&diff);
		return err;
	}
	*ret = diff;
	return NULL;
}

void config_diff_release(struct config_diff *diff)
{
	vec_for_each(pair, &diff->pairs) {
		free(pair->symbol);
		free(pair->good);
		free(pair->bad);
	}
	vec_free(&diff->pairs);
	vec_free(&diff->differences);
}

void config_diff_write(const struct config_diff *diff, const bool *chosen, struct strbuf *sb)
{
	size_t next = 0;

	for (size_t i = 0; i < diff->pairs.len; i++) {
		const struct config_line_pair *pair = &diff->pairs.data[i];
		const char *line = pair->good;

		if (next < diff->differences.len && diff->differences.data[next] == i)
			line = chosen[next++] ? pair->bad : pair->good;
		if (line)
			strbuf_addf(sb, "%s\n", line);
	}
}
