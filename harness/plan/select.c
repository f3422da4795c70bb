// SPDX-License-Identifier: GPL-2.0-only
#include "plan/select.h"

#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"

static strv split_commas(const char *text)
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

static struct error *unknown_name(const char *option, const char *name, const char *const *all,
				  const char *where)
{
	_cleanup_free_ char *known = strv_join(all, ", ");
	const char *nearest = strv_nearest(all, name);

	if (!*name)
		return error_new(ERROR_INPUT, "%s: an empty name; give one or more of: %s", option,
				 known);
	if (nearest)
		return error_new(ERROR_INPUT,
				 "%s: '%s' is not in %s; did you mean '%s'? It has: %s", option,
				 name, where, nearest, known);
	return error_new(ERROR_INPUT, "%s: '%s' is not in %s, which has: %s", option, name, where,
			 known);
}

struct error *plan_select(const char *option, const char *wanted, const char *const *all,
			  const char *where, strv *ret)
{
	_cleanup_strv_ strv words = wanted ? split_commas(wanted) : NULL;
	strv picked = NULL;

	for (char **word = words; word && *word; word++)
		if (!strv_has(all, *word))
			return unknown_name(option, *word, all, where);
	for (; *all; all++)
		if (!wanted || strv_has(STRV_CONST(words), *all))
			strv_append(&picked, xstrdup(*all));
	*ret = picked;
	return NULL;
}
