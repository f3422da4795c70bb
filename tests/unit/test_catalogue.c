// SPDX-License-Identifier: GPL-2.0-only
/* The catalogue of checks, and what the manual page says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "scratch.h"
#include "verify/checks.h"
#include "verify/print.h"

static char *print(void (*print_it)(FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	print_it(out);
	fclose(out);
	return text;
}

static void test_each_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_checks; i++) {
		const struct check *check = &checks[i];

		if (!check->asserts || !check->witness || !check->source || !check->run)
			fail_msg("%s lacks a field", check->id);
		assert_ptr_equal(check_by_id(check->id), check);
		/* sentences without a full stop, which whoever prints them puts */
		if (str_ends(check->asserts, ".") || str_ends(check->source, "."))
			fail_msg("%s ends in a full stop", check->id);
	}
}

static void test_text_has_all(void **state)
{
	_cleanup_free_ char *text = print(checks_print_text);

	(void)state;
	for (size_t i = 0; i < nr_checks; i++) {
		assert_non_null(strstr(text, checks[i].id));
		assert_non_null(strstr(text, checks[i].source));
	}
}

static void test_manual_page(void **state)
{
	static const char begin[] = "\n.\\\" checks begin", end[] = "\n.\\\" checks end";
	_cleanup_free_ char *path = NULL, *page = NULL, *catalogue = print(checks_print_mdoc);
	char *from, *to;

	(void)state;
	expect_ok(project_path(&path, "docs/btfmatrix.1"));
	expect_ok(file_read(path, 0, &page, NULL));
	from = strstr(page, begin);
	assert_non_null(from);
	from = strchr(from + 1, '\n') + 1;
	to = strstr(from, end);
	assert_non_null(to);
	to[1] = '\0';
	if (strcmp(from, catalogue) != 0)
		fail_msg("docs/btfmatrix.1 has another catalogue than the program; "
			 "run scripts/update-man.sh build/btfmatrix");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_row_is_whole),
		cmocka_unit_test(test_text_has_all),
		cmocka_unit_test(test_manual_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
