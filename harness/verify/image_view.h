/* SPDX-License-Identifier: GPL-2.0-only */
/* A verification's result image by image, as JUnit and KTAP have it: a suite each, with a case a check. */
#ifndef BTFMATRIX_VERIFY_IMAGE_VIEW_H
#define BTFMATRIX_VERIFY_IMAGE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "core/mem.h"
#include "verify/verify.h"

/* One check on one image. All is borrowed from the result. */
struct image_case {
	const char *check;
	enum check_state state;
	/* of a skipped one */
	const char *reason;
	/* of this check on this image: new ones, which make it fail, and known ones */
	VEC(const struct finding *) findings;
	size_t nr_new;
};

struct image_suite {
	const char *image;
	VEC(struct image_case) cases;
	size_t nr_failed, nr_skipped;
};

struct image_view {
	VEC(struct image_suite) suites;
};

/** Makes the view of @result, which must outlive it: every image, then any that only findings name. */
void image_view_make(const struct verify_result *result, struct image_view *view);
void image_view_release(struct image_view *view);

#endif
