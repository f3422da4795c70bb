// SPDX-License-Identifier: GPL-2.0-only
#include "verify/image_view.h"

#include <stdlib.h>

static void add_suite(struct image_view *view, const char *image)
{
	vec_for_each(suite, &view->suites)
		if (str_eq(suite->image, image))
			return;
	vec_push(&view->suites, (struct image_suite){ .image = image });
}

static void collect_findings(const struct verify_result *result, const char *image,
			     struct image_case *one)
{
	vec_for_each(finding, &result->findings) {
		if (!str_eq(finding->check, one->check) || !str_eq(finding->image, image))
			continue;
		vec_push(&one->findings, finding);
		one->nr_new += !finding->known;
	}
}

static const struct unchecked_image *find_unchecked(const struct verify_result *result,
						    const char *check, const char *image)
{
	vec_for_each(unchecked, &result->unchecked)
		if (str_eq(unchecked->check, check) && str_eq(unchecked->image, image))
			return unchecked;
	return NULL;
}

static void add_case(struct image_suite *suite, struct image_case *one)
{
	suite->nr_failed += one->state == CHECK_FAIL;
	suite->nr_skipped += one->state == CHECK_SKIPPED;
	vec_push(&suite->cases, *one);
}

static void add_outcome(const struct verify_result *result, struct image_suite *suite,
			bool is_first, const struct check_outcome *outcome)
{
	struct image_case one = { .check = outcome->id };
	const struct unchecked_image *unchecked = find_unchecked(result, outcome->id, suite->image);

	collect_findings(result, suite->image, &one);
	if (one.nr_new) {
		one.state = CHECK_FAIL;
	} else if (outcome->state == CHECK_SKIPPED || unchecked) {
		one.state = CHECK_SKIPPED;
		one.reason = unchecked ? unchecked->reason : outcome->reason;
	} else {
		one.state = CHECK_PASS;
	}
	/* what is about the whole kernel is a case of the first image, unless it blames another */
	if (is_first || !outcome->once || one.findings.len)
		add_case(suite, &one);
}

/* Findings of no check of the catalogue: entries of known.ini that nothing matched. */
static void add_others(const struct verify_result *result, struct image_suite *suite)
{
	vec_for_each(finding, &result->findings) {
		struct image_case one = { .check = finding->check, .state = CHECK_FAIL };
		bool is_there = !str_eq(finding->image, suite->image);

		vec_for_each(other, &suite->cases)
			is_there |= str_eq(other->check, finding->check);
		if (is_there)
			continue;
		collect_findings(result, suite->image, &one);
		add_case(suite, &one);
	}
}

void image_view_make(const struct verify_result *result, struct image_view *view)
{
	vec_for_each(image, &result->images)
		add_suite(view, image->name);
	vec_for_each(finding, &result->findings)
		add_suite(view, finding->image);
	for (size_t i = 0; i < view->suites.len; i++) {
		struct image_suite *suite = &view->suites.data[i];

		/* an image that is not there has findings alone */
		if (i < result->images.len)
			vec_for_each(outcome, &result->checks)
				add_outcome(result, suite, i == 0, outcome);
		add_others(result, suite);
	}
}

void image_view_release(struct image_view *view)
{
	vec_for_each(suite, &view->suites) {
		vec_for_each(one, &suite->cases)
			vec_free(&one->findings);
		vec_free(&suite->cases);
	}
	vec_free(&view->suites);
}
