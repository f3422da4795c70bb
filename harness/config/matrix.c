// SPDX-License-Identifier: GPL-2.0-only
#include "config/matrix.h"

#include <stdlib.h>

#include "config/ini_schema.h"
#include "config/pahole_spec.h"
#include "config/profile.h"
#include "core/mem.h"
#include "plan/cell.h"

static const char *check_mode(const char *value)
{
	enum btf_mode mode;

	return btf_mode_parse(value, &mode) ? NULL : "must be n, m or y, separated by spaces";
}

#define LIST(key_, member_, check_, help_, ...)                                             \
	{                                                                                   \
		.section = "matrix", .key = key_, .type = INI_WORDS, .unique = true,        \
		.offset = offsetof(struct matrix, member_), .check = check_, .help = help_, \
		__VA_ARGS__                                                                 \
	}

static const struct ini_field fields[] = {
	{
		.section = "matrix",
		.key = "description",
		.type = INI_STRING,
		.offset = offsetof(struct matrix, description),
		.help = "one line that says what the matrix is for",
	},
	LIST("arches", arches, ini_check_name, "names of files in arches/", .required = true),
	LIST("toolchains", toolchains, ini_check_name, "names of files in configs/toolchains/",
	     .required = true),
	LIST("kernels", kernels, ini_check_name, "names of files in configs/kernels/",
	     .required = true),
	LIST("else_kernels", else_kernels, ini_check_name,
	     "names of files in configs/kernels/, for architectures that no other line is for"),
	LIST("profiles", profiles, ini_check_name, "names of files in " PROFILE_DIR,
	     .fallback = PROFILE_DEFAULT),
	LIST("paholes", paholes, pahole_spec_check, "paholes: default, host, versions",
	     .fallback = PAHOLE_SPEC_DEFAULT),
	LIST("modes", modes, check_mode, "states of CONFIG_DEBUG_INFO_BTF_VARS: n m y",
	     .required = true),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

struct error *matrix_load(const char *path, struct matrix **ret)
{
	_cleanup_(matrix_cleanup) struct matrix *matrix = xcalloc(1, sizeof(*matrix));
	struct error *err = ini_load(path, &schema, matrix);

	if (err)
		return err;
	matrix->path = xstrdup(path);
	*ret = return_ptr(matrix);
	return NULL;
}

void matrix_free(struct matrix *matrix)
{
	if (!matrix)
		return;
	ini_release(&schema, matrix);
	free(matrix->path);
	free(matrix);
}
