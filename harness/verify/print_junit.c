// SPDX-License-Identifier: GPL-2.0-only
/* JUnit XML: a test suite for each image, a test case for each check. */
#include "core/cleanup.h"
#include "core/escape.h"
#include "verify/image_view.h"
#include "verify/print.h"

static void print_finding(FILE *out, const struct finding *finding)
{
	_cleanup_free_ char *description = verify_describe(finding);

	put_xml(out, description);
	fputc('\n', out);
}

static void print_findings(FILE *out, const struct image_case *one, bool known)
{
	for (size_t i = 0; i < one->findings.len; i++)
		if (!one->findings.data[i]->known == !known)
			print_finding(out, one->findings.data[i]);
}

static void print_state(FILE *out, const struct image_case *one)
{
	if (one->state == CHECK_SKIPPED) {
		fputs("      <skipped message=\"", out);
		put_xml(out, one->reason);
		fputs("\"/>\n", out);
	} else if (one->state == CHECK_FAIL) {
		fprintf(out, "      <failure message=\"%zu finding%s\">", one->nr_new,
			one->nr_new == 1 ? "" : "s");
		print_findings(out, one, false);
		fputs("</failure>\n", out);
	}
	if (one->findings.len > one->nr_new) {
		fputs("      <system-out>", out);
		print_findings(out, one, true);
		fputs("</system-out>\n", out);
	}
}

static void print_case(FILE *out, const char *image, const struct image_case *one)
{
	fputs("    <testcase classname=\"", out);
	put_xml(out, image);
	fprintf(out, "\" name=\"%s\"", one->check);
	if (one->state == CHECK_PASS && !one->findings.len) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n", out);
	print_state(out, one);
	fputs("    </testcase>\n", out);
}

void verify_print_junit(FILE *out, const struct verify_result *result)
{
	struct image_view view = { 0 };

	image_view_make(result, &view);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"btfmatrix "
	      "verify\">\n",
	      out);
	vec_for_each(suite, &view.suites) {
		fputs("  <testsuite name=\"", out);
		put_xml(out, suite->image);
		fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
			suite->cases.len, suite->nr_failed, suite->nr_skipped);
		vec_for_each(one, &suite->cases)
			print_case(out, suite->image, one);
		fputs("  </testsuite>\n", out);
	}
	fputs("</testsuites>\n", out);
	image_view_release(&view);
}
