// SPDX-License-Identifier: GPL-2.0-only
/* Profiles and paholes by name: what a cell has beside architecture, toolchain, kernel and mode. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "build/kconfig.h"
#include "config/pahole_spec.h"
#include "config/profile.h"
#include "config/project.h"
#include "core/mem.h"
#include "scratch.h"

static void fragment_alone(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = scratch_file(dir, "net.config", "CONFIG_NET=y\n");
	_cleanup_(profile_cleanup) struct profile *profile = NULL;

	(void)state;
	expect_ok(profile_load(path, &profile));
	assert_string_equal(profile->name, "net");
	assert_int_equal(strv_len(STRV_CONST(profile->base_targets)), 0);
	assert_null(profile->ini_path);
	assert_null(profile_reason_against(profile, "x86_64", "gcc"));
	scratch_remove(dir);
}

static void companion(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = scratch_file(dir, "up.config", "");
	_cleanup_free_ char *ini = scratch_file(
		dir, "up.ini",
		"[profile]\ndescription = one CPU\nnot_arches = s390x arm64\n"
		"not_toolchains = odd\nreason = always SMP\n[kernel]\nnot_asked = NR_CPUS\n"
		"base_targets = defconfig mod2noconfig\nmoves = yes\n");
	_cleanup_(profile_cleanup) struct profile *profile = NULL;
	_cleanup_free_ char *why = NULL, *why_tools = NULL;

	(void)state;
	expect_ok(profile_load(path, &profile));
	assert_string_equal(profile->description, "one CPU");
	assert_string_equal(profile->base_targets[1], "mod2noconfig");
	assert_true(profile->moves);
	assert_string_equal(profile->not_asked[0], "NR_CPUS");
	assert_null(profile_reason_against(profile, "x86_64", "gcc"));
	why = profile_reason_against(profile, "arm64", "gcc");
	assert_non_null(strstr(why, "profile up is not for arm64: always SMP (/"));
	assert_non_null(strstr(why, "/up.ini)"));
	why_tools = profile_reason_against(profile, "x86_64", "odd");
	assert_non_null(strstr(why_tools, "profile up is not for odd"));
	scratch_remove(dir);
}

static void bad_companions(void **state)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{ "[profile]\nnot_arches = a\n", ":1: [profile] reason is missing" },
		{ "[profile]\ntoolchains = a\n", ":1: [profile] reason is missing" },
		{ "[profile]\narchs = a\n", "did you mean 'arches'?" },
		{ "[kernel]\nnot_asked = CONFIG_SMP\n", ":2: 'CONFIG_SMP' in not_asked must be" },
		{ "[kernel]\nbase_targets = vmlinux\n", "must be targets of kbuild's" },
		{ "[kernel]\nbase_targets = O=/tmp/config\n", "must be targets of kbuild's" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *dir = scratch_make();
		_cleanup_free_ char *path = scratch_file(dir, "p.config", "");
		_cleanup_free_ char *ini = scratch_file(dir, "p.ini", bad[i].text);
		struct profile *profile = NULL;

		expect_error(profile_load(path, &profile), "/p.ini", bad[i].what, NULL);
		assert_null(profile);
		scratch_remove(dir);
	}
}

/* What a cell asks for: base, architecture, kernel line, profile, mode; the profile may take back. */
static void request_of_a_cell(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *base =
		scratch_file(dir, "configs/kernel/base.config",
			     "# base\nCONFIG_SMP=y\nCONFIG_NR_CPUS=4\n# CONFIG_BUG is not set\n");
	_cleanup_free_ char *toolchains = scratch_file(dir, "configs/toolchains/gcc.ini", "");
	_cleanup_free_ char *series = scratch_file(dir, "patches/linux/6.12/series", "");
	_cleanup_free_ char *arches = scratch_file(dir, "arches/a.ini", "");
	_cleanup_free_ char *path =
		scratch_file(dir, PROFILE_DIR "/up.config", "# CONFIG_SMP is not set\n");
	_cleanup_free_ char *ini =
		scratch_file(dir, PROFILE_DIR "/up.ini", "[kernel]\nnot_asked = NR_CPUS BUG PCI\n");
	_cleanup_(profile_cleanup) struct profile *profile = NULL;
	_cleanup_strbuf_ struct strbuf request = STRBUF_INIT;
	char *lines[] = { (char[]){ "CONFIG_PCI=y" }, (char[]){ "CONFIG_PCIE=y" }, NULL };
	const struct arch arch = { .name = "a", .path = arches, .kconfig = lines };
	/* of these the first is for another architecture, and of the last two the profile drops one */
	char *needs[] = { (char[]){ "ab:CONFIG_OTHER=y" }, (char[]){ "a:CONFIG_PCIE=n" },
			  (char[]){ "a:CONFIG_PCI=n" }, NULL };
	const struct toolchain toolchain = { .kconfig = needs };
	const struct kernel_line line = { .path = base };
	const struct feature feature = { .symbol = "VARS" };
	struct cell cell = { .arch = &arch,
			     .toolchain = &toolchain,
			     .line = &line,
			     .feature = &feature,
			     .mode = BTF_MODE_M };

	(void)state;
	setenv("BTFMATRIX_DIR", dir, 1);
	expect_ok(profile_load(path, &profile));
	cell.profile = profile;
	expect_ok(kconfig_request(&cell, &request));
	assert_string_equal(strbuf_str(&request), "CONFIG_SMP=y\nCONFIG_PCIE=y\nCONFIG_PCIE=n\n"
						  "# CONFIG_SMP is not set\nCONFIG_VARS=m\n");
	unsetenv("BTFMATRIX_DIR");
	scratch_remove(dir);
}

static void paholes(void **state)
{
	static const struct {
		const char *text, *label, *which;
		bool stock, encode;
	} good[] = {
		{ "default", NULL, NULL, false, false },
		{ "repaired", NULL, NULL, false, false },
		{ "stock", "stock", NULL, true, false },
		{ "encode", "encode", NULL, false, true },
		{ "1.30", "1.30", "1.30", false, false },
		{ "1.24+encode", "1.24+encode", "1.24", false, true },
		{ "1.30-stock", "1.30-stock", "1.30", true, false },
		{ "host-stock", "host-stock", "host", true, false },
		{ "/opt/my pahole/p-stock", "_opt_my_pahole_p-stock", "/opt/my pahole/p", true,
		  false },
		{ "./pahole", "._pahole", "./pahole", false, false },
	};
	static const char *const bad[] = { "",      "-stock", "+encode",   "pahole",      "130",
					   "1.30 ", "v1.30",  "1.30stock", "1.30-encode", "HOST" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		_cleanup_(pahole_spec_cleanup) struct pahole_spec *spec =
			pahole_spec_parse(good[i].text);

		assert_non_null(spec);
		assert_null(pahole_spec_check(good[i].text));
		assert_true(good[i].label ? str_eq(spec->label, good[i].label) : !spec->label);
		assert_true(good[i].which ? str_eq(spec->which, good[i].which) : !spec->which);
		assert_int_equal(spec->stock, good[i].stock);
		assert_int_equal(spec->encode, good[i].encode);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_null(pahole_spec_parse(bad[i]));
		assert_non_null(pahole_spec_check(bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragment_alone),    cmocka_unit_test(companion),
		cmocka_unit_test(bad_companions),    cmocka_unit_test(paholes),
		cmocka_unit_test(request_of_a_cell),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
