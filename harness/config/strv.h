/* SPDX-License-Identifier: GPL-2.0-only */
/* NULL-terminated arrays of strings, and names for people. */
#ifndef BTFMATRIX_CONFIG_STRV_H
#define BTFMATRIX_CONFIG_STRV_H

#include <stdbool.h>
#include <stddef.h>

/** A NULL-terminated array of strings, each and the array owned. NULL counts as an empty one. */
typedef char **strv;

size_t strv_len(const char *const *list);
bool strv_has(const char *const *list, const char *word);
/** Whether @word is in @only, or @only is empty, and is not in @never. */
bool strv_allows(const char *const *only, const char *const *never, const char *word);
/** Appends @word, which the array then owns. */
void strv_append(strv *list, char *word);
/** Frees the array and its strings; NULL is allowed. */
void strv_free(strv list);
/** The strings with @separator between them; "" for none. The caller frees it. */
char *strv_join(const char *const *list, const char *separator);

/**
 * The entry of @list that @word is most likely a misspelling of, or NULL where none is near (a
 * letter and a third of them wrong at most). Borrowed from @list.
 */
const char *strv_nearest(const char *const *list, const char *word);

static inline void strv_cleanup(strv *list)
{
	strv_free(*list);
}

#define _cleanup_strv_ __attribute__((cleanup(strv_cleanup)))

/* `strv` does not convert to `const char *const *` by itself in C17. */
#define STRV_CONST(list) ((const char *const *)(list))

#endif
