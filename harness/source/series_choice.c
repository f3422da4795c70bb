// SPDX-License-Identifier: GPL-2.0-only
#include "source/series_choice.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "config/project.h"
#include "config/version.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

struct candidate {
	char *name;
	char *versions, *description;
};

static const struct ini_field fields[] = {
	{
		.section = "series",
		.key = "versions",
		.type = INI_STRING,
		.offset = offsetof(struct candidate, versions),
		.required = true,
		.check = version_check_range,
		.help = "the kernels the series is for, e.g. 6.10..6.19",
	},
	{
		.section = "series",
		.key = "description",
		.type = INI_STRING,
		.offset = offsetof(struct candidate, description),
		.help = "what sets these kernels apart",
	},
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

/* Where a range begins; "" for "..6.9". */
static char *range_low(const char *range)
{
	const char *dots = strstr(range, "..");

	return dots ? xstrndup(range, (size_t)(dots - range)) : xstrdup(range);
}

static int by_start(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	_cleanup_free_ char *low_x = range_low(x->versions), *low_y = range_low(y->versions);
	int order = version_compare(low_x, low_y);

	return order ? order : strcmp(x->name, y->name);
}

static void candidate_release(struct candidate *candidate)
{
	ini_release(&schema, candidate);
	free(candidate->name);
}

static struct error *load_candidates(const char *top, struct candidate **list_ret, size_t *nr_ret)
{
	_cleanup_closedir_ DIR *dir = opendir(top);
	VEC(struct candidate) list = { 0 };
	struct error *err = NULL;

	for (struct dirent *entry; !err && dir && (entry = readdir(dir));) {
		_cleanup_free_ char *path = xasprintf("%s/%s/series.ini", top, entry->d_name);
		struct candidate candidate = { 0 };

		if (entry->d_name[0] == '.' || !path_exists(path))
			continue;
		err = ini_load(path, &schema, &candidate);
		candidate.name = xstrdup(entry->d_name);
		vec_push(&list, candidate);
	}
	if (!err && list.len)
		qsort(list.data, list.len, sizeof(*list.data), by_start);
	*list_ret = list.data;
	*nr_ret = list.len;
	return err;
}

/* Of a list sorted by start, the last that begins before @version, or else the first. */
static const struct candidate *find_nearest(const struct candidate *list, size_t nr,
					    const char *version)
{
	const struct candidate *nearest = nr ? &list[0] : NULL;

	for (size_t i = 1; i < nr; i++) {
		_cleanup_free_ char *low = range_low(list[i].versions);

		if (version_compare(low, version) <= 0)
			nearest = &list[i];
	}
	return nearest;
}

static void describe(const struct candidate *list, size_t nr, const char *version,
		     struct series_choice *choice)
{
	const struct candidate *nearest = find_nearest(list, nr, version);
	_cleanup_strbuf_ struct strbuf all = STRBUF_INIT;

	for (size_t i = 0; i < nr; i++)
		strbuf_addf(&all, "%s%s (%s)", i ? ", " : "", list[i].name, list[i].versions);
	choice->all = xstrdup(strbuf_str(&all));
	if (nearest)
		choice->nearest = xasprintf("%s (%s)", nearest->name, nearest->versions);
}

struct error *series_choose(const char *version, struct series_choice *ret)
{
	_cleanup_free_ char *top = NULL;
	struct candidate *list = NULL;
	size_t nr = 0;
	struct error *err = project_path(&top, "patches/linux");

	*ret = (struct series_choice){ 0 };
	if (!err)
		err = load_candidates(top, &list, &nr);
	if (!err)
		describe(list, nr, version, ret);
	for (size_t i = nr; !err && i-- > 0 && !ret->dir;) {
		if (!version_in_range(version, list[i].versions))
			continue;
		ret->name = xstrdup(list[i].name);
		ret->dir = xasprintf("%s/%s", top, ret->name);
	}
	for (size_t i = 0; i < nr; i++)
		candidate_release(&list[i]);
	free(list);
	return err;
}

void series_choice_release(struct series_choice *choice)
{
	free(choice->dir);
	free(choice->name);
	free(choice->nearest);
	free(choice->all);
	*choice = (struct series_choice){ 0 };
}
