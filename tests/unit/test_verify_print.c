// SPDX-License-Identifier: GPL-2.0-only
/* A verification's result as text, JUnit and KTAP, with names that nobody chose for printing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "verify/print.h"

/* As BTF of unknown origin may have it: a line feed, an escape sequence, markup, half a character. */
#define EVIL      "a<b>&\"\n\x1b[2J\x01#\xc3"
#define EVIL_SAFE "a<b>&\"\\x0a\\x1b[2J\\x01#\\xc3"
#define EVIL_XML  "a&lt;b&gt;&amp;&quot;\n\\x1b[2J\\x01#\\xc3"

static void add_image(struct verify_result *result, const char *name)
{
	vec_push(&result->images, (struct verified_image){ .name = xstrdup(name) });
}

static void add_outcome(struct verify_result *result, const char *id, enum check_state state,
			bool once, const char *reason)
{
	vec_push(&result->checks, (struct check_outcome){ .id = id,
							  .state = state,
							  .once = once,
							  .reason = reason ? xstrdup(reason) : NULL,
							  .nr_items = 3 });
}

static void add_finding(struct verify_result *result, const char *check, const char *image,
			const char *known)
{
	vec_push(&result->findings, (struct finding){ .check = check,
						      .image = xstrdup(image),
						      .variable = xstrdup(EVIL),
						      .witness = xstrdup("symbols"),
						      .expected = xstrdup("one"),
						      .actual = xstrdup("two"),
						      .known = known ? xstrdup(known) : NULL });
}

/*
 * Two images. check.new fails on the second; check.known has a known finding on the first and could not
 * run on the second; check.once is about the kernel; check.skipped runs on none.
 */
static void make_result(struct verify_result *result)
{
	add_image(result, "vmlinux");
	add_image(result, "mod");
	add_outcome(result, "check.new", CHECK_FAIL, false, NULL);
	add_outcome(result, "check.known", CHECK_FAIL, false, NULL);
	add_outcome(result, "check.once", CHECK_PASS, true, NULL);
	add_outcome(result, "check.skipped", CHECK_SKIPPED, false, "no " EVIL);
	add_finding(result, "check.new", "mod", NULL);
	add_finding(result, "check.known", "vmlinux", "why-it-is-so");
	vec_push(&result->unchecked, (struct unchecked_image){ .check = "check.known",
							       .image = xstrdup("mod"),
							       .reason = xstrdup("no DWARF") });
}

typedef void (*printer)(FILE *out, const struct verify_result *result);

static char *print(printer print_it)
{
	struct verify_result result = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	make_result(&result);
	print_it(out, &result);
	fclose(out);
	assert_int_equal(strlen(text), len);
	verify_result_release(&result);
	return text;
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

/* No byte of it may move a cursor or break a parser. */
static void expect_clean(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p >= 0x7f || ((unsigned char)*p < 0x20 && *p != '\n'))
			fail_msg("byte %#x at %zu of:\n%s", (unsigned char)*p, (size_t)(p - text),
				 text);
}

static void test_junit(void **state)
{
	_cleanup_free_ char *text = print(verify_print_junit);

	(void)state;
	expect_clean(text);
	expect_in(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	expect_in(text, "<testsuite name=\"vmlinux\" tests=\"4\" failures=\"0\" errors=\"0\" "
			"skipped=\"1\">");
	expect_in(text,
		  "<testsuite name=\"mod\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"2\">");
	expect_in(text, "<testcase classname=\"vmlinux\" name=\"check.new\"/>");
	expect_in(text, "<testcase classname=\"vmlinux\" name=\"check.once\"/>");
	expect_in(text, "<testcase classname=\"mod\" name=\"check.new\">\n"
			"      <failure message=\"1 finding\">" EVIL_XML
			": symbols says one; BTF has two\n</failure>");
	expect_in(text, "name=\"check.known\">\n      <system-out>" EVIL_XML);
	expect_in(text, "[known: docs/findings.md#why-it-is-so]");
	expect_in(text, "<testcase classname=\"mod\" name=\"check.known\">\n"
			"      <skipped message=\"no DWARF\"/>");
	expect_in(text, "<skipped message=\"no " EVIL_XML "\"/>");
	assert_null(strstr(text, "classname=\"mod\" name=\"check.once\""));
	expect_in(text, "</testsuites>\n");
}

static void test_ktap(void **state)
{
	_cleanup_free_ char *text = print(verify_print_ktap);

	(void)state;
	expect_clean(text);
	assert_string_equal(text,
			    "KTAP version 1\n"
			    "1..2\n"
			    "    KTAP version 1\n"
			    "    # Subtest: vmlinux\n"
			    "    1..4\n"
			    "    ok 1 check.new\n"
			    "    # " EVIL_SAFE ": symbols says one; BTF has two "
			    "[known: docs/findings.md#why-it-is-so]\n"
			    "    ok 2 check.known\n"
			    "    ok 3 check.once\n"
			    "    ok 4 check.skipped # SKIP no a<b>&\"\\x0a\\x1b[2J\\x01\\x23\\xc3\n"
			    "ok 1 vmlinux\n"
			    "    KTAP version 1\n"
			    "    # Subtest: mod\n"
			    "    1..3\n"
			    "    # " EVIL_SAFE ": symbols says one; BTF has two\n"
			    "    not ok 1 check.new\n"
			    "    ok 2 check.known # SKIP no DWARF\n"
			    "    ok 3 check.skipped # SKIP no a<b>&\"\\x0a\\x1b[2J\\x01\\x23\\xc3\n"
			    "not ok 2 mod\n");
}

static void print_text(FILE *out, const struct verify_result *result)
{
	verify_print_text(out, result, 0);
}

static void test_text(void **state)
{
	_cleanup_free_ char *text = print(print_text);

	(void)state;
	expect_clean(text);
	expect_in(text, "fail     check.new                      3 items\n");
	expect_in(text, "skipped  check.known                    mod: no DWARF\n");
	expect_in(text, "skipped  check.skipped                  no " EVIL_SAFE "\n");
	expect_in(text, "  mod: " EVIL_SAFE ": symbols says one; BTF has two\n");
}

/* What is no image's but only a finding's has a suite too: nothing found may be lost. */
static void test_image_that_is_not_there(void **state)
{
	struct verify_result result = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	add_image(&result, "vmlinux");
	add_outcome(&result, "check.once", CHECK_FAIL, true, NULL);
	add_finding(&result, "check.once", "gone", NULL);
	add_finding(&result, "known.unmatched", "vmlinux", NULL);
	verify_print_ktap(out, &result);
	fclose(out);
	expect_in(text, "    ok 1 check.once\n");
	expect_in(text, "    not ok 2 known.unmatched\nnot ok 1 vmlinux\n");
	expect_in(text, "    not ok 1 check.once\nnot ok 2 gone\n");
	verify_result_release(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_junit),     cmocka_unit_test(test_ktap),
		cmocka_unit_test(test_text),      cmocka_unit_test(test_image_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
