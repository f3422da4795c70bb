// SPDX-License-Identifier: GPL-2.0-only
/* What a cell asks of Kconfig, and the proof that it was granted. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>

#include "build/kconfig.h"
#include "core/mem.h"
#include "scratch.h"

/* Proves @request against @config in a tree that knows the symbols KNOWN and OTHER. */
static struct error *prove(const char *request, const char *config)
{
	char *dir = scratch_make();
	_cleanup_free_ char *config_path = scratch_file(dir, "config", config);
	_cleanup_free_ char *kconfig =
		scratch_file(dir, "lib/Kconfig.debug", "config KNOWN\n\tbool\nmenuconfig  OTHER\n");
	struct error *err = kconfig_prove(request, config_path, dir);

	scratch_remove(dir);
	return err;
}

static void assert_refused(const char *request, const char *config, const char *words)
{
	expect_error(prove(request, config), words, NULL);
}

static void assert_granted(const char *request, const char *config)
{
	expect_ok(prove(request, config));
}

static void test_granted(void **state)
{
	(void)state;
	assert_granted("CONFIG_A=y\nCONFIG_B=4\n# CONFIG_C is not set\n",
		       "CONFIG_A=y\nCONFIG_B=4\n# CONFIG_C is not set\n");
	assert_granted("CONFIG_S=\"a b\"\n", "CONFIG_S=\"a b\"\n");
}

static void test_unset_is_granted_by_absence(void **state)
{
	(void)state;
	assert_granted("# CONFIG_A is not set\nCONFIG_B=n\n", "CONFIG_Z=y\n");
}

static void test_later_line_overrides(void **state)
{
	(void)state;
	assert_granted("CONFIG_A=y\n# CONFIG_A is not set\n", "");
	assert_refused("# CONFIG_A is not set\nCONFIG_A=y\n", "", "CONFIG_A=y");
}

static void test_unknown_symbol(void **state)
{
	(void)state;
	assert_refused("CONFIG_NOWHERE=y\n", "", "CONFIG_NOWHERE=y is not known to this tree");
	/* A name that is only the start of a known one is not known. */
	assert_refused("CONFIG_KNOW=y\n", "", "CONFIG_KNOW=y is not known");
}

static void test_known_symbol_not_granted(void **state)
{
	(void)state;
	assert_refused("CONFIG_KNOWN=y\n", "", "CONFIG_KNOWN=y became n");
	assert_refused("CONFIG_OTHER=y\n", "", "CONFIG_OTHER=y became n");
	assert_refused("CONFIG_A=y\n", "CONFIG_A=m\n", "CONFIG_A=y became m");
	assert_refused("CONFIG_A=m\n", "CONFIG_A=y\n", "CONFIG_A=m became y");
	assert_refused("# CONFIG_A is not set\n", "CONFIG_A=y\n", "CONFIG_A=n became y");
}

static void test_every_refusal_is_named(void **state)
{
	(void)state;
	assert_refused("CONFIG_KNOWN=y\nCONFIG_NOWHERE=m\n", "", "KNOWN=y became n");
	assert_refused("CONFIG_KNOWN=y\nCONFIG_NOWHERE=m\n", "", "NOWHERE=m is not known");
}

/* "CONFIG_AB=y" must not be taken for CONFIG_A. */
static void test_whole_names(void **state)
{
	(void)state;
	assert_refused("CONFIG_A=y\n", "CONFIG_AB=y\nCONFIG_BA=y\n", "CONFIG_A=y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_granted),
		cmocka_unit_test(test_unset_is_granted_by_absence),
		cmocka_unit_test(test_later_line_overrides),
		cmocka_unit_test(test_unknown_symbol),
		cmocka_unit_test(test_known_symbol_not_granted),
		cmocka_unit_test(test_every_refusal_is_named),
		cmocka_unit_test(test_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
