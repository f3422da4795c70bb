// SPDX-License-Identifier: GPL-2.0-only
#include "plan/select.h"

#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"

strv split_commas(const char *text)
{
	strv words = NULL;

	for (;;) {
		size_t len = strcspn(text, ",");

		strv_append(&words, xstrndup(text, len));
		if (!text[len])
			return words;
		text += len + 1;
	}
}

static struct error *unknown_name(const char *option, const char *name, const char *const *known)
{
	_cleanup_free_ char *all = strv_join(known, ", ");
	const char *nearest = strv_nearest(known, name);

	if (!*name)
		return error_new(ERROR_INPUT, "%s: an empty name; give one or more of: %s", option,
				 all);
	if (nearest)
		return error_new(ERROR_INPUT,
				 "%s: there is no '%s'; did you mean '%s'? There are: %s", option,
				 name, nearest, all);
	return error_new(ERROR_INPUT, "%s: there is no '%s'; there are: %s", option, name, all);
}

struct error *plan_select(const char *option, const char *wanted, const char *const *matrix,
			  const char *const *known, strv *ret)
{
	_cleanup_strv_ strv words = wanted ? split_commas(wanted) : NULL;
	strv picked = NULL;

	for (char **word = words; word && *word; word++)
		if (!strv_has(matrix, *word) && (!known || !strv_has(known, *word)))
			return unknown_name(option, *word, known);
	for (const char *const *name = matrix; *name; name++)
		if (!wanted || strv_has(STRV_CONST(words), *name))
			strv_append(&picked, xstrdup(*name));
	for (char **word = words; word && *word; word++)
		if (!strv_has(STRV_CONST(picked), *word))
			strv_append(&picked, xstrdup(*word));
	*ret = picked;
	return NULL;
}
