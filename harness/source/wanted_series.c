// SPDX-License-Identifier: GPL-2.0-only
#include "source/wanted_series.h"

#include <stdlib.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "source/series_choice.h"
#include "source/series_import.h"

static struct error *load_own(const char *version, const struct series_choice *choice,
			      struct series *series)
{
	if (!choice->dir)
		return error_new(ERROR_INPUT,
				 "no series in patches/linux is for Linux %s: there are %s",
				 version, *choice->all ? choice->all : "none");
	return series_load(choice->dir, series);
}

struct error *wanted_series_load(const char *version, const char *user, struct wanted_series *ret)
{
	_cleanup_(series_choice_release) struct series_choice choice = { 0 };
	_cleanup_(wanted_series_release) struct wanted_series wanted = { 0 };
	bool on_top = user && *user == '+';
	struct series more = { 0 };
	struct error *err = series_choose(version, &choice);

	if (!err && (!user || on_top))
		err = load_own(version, &choice, &wanted.series);
	if (!err && user)
		err = series_open(user + on_top, on_top ? &more : &wanted.series);
	if (err)
		return err;
	if (on_top)
		series_append(&wanted.series, &more);
	wanted.name = !user    ? xstrdup(choice.name)
		      : on_top ? xasprintf("%s + %s", choice.name, user + 1)
			       : xstrdup(user);
	wanted.nearest = return_ptr(choice.nearest);
	*ret = wanted;
	wanted = (struct wanted_series){ 0 };
	return NULL;
}

void wanted_series_release(struct wanted_series *wanted)
{
	series_release(&wanted->series);
	free(wanted->name);
	free(wanted->nearest);
	*wanted = (struct wanted_series){ 0 };
}
