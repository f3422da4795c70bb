// SPDX-License-Identifier: GPL-2.0-only
/* What programs say their version is. */
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

#include "config/tool_versions.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "scratch.h"

static void first_lines(void **state)
{
	static const struct {
		const char *output, *version;
	} cases[] = {
		{ "gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022\n", "12.2.0" },
		{ "gcc (SUSE Linux) 13.2.1 20230912 [revision b96e66f]\n", "13.2.1" },
		{ "GNU ld (GNU Binutils for Debian) 2.40\n", "2.40" },
		{ "GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu\n", "4.3" },
		{ "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\n", "7.2.22" },
		{ "v1.24\n", "1.24" },
		{ "Debian clang version 19.1.7 (3~deb13u1)\n", "19.1.7" },
		{ "Debian LLD 19.1.7 (compatible with GNU linkers)\n", "19.1.7" },
		{ "GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n", "5.2.15" },
		{ "bc 1.07.1\r\n", "1.07.1" },
		{ "a tool, version 3.1.\n", "3.1" },
		/* the first line alone, and no bare number */
		{ "usage: tool\n1.2.3\n", NULL },
		{ "tool 7\n", NULL },
		{ "tool (1.2\n", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *version = tool_version_parse(cases[i].output);

		if (!cases[i].version)
			assert_null(version);
		else if (!version || !str_eq(version, cases[i].version))
			fail_msg("%s: got %s", cases[i].output, version ? version : "nothing");
	}
}

static void programs(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *good =
		scratch_file(dir, "x-cc", "#!/bin/sh\n[ \"$1\" = --version ] && echo x-cc 4.5.6\n");
	_cleanup_free_ char *mute = scratch_file(dir, "mute", "#!/bin/sh\necho no idea\n");
	_cleanup_free_ char *broken = scratch_file(dir, "broken", "#!/bin/sh\nexit 3\n");
	_cleanup_free_ char *absent = xasprintf("%s/absent", dir);
	_cleanup_free_ char *version = NULL, *shell = NULL;

	(void)state;
	assert_int_equal(chmod(good, 0755) | chmod(mute, 0755) | chmod(broken, 0755), 0);
	expect_ok(tool_version(good, &version));
	assert_string_equal(version, "x-cc 4.5.6");
	expect_error(tool_version(mute, &shell), "mute --version` tells no version", NULL);
	expect_error(tool_version(broken, &shell), "broken", NULL);
	expect_error(tool_version(absent, &shell), "absent", NULL);

	/* what /bin/sh is, not "sh" */
	_cleanup_free_ char *real = realpath("/bin/sh", NULL);
	expect_ok(tool_version("sh", &shell));
	assert_true(str_starts(shell, strrchr(real, '/') + 1));
	scratch_remove(dir);
}

/* A script is asked once by a process, and again when it is another. */
static void scripts_are_asked_once(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *calls = scratch_file(dir, "calls", "");
	_cleanup_free_ char *text = xasprintf("#!/bin/sh\necho >>%s\necho y-cc 1.2\n", calls);
	_cleanup_free_ char *changed = xasprintf("#!/bin/sh\necho >>%s\necho y-cc 1.2.30\n", calls);
	_cleanup_free_ char *program = scratch_file(dir, "y-cc", text), *said = NULL;

	(void)state;
	for (int i = 0; i < 3; i++) {
		_cleanup_free_ char *version = NULL;

		if (i == 2)
			free(scratch_file(dir, "y-cc", changed));
		assert_int_equal(chmod(program, 0755), 0);
		expect_ok(tool_version(program, &version));
		assert_string_equal(version, i == 2 ? "y-cc 1.2.30" : "y-cc 1.2");
	}
	expect_ok(file_read(calls, 0, &said, NULL));
	assert_string_equal(said, "\n\n");
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_lines),
		cmocka_unit_test(programs),
		cmocka_unit_test(scripts_are_asked_once),
	};

	return cmocka_run_group_tests_name("tool_versions", tests, NULL, NULL);
}
