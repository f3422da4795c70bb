// SPDX-License-Identifier: GPL-2.0-only
#include "verify/select.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "verify/checks.h"

/* Most names an error message suggests. */
enum {
	MAX_SUGGESTIONS = 6
};

static const char *nearest_id(const char *word)
{
	const char **ids = xcalloc(nr_checks + 1, sizeof(*ids));
	const char *nearest;

	for (size_t i = 0; i < nr_checks; i++)
		ids[i] = checks[i].id;
	nearest = strv_nearest(ids, word);
	free(ids);
	return nearest;
}

/* Whether an id has the last part of @word in it: "linkage" and "global.linkag" mean "global.linkage". */
static bool is_akin(const char *id, const char *word)
{
	const char *dot = strrchr(word, '.'), *part = dot ? dot + 1 : word;

	return *part && strstr(id, part);
}

static struct error *unknown_check(const char *word)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	const char *nearest = nearest_id(word);
	size_t n = 0;

	if (nearest) {
		strbuf_adds(&sb, nearest);
		n++;
	}
	for (size_t i = 0; i < nr_checks && n < MAX_SUGGESTIONS; i++) {
		if (!is_akin(checks[i].id, word) || checks[i].id == nearest)
			continue;
		strbuf_addf(&sb, "%s%s", n ? ", " : "", checks[i].id);
		n++;
	}
	return error_new(ERROR_INPUT, "--checks: no check is called '%s'%s%s%s", word,
			 n ? "; near it: " : "", strbuf_str(&sb),
			 n ? "" : "; `btfmatrix checks` lists them all");
}

static struct error *apply(const char *item, bool *selected)
{
	bool wanted = *item != '-', matched = false;
	const char *pattern = *item == '-' || *item == '+' ? item + 1 : item;

	for (size_t i = 0; i < nr_checks; i++) {
		if (fnmatch(pattern, checks[i].id, 0))
			continue;
		selected[i] = wanted;
		matched = true;
	}
	return matched ? NULL : unknown_check(pattern);
}

static bool any(const bool *selected)
{
	for (size_t i = 0; i < nr_checks; i++)
		if (selected[i])
			return true;
	return false;
}

struct error *select_checks(const char *list, bool **selected_ret)
{
	_cleanup_free_ bool *selected = xcalloc(nr_checks, sizeof(*selected));
	_cleanup_free_ char *copy = xstrdup(list);
	char *save = NULL;

	if (*list == '-' || *list == '+')
		memset(selected, true, nr_checks * sizeof(*selected));
	for (char *item = strtok_r(copy, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		struct error *err = apply(item, selected);

		if (err)
			return err;
	}
	if (!any(selected))
		return error_new(ERROR_INPUT, "--checks: '%s' leaves no check to run", list);
	*selected_ret = return_ptr(selected);
	return NULL;
}
