// SPDX-License-Identifier: GPL-2.0-only
/* pahole's command line, in the forms that kbuild gives it. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "cli/pahole_args.h"
#include "core/strbuf.h"

enum {
	MAX_ARGS = 12
};

static const struct {
	/* by blanks */
	const char *line;
	bool encode, distilled_base, all_vars, all_vars_option, ask_features;
	/* NULL: none */
	const char *base, *detached, *file;
	/* by blanks; NULL: as given */
	const char *rest;
	/* by blanks; NULL: as rest */
	const char *plain;
} lines[] = {
	{ .line = "--version" },
	{ .line = "" },
	{ .line = "vmlinux", .file = "vmlinux" },
	/* link-vmlinux.sh of 6.12 */
	{
		.line = "-J -j --btf_features=encode_force,var --lang_exclude=rust .tmp_vmlinux1",
		.encode = true,
		.file = ".tmp_vmlinux1",
	},
	/* Makefile.modfinal */
	{
		.line = "-J -j --btf_base vmlinux crypto/aes.ko",
		.encode = true,
		.base = "vmlinux",
		.file = "crypto/aes.ko",
	},
	/* vmlinux_btf_extra */
	{
		.line = "-J --btf_base vmlinux --btf_encode_detached=.x.ko.btf vmlinux",
		.encode = true,
		.base = "vmlinux",
		.detached = ".x.ko.btf",
		.file = "vmlinux",
		.rest = "-J --btf_base vmlinux vmlinux",
	},
	{
		.line = "--btf_encode_detached out --btf_base=base vmlinux",
		.encode = true,
		.base = "base",
		.detached = "out",
		.file = "vmlinux",
		.rest = "--btf_base=base vmlinux",
	},
	{ .line = "--btf_encode vmlinux", .encode = true, .file = "vmlinux" },
	/* modules outside the tree */
	{
		.line = "-J --btf_features=var --btf_features=distilled_base --btf_base vmlinux "
			"m.ko",
		.encode = true,
		.distilled_base = true,
		.base = "vmlinux",
		.file = "m.ko",
	},
	/* all variables: with 6.12 and later, with 6.1 and an old pahole, one feature among others */
	{
		.line = "-J -j --btf_features=encode_force,var --btf_features=+global_var vmlinux",
		.encode = true,
		.all_vars = true,
		.file = "vmlinux",
		.plain = "-J -j --btf_features=encode_force,var vmlinux",
	},
	{
		.line = "-J --btf_gen_floats --encode_all_btf_vars --btf_base vmlinux vmlinux",
		.encode = true,
		.all_vars = true,
		.all_vars_option = true,
		.base = "vmlinux",
		.file = "vmlinux",
		.plain = "-J --btf_gen_floats --btf_base vmlinux vmlinux",
	},
	{
		.line = "-J --btf_features float,global_var,var vmlinux",
		.encode = true,
		.all_vars = true,
		.file = "vmlinux",
		.plain = "-J --btf_features=float,var vmlinux",
	},
	{
		.line = "-J --btf_features_strict=+global_var,float vmlinux",
		.encode = true,
		.all_vars = true,
		.file = "vmlinux",
		.plain = "-J --btf_features_strict=+float vmlinux",
	},
	{
		.line = "-J --btf_features=+global_var --btf_features=-global_var vmlinux",
		.encode = true,
		.file = "vmlinux",
		.plain = "-J vmlinux",
	},
	{
		.line = "-J --btf_features=global_variables,global_va vmlinux",
		.encode = true,
		.file = "vmlinux",
	},
	/* the gates */
	{
		.line = "--encode_all_btf_vars --version",
		.all_vars = true,
		.all_vars_option = true,
		.plain = "--version",
	},
	{ .line = "--supported_btf_features", .ask_features = true },
	/* what names no file: pahole will say so */
	{ .line = "-J", .encode = true },
	{ .line = "-J --btf_base vmlinux", .encode = true, .base = "vmlinux" },
	{ .line = "-J vmlinux --btf_base", .encode = true },
	{ .line = "-J vmlinux -j", .encode = true },
	/* other options that only begin so */
	{ .line = "--btf_base_x=1 vmlinux", .file = "vmlinux" },
};

static void check_string(const char *got, const char *wanted)
{
	if (!wanted)
		assert_null(got);
	else
		assert_string_equal(got, wanted);
}

static void every_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(pahole_args_release) struct pahole_args args;
		_cleanup_free_ char *words = xstrdup(lines[i].line);
		_cleanup_strbuf_ struct strbuf rest = STRBUF_INIT, plain = STRBUF_INIT;
		const char *wanted;
		char *argv[MAX_ARGS] = { 0 };
		size_t nr = 0;

		for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
			assert_true(nr < MAX_ARGS - 1);
			argv[nr++] = word;
		}
		pahole_args_parse(&args, argv);
		assert_int_equal(args.encode, lines[i].encode);
		assert_int_equal(args.distilled_base, lines[i].distilled_base);
		assert_int_equal(args.all_vars, lines[i].all_vars);
		assert_int_equal(args.all_vars_option, lines[i].all_vars_option);
		assert_int_equal(args.ask_features, lines[i].ask_features);
		check_string(args.base, lines[i].base);
		check_string(args.detached, lines[i].detached);
		check_string(args.file, lines[i].file);
		vec_for_each(arg, &args.rest)
			strbuf_addf(&rest, "%s%s", rest.len ? " " : "", *arg);
		wanted = lines[i].rest ?: lines[i].line;
		assert_string_equal(strbuf_str(&rest), wanted);
		vec_for_each(arg, &args.plain)
			strbuf_addf(&plain, "%s%s", plain.len ? " " : "", *arg);
		assert_string_equal(strbuf_str(&plain), lines[i].plain ?: wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
