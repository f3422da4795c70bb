// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors of features, and how pahole must have been run for one. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/feature.h"
#include "core/mem.h"
#include "scratch.h"
#include "verify/checks.h"

static void descriptors(void **state)
{
	char *dir = scratch_make();
	_cleanup_(feature_cleanup) struct feature *feature = NULL, *two = NULL, *bad = NULL;
	_cleanup_free_ char *path = scratch_file(
		dir, "mine.ini",
		"[feature]\nsymbol = MY_VARS\nmodes = n m y\nmodule = drivers/my-vars.ko\n"
		"pahole = global_var\nsysfs = /sys/kernel/btf_extra/vmlinux\n");
	_cleanup_free_ char *bool_path = scratch_file(
		dir, "two.ini", "[feature]\nsymbol = X\nmodes = y n\npahole = --all\n");
	static const struct {
		const char *text, *what;
	} wrong[] = {
		{ "[feature]\nsymbol = CONFIG_X\nmodes = n y\npahole = a\n", ":2" },
		{ "[feature]\nsymbol = X\nmodes = n m y\npahole = a\n",
		  ":3: a feature has a module and" },
		{ "[feature]\nsymbol = X\nmodes = n y\nmodule = a/b.ko\npahole = a\n",
		  "or neither" },
		{ "[feature]\nsymbol = X\nmodes = n m\nmodule = ../b.ko\npahole = a\n", ":4" },
		{ "[feature]\nsymbol = X\nmodes = n m\nmodule = b\npahole = a\n",
		  "like kernel/bpf/name.ko" },
		{ "[feature]\nsymbol = X\nmodes = n m\nmodule = a/b.ko\npahole = a\nsysfs = "
		  "/dev/x\n",
		  ":6: '/dev/x' in sysfs must be a file below /sys" },
		{ "[feature]\nsymbol = X\nmodes = n y\npahole = a\nsysfs = /sys/x\n",
		  ":5: sysfs is where a module's BTF is" },
		{ "[feature]\nsymbol = X\nmodes = n yes\npahole = a\n", "must be n, m or y" },
		{ "[feature]\nsymbol = X\nmodes = n y\n", "pahole" },
	};

	(void)state;
	expect_ok(feature_load(path, &feature));
	assert_string_equal(feature->name, "mine");
	/* as the kernel calls it: "-" is "_" */
	assert_string_equal(feature->module_name, "my_vars");
	assert_string_equal(feature->sysfs, "/sys/kernel/btf_extra/vmlinux");
	expect_ok(feature_load(bool_path, &two));
	assert_null(two->module_name);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		_cleanup_free_ char *wrong_path = scratch_file(dir, "wrong.ini", wrong[i].text);

		expect_error(feature_load(wrong_path, &bad), "wrong.ini", wrong[i].what, NULL);
	}
	scratch_remove(dir);
}

/* Findings of mode.pahole-flags; *image_ret: the image of the last one, "" for none. */
static size_t judge(enum btf_mode mode, const char *vmlinux, const char *extra,
		    const char **image_ret, bool *skipped_ret)
{
	static const char *const words[] = { "global_var", "--encode_all", NULL };
	const struct verify_input input = {
		.mode = mode, .pahole = { .words = words, .vmlinux = vmlinux, .extra = extra }
	};
	const struct evidence evidence = { .input = &input };
	const struct check *check = check_by_id("mode.pahole-flags");
	struct verify_result result = { 0 };
	struct check_run run = { .check = check, .evidence = &evidence, .result = &result };
	static char image[64];

	check->run(&run);
	*skipped_ret = run.skip_reason != NULL;
	free(run.skip_reason);
	*image = '\0';
	vec_for_each(finding, &result.findings) {
		snprintf(image, sizeof(image), "%s", finding->image);
		assert_non_null(strstr(finding->expected,
				       "--btf_features=+global_var or --encode_all in mode"));
	}
	*image_ret = image;

	size_t nr = result.findings.len;
	verify_result_release(&result);
	return nr;
}

static void expect_flags(enum btf_mode mode, const char *vmlinux, const char *extra, size_t nr,
			 const char *image)
{
	const char *got;
	bool skipped;

	assert_int_equal(judge(mode, vmlinux, extra, &got, &skipped), nr);
	assert_false(skipped);
	assert_string_equal(got, image);
}

static void flags(void **state)
{
	static const char with[] = "-J --btf_features=var,+global_var -j2 x";
	static const char with_value[] = "-J --btf_features global_var,var x";
	static const char with_option[] = "-J --encode_all x";
	/* names that only look like it */
	static const char without[] =
		"-J --btf_features=var,global_vars --encode_all_x --global_var global_var";
	const char *image;
	bool skipped;

	(void)state;
	expect_flags(BTF_MODE_N, without, NULL, 0, "");
	expect_flags(BTF_MODE_N, with, NULL, 1, "vmlinux");
	expect_flags(BTF_MODE_Y, with, NULL, 0, "");
	expect_flags(BTF_MODE_Y, with_value, NULL, 0, "");
	expect_flags(BTF_MODE_Y, with_option, NULL, 0, "");
	expect_flags(BTF_MODE_Y, without, NULL, 1, "vmlinux");
	expect_flags(BTF_MODE_M, without, with, 0, "");
	expect_flags(BTF_MODE_M, without, without, 1, "vmlinux_btf_extra");
	expect_flags(BTF_MODE_M, without, NULL, 1, "vmlinux_btf_extra");
	expect_flags(BTF_MODE_M, with, with, 1, "vmlinux");
	/* files from anywhere: nobody knows */
	assert_int_equal(judge(BTF_MODE_M, NULL, NULL, &image, &skipped), 0);
	assert_true(skipped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors),
		cmocka_unit_test(flags),
	};

	return cmocka_run_group_tests_name("features", tests, NULL, NULL);
}
