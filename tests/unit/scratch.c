// SPDX-License-Identifier: GPL-2.0-only
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "scratch.h"

#include <stdlib.h>
#include <string.h>

#include "core/fileio.h"
#include "core/mem.h"

char *scratch_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/btfmatrix-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	assert_non_null(mkdtemp(dir));
	return dir;
}

void scratch_remove(char *dir)
{
	expect_ok(tree_remove(dir));
	free(dir);
}

char *scratch_bytes(const char *dir, const char *name, const void *data, size_t len)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	expect_ok(dir_make(path));
	*slash = '/';
	expect_ok(file_write_atomic(path, data, len, 0644));
	return path;
}

char *scratch_file(const char *dir, const char *name, const char *text)
{
	return scratch_bytes(dir, name, text, strlen(text));
}

void expect_error(struct error *err, ...)
{
	va_list parts;
	const char *part;

	if (!err)
		fail_msg("there is no error");
	va_start(parts, err);
	while ((part = va_arg(parts, const char *)))
		if (!strstr(err->message, part))
			fail_msg("no \"%s\" in: %s", part, err->message);
	va_end(parts);
	error_free(err);
}

void expect_ok(struct error *err)
{
	if (err)
		fail_msg("%s", err->message);
}
