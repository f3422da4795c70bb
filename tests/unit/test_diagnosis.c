// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix doctor's findings, with a $PATH of the test's own. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/diagnosis.h"
#include "core/cleanup.h"
#include "scratch.h"

static char *saved_path;

static int setup(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *cache = xasprintf("%s/cache", dir);

	saved_path = xstrdup(getenv("PATH"));
	setenv("PATH", dir, 1);
	setenv("XDG_CACHE_HOME", cache, 1);
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	setenv("PATH", saved_path, 1);
	free(saved_path);
	scratch_remove(*state);
	return 0;
}

static void add_program(const char *dir, const char *name, const char *says)
{
	_cleanup_free_ char *text = xasprintf("#!/bin/sh\necho '%s'\n", says);
	_cleanup_free_ char *path = scratch_file(dir, name, text);

	assert_int_equal(chmod(path, 0755), 0);
}

static const struct diagnosis *find(struct diagnoses *found, const char *what)
{
	vec_for_each(d, &found->list)
		if (str_eq(d->what, what))
			return d;
	fail_msg("doctor says nothing of %s", what);
	return NULL;
}

static void expect_state(struct diagnoses *found, const char *what, bool ok, const char *detail,
			 const char *mend)
{
	const struct diagnosis *d = find(found, what);

	if (d->ok != ok || !strstr(d->detail, detail))
		fail_msg("%s: %s, %s", what, d->ok ? "ok" : "missing", d->detail);
	if (ok)
		assert_null(d->mend);
	else if (!strstr(d->mend, mend))
		fail_msg("%s: mend is %s", what, d->mend);
}

static void examine(const char *arch, struct diagnoses *found)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;

	expect_ok(plan_make(&(struct plan_request){ .arches = arch }, &plan));
	expect_ok(diagnose(plan, found));
}

static void nothing_there(void **state)
{
	_cleanup_(diagnoses_release) struct diagnoses found = { 0 };

	(void)state;
	examine("s390x,arm64", &found);
	expect_state(&found, "make", false, "make is not in $PATH", "package build-essential");
	expect_state(&found, "pahole", false, "the host has none", "pahole 1.28 or newer");
	expect_state(&found, "s390x/gcc: compiler", false, "s390x-linux-gnu-gcc is not in $PATH",
		     "package gcc-s390x-linux-gnu");
	expect_state(&found, "arm64/gcc: compiler", false, "aarch64-linux-gnu-gcc is not in",
		     "package gcc-aarch64-linux-gnu");
	expect_state(&found, "s390x: QEMU", false, "qemu-system-s390x is not in",
		     "qemu-system-s390x or qemu-system-misc");
	expect_state(&found, "/bin/sh", true, "(/bin/sh)", NULL);
	/* what was not selected is not looked for */
	vec_for_each(d, &found.list)
		assert_null(strstr(d->what, "x86_64"));
}

static void tools_there(void **state)
{
	_cleanup_(diagnoses_release) struct diagnoses found = { 0 };

	add_program(*state, "make", "GNU Make 4.4.1");
	add_program(*state, "pahole", "v1.30");
	add_program(*state, "s390x-linux-gnu-gcc", "gcc (x) 14.2.0");
	add_program(*state, "qemu-system-s390x", "no version at all");
	examine("s390x", &found);
	expect_state(&found, "make", true, "make 4.4.1 (", NULL);
	expect_state(&found, "pahole", true, "1.30 (", NULL);
	expect_state(&found, "s390x/gcc: compiler", true, "s390x-linux-gnu-gcc 14.2.0 (", NULL);
	/* it is there and does not work */
	expect_state(&found, "s390x: QEMU", false, "tells no version", "qemu-system-misc");
	/* this compiler answers -print-file-name with something that is no file */
	expect_state(&found, "s390x: static C library", false, "finds no libc.a",
		     "libc6-dev-s390x-cross");
}

static void old_pahole(void **state)
{
	_cleanup_(diagnoses_release) struct diagnoses with_apt = { 0 }, without = { 0 };

	add_program(*state, "pahole", "v1.24");
	examine("s390x", &without);
	expect_state(&without, "pahole", false, "1.24 (", "no apt-get to fetch it with");
	add_program(*state, "apt-get", "apt 2.6.1");
	examine("s390x", &with_apt);
	expect_state(&with_apt, "pahole", true, "has no global_var (from 1.28); Debian 13's", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_there, setup, teardown),
		cmocka_unit_test_setup_teardown(tools_there, setup, teardown),
		cmocka_unit_test_setup_teardown(old_pahole, setup, teardown),
	};

	return cmocka_run_group_tests_name("diagnosis", tests, NULL, NULL);
}
