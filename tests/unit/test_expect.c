// SPDX-License-Identifier: GPL-2.0-only
/* configs/expect.ini: each combination has one rule, and the rules say what is so. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "config/expect.h"
#include "core/mem.h"
#include "scratch.h"

static struct expect *project_rules(void)
{
	struct expect *expect = NULL;

	expect_ok(expect_load_project(&expect));
	return expect;
}

/* What is expected; the rule's name goes to @rule. */
static bool is_present(const struct expect *expect, enum expect_what what,
		       struct expect_facts facts, const char *rule_name)
{
	const struct expect_rule *rule = expect_find(expect, what, &facts);

	assert_non_null(rule);
	assert_string_equal(rule->name, rule_name);
	assert_true(*rule->reason);
	return rule->presence == EXPECT_PRESENT;
}

static struct expect_facts facts_of(enum btf_mode mode)
{
	return (struct expect_facts){ .mode = mode,
				      .smp = FACT_YES,
				      .percpu_section = FACT_YES,
				      .encoder = FACT_NO,
				      .kernel = "6.12",
				      .pahole = "1.30" };
}

/* Nothing that is known leaves a question open. */
static void every_combination_has_a_rule(void **state)
{
	static const char *const kernels[] = { "6.1", "6.12", "7.3" };
	static const char *const paholes[] = { "1.16", "1.21", "1.24", "1.28", "1.30", "1.32" };
	_cleanup_(expect_cleanup) struct expect *expect = project_rules();

	(void)state;
	for (size_t i = 0; i < BTF_MODE_COUNT * 2 * 2 * 2 * 3 * 6; i++) {
		size_t n = i / BTF_MODE_COUNT;
		struct expect_facts facts = {
			.mode = (enum btf_mode)(i % BTF_MODE_COUNT),
			.smp = n & 1 ? FACT_YES : FACT_NO,
			.percpu_section = n & 2 ? FACT_YES : FACT_NO,
			.encoder = n & 4 ? FACT_YES : FACT_NO,
			.kernel = kernels[n / 8 % 3],
			.pahole = paholes[n / 24],
		};

		/* a pahole that has no global_var is refused before there is anything to expect of it */
		if (facts.encoder == FACT_NO && strcmp(facts.pahole, "1.28") < 0)
			continue;
		for (enum expect_what what = 0; what < EXPECT_COUNT; what++)
			if (!expect_find(expect, what, &facts))
				fail_msg("no rule for %s: mode %s, smp %d, section %d, encoder %d, "
					 "Linux %s, pahole %s",
					 expect_what_text(what), btf_mode_name(facts.mode),
					 facts.smp, facts.percpu_section, facts.encoder,
					 facts.kernel, facts.pahole);
	}
}

static void what_the_rules_say(void **state)
{
	_cleanup_(expect_cleanup) struct expect *expect = project_rules();
	struct expect_facts n = facts_of(BTF_MODE_N), m = facts_of(BTF_MODE_M),
			    y = facts_of(BTF_MODE_Y);

	(void)state;
	assert_true(is_present(expect, EXPECT_VMLINUX_PERCPU, n, "percpu"));
	assert_true(is_present(expect, EXPECT_VMLINUX_PERCPU, m, "percpu"));
	assert_false(is_present(expect, EXPECT_VMLINUX_GLOBALS, n, "not-in-vmlinux"));
	assert_false(is_present(expect, EXPECT_VMLINUX_GLOBALS, m, "not-in-vmlinux"));
	assert_true(is_present(expect, EXPECT_VMLINUX_GLOBALS, y, "all-in-vmlinux"));
	assert_false(is_present(expect, EXPECT_MODULE, n, "no-module"));
	assert_true(is_present(expect, EXPECT_MODULE, m, "module"));
	assert_false(is_present(expect, EXPECT_MODULE, y, "no-module"));
	assert_true(is_present(expect, EXPECT_MODULE_GLOBALS, m, "all-in-module"));
	assert_true(is_present(expect, EXPECT_MODULE_PERCPU, m, "percpu-twice"));
	m.encoder = FACT_YES;
	m.pahole = "1.24";
	assert_false(is_present(expect, EXPECT_MODULE_PERCPU, m, "not-twice"));
	m.smp = FACT_NO;
	assert_false(is_present(expect, EXPECT_VMLINUX_PERCPU, m, "one-cpu"));
	assert_false(is_present(expect, EXPECT_MODULE_PERCPU, m, "one-cpu"));
	assert_true(is_present(expect, EXPECT_MODULE_GLOBALS, m, "all-in-module"));
	y.percpu_section = FACT_NO;
	assert_false(is_present(expect, EXPECT_VMLINUX_PERCPU, y, "no-percpu-section"));
}

static void old_paholes(void **state)
{
	_cleanup_(expect_cleanup) struct expect *expect = project_rules();
	struct expect_facts facts = facts_of(BTF_MODE_Y);

	(void)state;
	facts.encoder = FACT_YES;
	facts.pahole = "1.17";
	assert_false(is_present(expect, EXPECT_VMLINUX_PERCPU, facts, "before-percpu"));
	facts.pahole = "1.18";
	assert_false(is_present(expect, EXPECT_VMLINUX_PERCPU, facts, "skipped-by-scripts"));
	facts.pahole = "1.21";
	assert_false(is_present(expect, EXPECT_VMLINUX_PERCPU, facts, "skipped-by-scripts"));
	facts.pahole = "1.22";
	assert_true(is_present(expect, EXPECT_VMLINUX_PERCPU, facts, "percpu"));
	facts.pahole = "1.21";
	facts.kernel = "7.3";
	assert_true(is_present(expect, EXPECT_VMLINUX_PERCPU, facts, "percpu"));
}

/* Where it depends on something unknown nothing is demanded. */
static void unknown_facts(void **state)
{
	_cleanup_(expect_cleanup) struct expect *expect = project_rules();
	struct expect_facts facts = facts_of(BTF_MODE_M);

	(void)state;
	facts.smp = FACT_UNKNOWN;
	assert_null(expect_find(expect, EXPECT_VMLINUX_PERCPU, &facts));
	/* settled whatever that is */
	facts.percpu_section = FACT_NO;
	assert_null(expect_find(expect, EXPECT_VMLINUX_PERCPU, &facts));
	assert_non_null(expect_find(expect, EXPECT_VMLINUX_GLOBALS, &facts));
	facts = facts_of(BTF_MODE_M);
	facts.encoder = FACT_UNKNOWN;
	assert_null(expect_find(expect, EXPECT_MODULE_PERCPU, &facts));
	facts = facts_of(BTF_MODE_M);
	facts.pahole = NULL;
	assert_null(expect_find(expect, EXPECT_VMLINUX_PERCPU, &facts));
}

static void bad_files(void **state)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{ "[a]\nwhat = module\nexpect = there\nreason = r\n", ":3: " },
		{ "[a]\nwhat = modules\nexpect = absent\nreason = r\n",
		  ":2: 'modules' in what must be vmlinux-percpu" },
		{ "[a]\nwhat = module\nexpect = absent\n", "reason is missing" },
		{ "[a]\nwhat = module\nexpect = absent\nreason = r\nmodes = x\n",
		  ":5: 'x' in modes" },
		{ "[a]\nwhat = module\nexpect = absent\nreason = r\npaholes = new\n", ":5: " },
		{ "[a]\nwhat = module\nexpect = absent\nreason = r\nencoder = kernel\n", ":5: " },
		{ "[a]\nwhat = module\nexpect = absent\nreason = r\npahole = 1.30\n",
		  "did you mean 'paholes'?" },
	};
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *path = scratch_file(dir, "expect.ini", bad[i].text);
		struct expect *expect = NULL;

		expect_error(expect_load(path, &expect), "/expect.ini", bad[i].what, NULL);
		assert_null(expect);
	}
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_has_a_rule),
		cmocka_unit_test(what_the_rules_say),
		cmocka_unit_test(old_paholes),
		cmocka_unit_test(unknown_facts),
		cmocka_unit_test(bad_files),
	};

	return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
