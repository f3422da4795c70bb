// SPDX-License-Identifier: GPL-2.0-only
#include "config/strv.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/strbuf.h"

size_t strv_len(const char *const *list)
{
	size_t len = 0;

	while (list && list[len])
		len++;
	return len;
}

bool strv_has(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (str_eq(*list, word))
			return true;
	return false;
}

bool strv_allows(const char *const *only, const char *const *never, const char *word)
{
	return (!strv_len(only) || strv_has(only, word)) && !strv_has(never, word);
}

void strv_append(strv *list, char *word)
{
	size_t len = strv_len(STRV_CONST(*list));

	*list = xrealloc_array(*list, len + 2, sizeof(**list));
	(*list)[len] = word;
	(*list)[len + 1] = NULL;
}

void strv_free(strv list)
{
	for (char **p = list; p && *p; p++)
		free(*p);
	free(list);
}

char *strv_join(const char *const *list, const char *separator)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (const char *const *p = list; p && *p; p++) {
		if (p != list)
			strbuf_adds(&sb, separator);
		strbuf_adds(&sb, *p);
	}
	return strbuf_detach(&sb);
}

/* Longer words are no names of ours; the bound keeps the table below on the stack. */
enum {
	NEAREST_MAX = 63
};

/* Number of single-letter insertions, removals and replacements between two words. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NEAREST_MAX + 1];
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *strv_nearest(const char *const *list, const char *word)
{
	const char *nearest = NULL;
	size_t word_len = strlen(word), best = 1 + word_len / 3;

	/* Every short word is near every other. */
	if (word_len < 3 || word_len > NEAREST_MAX)
		return NULL;
	for (; list && *list; list++) {
		if (strlen(*list) > NEAREST_MAX)
			continue;

		size_t distance = edit_distance(word, *list);
		if (distance <= best && (!nearest || distance < best)) {
			nearest = *list;
			best = distance;
		}
	}
	return nearest;
}
