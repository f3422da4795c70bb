// SPDX-License-Identifier: GPL-2.0-only
/*
 * KTAP version 1: a test for each image, with a subtest for each check. Source:
 * Documentation/dev-tools/ktap.rst.
 */
#include "core/cleanup.h"
#include "core/escape.h"
#include "verify/image_view.h"
#include "verify/print.h"

static void print_case(FILE *out, size_t number, const struct image_case *one)
{
	for (size_t i = 0; i < one->findings.len; i++) {
		_cleanup_free_ char *description = verify_describe(one->findings.data[i]);

		fputs("    # ", out);
		put_line(out, description);
		fputc('\n', out);
	}
	fprintf(out, "    %s %zu %s", one->state == CHECK_FAIL ? "not ok" : "ok", number,
		one->check);
	if (one->state == CHECK_SKIPPED) {
		fputs(" # SKIP ", out);
		put_ktap(out, one->reason);
	}
	fputc('\n', out);
}

static void print_suite(FILE *out, size_t number, const struct image_suite *suite)
{
	fputs("    KTAP version 1\n    # Subtest: ", out);
	put_ktap(out, suite->image);
	fprintf(out, "\n    1..%zu\n", suite->cases.len);
	for (size_t i = 0; i < suite->cases.len; i++)
		print_case(out, i + 1, &suite->cases.data[i]);
	fprintf(out, "%s %zu ", suite->nr_failed ? "not ok" : "ok", number);
	put_ktap(out, suite->image);
	fputs(suite->nr_skipped == suite->cases.len ? " # SKIP no check could run\n" : "\n", out);
}

void verify_print_ktap(FILE *out, const struct verify_result *result)
{
	struct image_view view = { 0 };

	image_view_make(result, &view);
	fprintf(out, "KTAP version 1\n1..%zu\n", view.suites.len);
	for (size_t i = 0; i < view.suites.len; i++)
		print_suite(out, i + 1, &view.suites.data[i]);
	image_view_release(&view);
}
