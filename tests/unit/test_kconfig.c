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
#include <string.h>

#include "build/kconfig.h"
#include "build/kconfig_expr.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"

/* Proves @request against @config in a tree that knows the symbols KNOWN and OTHER. */
static struct error *prove(const char *request, const char *config)
{
	char *dir = scratch_make();
	_cleanup_free_ char *config_path = scratch_file(dir, "config", config);
	_cleanup_free_ char *kconfig =
		scratch_file(dir, "lib/Kconfig.debug",
			     "config KNOWN\n\tbool\nmenuconfig  OTHER\n"
			     "config GATED\n\ttristate \"x\"\n\tdepends on A && \\\n\t  GATE\n"
			     "\thelp\n\t  depends on C\n\nconfig GATE\n"
			     "\tdef_bool VERSION >= 128 || $(success,x (y) | z A)\n"
			     "config RANGED\n\tdepends on !(A && VERSION = 7) && (B || A)\n"
			     "\tdepends on NET\n"
			     "config NET\n\tbool \"n\"\n");
	_cleanup_free_ char *other_arch =
		scratch_file(dir, "arch/other/Kconfig", "config RANGED\n\tdepends on NOWHERE\n");
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

/* Which dependency it is, and what settles that. */
static void test_reasons(void **state)
{
	(void)state;
	assert_refused("CONFIG_GATED=m\n", "CONFIG_A=y\nCONFIG_VERSION=124\n",
		       "CONFIG_GATED=m became n: it depends on GATE, which is VERSION >= 128 || "
		       "$(success,x (y) | z A), and VERSION is 124; see");
	assert_refused("CONFIG_GATED=m\n", "CONFIG_GATE=y\n",
		       "CONFIG_GATED=m became n: it depends on A, which is n; see");
	assert_refused("CONFIG_GATED=m\n", "CONFIG_A=y\nCONFIG_GATE=y\n",
		       "CONFIG_GATED=m became n: a dependency is not met");
	assert_refused("CONFIG_RANGED=y\n", "CONFIG_A=y\nCONFIG_VERSION=7\nCONFIG_NET=y\n",
		       "became n: it depends on !(A && VERSION = 7), and A is y, VERSION is 7;");
	assert_refused("CONFIG_RANGED=y\n", "CONFIG_NET=y\n",
		       "became n: it depends on (B || A), and B is n, A is n;");
	assert_refused("CONFIG_RANGED=y\n", "CONFIG_A=y\nCONFIG_VERSION=8\n",
		       "became n: it depends on NET, which is n;");
}

static char *value_for_test(void *user, const char *name, size_t len)
{
	static const struct {
		const char *name, *value;
	} values[] = { { "YES", "y" },      { "MOD", "m" },    { "NO", "n" },
		       { "NUMBER", "128" }, { "HEX", "0x80" }, { "TEXT", "abc" } };

	(void)user;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		if (strlen(values[i].name) == len && !memcmp(values[i].name, name, len))
			return xstrdup(values[i].value);
	return NULL;
}

static void test_expressions(void **state)
{
	static const struct {
		const char *text;
		enum kconfig_truth truth;
	} cases[] = {
		{ "YES", KCONFIG_TRUE },
		{ "MOD", KCONFIG_TRUE },
		{ "NO", KCONFIG_FALSE },
		{ "UNSET", KCONFIG_FALSE },
		{ "y", KCONFIG_TRUE },
		{ "!NO && YES", KCONFIG_TRUE },
		{ "!(NO || YES)", KCONFIG_FALSE },
		{ "NO || YES && NO", KCONFIG_FALSE },
		{ "(NO || YES) && YES", KCONFIG_TRUE },
		{ "NUMBER >= 128", KCONFIG_TRUE },
		{ "NUMBER > 128", KCONFIG_FALSE },
		{ "NUMBER<1000 && NUMBER!=99", KCONFIG_TRUE },
		{ "NUMBER = HEX", KCONFIG_TRUE },
		{ "TEXT = \"abc\"", KCONFIG_TRUE },
		{ "TEXT != \"a b\"", KCONFIG_TRUE },
		{ "UNSET = n", KCONFIG_TRUE },
		{ "MOD = m", KCONFIG_TRUE },
		{ "$(success,true)", KCONFIG_UNKNOWN },
		{ "NO && $(success,true)", KCONFIG_FALSE },
		{ "YES || $(a,(b) c)", KCONFIG_TRUE },
		{ "YES && $(a) > 3", KCONFIG_UNKNOWN },
		{ "", KCONFIG_UNKNOWN },
		{ "YES &&", KCONFIG_UNKNOWN },
		{ "YES YES", KCONFIG_UNKNOWN },
		{ "(YES", KCONFIG_UNKNOWN },
		{ "YES)", KCONFIG_UNKNOWN },
		{ "&& YES", KCONFIG_UNKNOWN },
		{ "NUMBER >=", KCONFIG_UNKNOWN },
		{ "\"", KCONFIG_FALSE },
		{ "$(", KCONFIG_UNKNOWN },
	};
	_cleanup_strbuf_ struct strbuf deep = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (kconfig_evaluate(cases[i].text, strlen(cases[i].text), value_for_test, NULL) !=
		    cases[i].truth)
			fail_msg("'%s' is not %d", cases[i].text, cases[i].truth);
	/* no stack is deep enough for any file */
	for (size_t i = 0; i < 1000000; i++)
		strbuf_addc(&deep, i & 1 ? '!' : '(');
	assert_int_equal(kconfig_evaluate(strbuf_str(&deep), deep.len, value_for_test, NULL),
			 KCONFIG_UNKNOWN);
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
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_every_refusal_is_named),
		cmocka_unit_test(test_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
