// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/ddmin.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

struct reduction {
	size_t nr;
	ddmin_test test;
	void *context;
	/* the differences left, and room for a set of them */
	size_t *left, nr_left;
	bool *set;
};

/* Tests the part of what is left from @from to @to, or all but that. */
static struct error *test_part(struct reduction *r, size_t from, size_t to, bool all_but,
			       bool *bad_ret)
{
	enum mark mark;
	struct error *err;

	memset(r->set, false, r->nr);
	for (size_t i = 0; i < r->nr_left; i++)
		r->set[r->left[i]] = (i >= from && i < to) != all_but;
	err = r->test(r->context, r->set, &mark);
	*bad_ret = !err && mark == MARK_BAD;
	return err;
}

static void keep_set(struct reduction *r)
{
	size_t nr = 0;

	for (size_t i = 0; i < r->nr_left; i++)
		if (r->set[r->left[i]])
			r->left[nr++] = r->left[i];
	r->nr_left = nr;
}

/* Looks for a part of @nr_parts that is bad, or, with @all_but, that can be left out. */
static struct error *try_parts(struct reduction *r, size_t nr_parts, bool all_but, bool *found_ret)
{
	*found_ret = false;
	for (size_t part = 0; part < nr_parts; part++) {
		size_t from = r->nr_left * part / nr_parts, to = r->nr_left * (part + 1) / nr_parts;
		struct error *err = test_part(r, from, to, all_but, found_ret);

		if (err)
			return err;
		if (*found_ret) {
			keep_set(r);
			return NULL;
		}
	}
	return NULL;
}

static struct error *reduce(struct reduction *r)
{
	size_t nr_parts = 2;

	while (r->nr_left > 1) {
		bool found;
		struct error *err = try_parts(r, nr_parts, false, &found);

		if (err)
			return err;
		if (found) {
			nr_parts = 2;
			continue;
		}
		/* of two parts, the one without the other is a part */
		if (nr_parts > 2) {
			err = try_parts(r, nr_parts, true, &found);
			if (err)
				return err;
		}
		if (found) {
			nr_parts = nr_parts > 3 ? nr_parts - 1 : 2;
			continue;
		}
		if (nr_parts >= r->nr_left)
			break;
		nr_parts = 2 * nr_parts < r->nr_left ? 2 * nr_parts : r->nr_left;
	}
	return NULL;
}

struct error *ddmin(size_t nr, ddmin_test test, void *context, bool *chosen_ret)
{
	struct reduction r = {
		.nr = nr,
		.test = test,
		.context = context,
		.left = xcalloc(nr + 1, sizeof(*r.left)),
		.nr_left = nr,
		.set = xcalloc(nr + 1, sizeof(*r.set)),
	};
	struct error *err;

	for (size_t i = 0; i < nr; i++)
		r.left[i] = i;
	err = reduce(&r);
	memset(chosen_ret, false, nr);
	for (size_t i = 0; i < r.nr_left; i++)
		chosen_ret[r.left[i]] = true;
	free(r.left);
	free(r.set);
	return err;
}
