// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/minimal_set.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

struct reduction {
	size_t nr;
	minimal_set_test test;
	void *context;
	/* those that are needed, and room for a set to test */
	bool *needed, *set;
};

/* Tests what is needed and the first @nr_more of the others. */
static struct error *test_prefix(struct reduction *r, size_t nr_more, bool *bad_ret)
{
	enum mark mark;
	struct error *err;

	for (size_t i = 0; i < r->nr; i++)
		r->set[i] = r->needed[i] || i < nr_more;
	err = r->test(r->context, r->set, &mark);
	*bad_ret = !err && mark == MARK_BAD;
	return err;
}

/*
 * The first @nr with what is needed are bad: finds how few of them are, so that without the last of those it is not.
 * *few_ret is 0 where nothing more is needed.
 */
static struct error *find_few(struct reduction *r, size_t nr, size_t *few_ret)
{
	size_t not_bad = 0, bad = nr;
	bool is_bad;
	struct error *err = test_prefix(r, 0, &is_bad);

	*few_ret = 0;
	if (err || is_bad)
		return err;
	while (bad - not_bad > 1) {
		size_t middle = not_bad + (bad - not_bad) / 2;

		err = test_prefix(r, middle, &is_bad);
		if (err)
			return err;
		if (is_bad)
			bad = middle;
		else
			not_bad = middle;
	}
	*few_ret = bad;
	return NULL;
}

/* One may not be needed after all, where those found later do its work. */
static struct error *leave_out(struct reduction *r)
{
	size_t nr_needed = 0;
	bool is_bad;

	for (size_t i = 0; i < r->nr; i++)
		nr_needed += r->needed[i];
	for (size_t i = 0; i < r->nr && nr_needed > 1; i++) {
		struct error *err;

		if (!r->needed[i])
			continue;
		r->needed[i] = false;
		err = test_prefix(r, 0, &is_bad);
		if (err)
			return err;
		r->needed[i] = !is_bad;
		nr_needed -= is_bad;
	}
	return NULL;
}

struct error *minimal_set_find(size_t nr, minimal_set_test test, void *context, bool *chosen_ret)
{
	struct reduction r = {
		.nr = nr,
		.test = test,
		.context = context,
		.needed = chosen_ret,
		.set = xcalloc(nr + 1, sizeof(*r.set)),
	};
	size_t few = nr;
	struct error *err = NULL;

	memset(chosen_ret, false, nr);
	/* each found is the last of a prefix: those behind it are not needed */
	while (!err && few) {
		err = find_few(&r, few, &few);
		if (!err && few)
			r.needed[--few] = true;
		else
			break;
	}
	if (!err)
		err = leave_out(&r);
	free(r.set);
	return err;
}
