// SPDX-License-Identifier: GPL-2.0-only
/* Matrix files. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>

#include "config/matrix.h"
#include "config/project.h"
#include "core/mem.h"
#include "scratch.h"

static char *joined(strv list)
{
	return strv_join(STRV_CONST(list), " ");
}

static void default_matrix(void **state)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_(matrix_cleanup) struct matrix *matrix = NULL;

	(void)state;
	expect_ok(project_path(&path, "configs/matrices/default.ini"));
	expect_ok(matrix_load(path, &matrix));

	_cleanup_free_ char *arches = joined(matrix->arches), *modes = joined(matrix->modes);
	_cleanup_free_ char *toolchains = joined(matrix->toolchains);
	_cleanup_free_ char *kernels = joined(matrix->kernels);
	assert_string_equal(arches, "x86_64 arm64 s390x");
	assert_string_equal(toolchains, "gcc");
	assert_string_equal(kernels, "6.12");
	assert_string_equal(modes, "n m y");
	assert_non_null(matrix->description);
	/* where the file says nothing */
	_cleanup_free_ char *profiles = joined(matrix->profiles),
			    *paholes = joined(matrix->paholes);
	assert_string_equal(profiles, "tiny");
	assert_string_equal(paholes, "default");
}

static void bad_matrices(void **state)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{ "[matrix]\narches = a\ntoolchains = t\nkernels = k\nmodes = n x\n",
		  ":5: 'x' in modes must be n, m or y" },
		{ "[matrix]\narches = a\ntoolchains = t\nkernels = k\nmodes = n n\n",
		  ":5: 'n' is in modes twice" },
		{ "[matrix]\narches = a\ntoolchains = t\nkernels = k\nmodes = n\npaholes = "
		  "1.24+encode "
		  "1.3O\n",
		  ":6: '1.3O' in paholes must be default, or host, a version" },
		{ "[matrix]\narches =\ntoolchains = t\nkernels = k\nmodes = n\n",
		  ":2: arches is empty; give names of files in arches/" },
		{ "[matrix]\narches = ../a\ntoolchains = t\nkernels = k\nmodes = n\n",
		  ":2: '../a' in arches must be a name" },
		{ "[matrix]\narches = a, b\ntoolchains = t\nkernels = k\nmodes = n\n",
		  ":2: 'a,' in arches must be a name: a-z, 0-9, '_', '.', '-'; names are separated "
		  "by "
		  "spaces" },
		{ "[matrix]\narches = a\nkernels = k\nmodes = n\n",
		  ":1: [matrix] toolchains is missing; add `toolchains = ...`" },
		{ "[matrix]\narch = a\n",
		  ":2: unknown key 'arch' in [matrix]; did you mean 'arches'?" },
	};
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *path = scratch_file(dir, "bad.ini", bad[i].text);
		struct matrix *matrix = NULL;

		expect_error(matrix_load(path, &matrix), "/bad.ini", bad[i].what, NULL);
		assert_null(matrix);
	}
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_matrix),
		cmocka_unit_test(bad_matrices),
	};

	return cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
}
