// SPDX-License-Identifier: GPL-2.0-only
/* What a cell's JSON makes of a commit; which cells --cell names; which changes cannot make another build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bisect/cell_spec.h"
#include "bisect/depends.h"
#include "bisect/predicate.h"
#include "core/cleanup.h"
#include "core/strbuf.h"
#include "scratch.h"

#define FAILED(stage, kind, reason)                                                              \
	"{\"verdict\": \"error\", \"reason\": \"" reason "\", \"build\": null, \"boot\": null, " \
	"\"failure\": {\"stage\": \"" stage "\", \"kind\": \"" kind "\"}}"
#define JUDGED(verdict, reason, boot, verify)                                                   \
	"{\"verdict\": \"" verdict "\", \"reason\": " reason ", \"failure\": null, "            \
	"\"boot\": {\"verdict\": \"" boot "\", \"detail\": \"panic: x\"}, \"verify\": {" verify \
	"}}"
#define CHECKS(state, applicable)                                                     \
	"\"checks\": [{\"id\": \"percpu.offset-matches-symbol\", \"state\": \"" state \
	"\", \"applicable\": " applicable                                             \
	", \"reason\": \"no symbols\"}, {\"id\": \"global.sorted\", "                 \
	"\"state\": \"skipped\", \"applicable\": false, \"reason\": \"mode n\"}]"
#define FINDINGS                                                                              \
	"\"findings\": [{\"check\": \"percpu.offset-matches-symbol\", \"variable\": "         \
	"\"runqueues\", \"witness\": \"ELF\", \"expected\": \"0x40\", \"actual\": \"0x48\", " \
	"\"known\": null}]"

static const struct {
	const char *options, *cell, *mark, *reason;
	bool infrastructure;
} cases[] = {
	{ "", JUDGED("pass", "null", "ok", ""), "good", NULL, false },
	{ "", JUDGED("known", "null", "ok", ""), "good", NULL, false },
	{ "", JUDGED("fail", "\"3 findings\"", "ok", ""), "bad", "3 findings", false },
	/* a check without its witness is no verdict */
	{ "", JUDGED("error", "\"x could not be checked\"", "ok", ""), "skip",
	  "x could not be checked", false },
	{ "", FAILED("compile", "child", "the kernel does not build: a.c"), "skip",
	  "the kernel does not build: a.c", false },
	{ "--build", FAILED("compile", "child", "the kernel does not build: a.c"), "bad",
	  "the kernel does not build: a.c", false },
	{ "--build", FAILED("configure", "child", "syntax error"), "bad", "syntax error", false },
	{ "--build", JUDGED("fail", "\"3 findings\"", "panic", ""), "good", NULL, false },
	/* nobody's fault but the machine's, whatever is looked for */
	{ "--build", FAILED("compile", "child", "x.o: No space left on device"), "skip",
	  "x.o: No space left on device", true },
	{ "--build", FAILED("prepare", "system", "gcc: no such program"), "skip",
	  "gcc: no such program", true },
	{ "--boot", FAILED("boot", "system", "qemu: no such program"), "skip",
	  "qemu: no such program", true },
	{ "", "{\"verdict\": \"skipped\", \"reason\": \"interrupted\"}", "skip",
	  "not done: interrupted", true },
	/* these patches are not for this commit */
	{ "", FAILED("source", "input", "0001.patch does not apply"), "skip",
	  "0001.patch does not apply", false },
	{ "--build", FAILED("configure", "input", "Kconfig did not grant X"), "skip",
	  "Kconfig did not grant X", false },
	{ "--boot", JUDGED("fail", "\"boot panic\"", "panic", ""), "bad", "boot panic: panic: x",
	  false },
	{ "--boot", JUDGED("fail", "\"3 findings\"", "ok", ""), "good", NULL, false },
	{ "percpu.offset-matches-symbol:runqueues",
	  JUDGED("fail", "\"1 finding\"", "ok", CHECKS("fail", "true") ", " FINDINGS), "bad",
	  "percpu.offset-matches-symbol: runqueues", false },
	{ "percpu.*:run*",
	  JUDGED("fail", "\"1 finding\"", "ok", CHECKS("fail", "true") ", " FINDINGS), "bad",
	  "percpu.offset-matches-symbol: runqueues", false },
	{ "percpu.*:other",
	  JUDGED("fail", "\"1 finding\"", "ok", CHECKS("fail", "true") ", " FINDINGS), "good", NULL,
	  false },
	/* what was found before a boot that failed counts all the same */
	{ "percpu.offset-matches-symbol",
	  JUDGED("fail", "\"boot panic\"", "panic", CHECKS("pass", "true")), "good", NULL, false },
	{ "percpu.offset-matches-symbol",
	  JUDGED("fail", "\"boot panic\"", "panic", CHECKS("skipped", "true")), "skip",
	  "percpu.offset-matches-symbol could not be checked: no symbols", false },
	{ "global.*", JUDGED("pass", "null", "ok", CHECKS("pass", "true")), "skip",
	  "no check global.* has anything to look at", false },
	{ "--size-over 100",
	  JUDGED("pass", "null", "ok", "\"btf_bytes\": 60, \"extra_btf_bytes\": 40"), "good", NULL,
	  false },
	{ "--size-over 100",
	  JUDGED("pass", "null", "ok", "\"btf_bytes\": 60, \"extra_btf_bytes\": 41"), "bad",
	  "101 bytes of BTF", false },
	{ "--size-over 100", JUDGED("fail", "\"x\"", "ok", ""), "skip", "it has no BTF to measure",
	  false },
};

static void set_predicate(struct predicate *predicate, const char *options)
{
	if (str_eq(options, "--build"))
		predicate->kind = PREDICATE_BUILD;
	else if (str_eq(options, "--boot"))
		predicate->kind = PREDICATE_BOOT;
	else if (str_starts(options, "--size-over")) {
		predicate->kind = PREDICATE_SIZE;
		predicate->size = 100;
	} else if (*options) {
		predicate_set_finding(predicate, options);
	}
}

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *cell = json_loads(cases[i].cell, 0, NULL);
		struct trial_result result = { 0 };
		struct predicate predicate = { 0 };

		print_message("case %zu: '%s'\n", i, cases[i].options);
		assert_non_null(cell);
		set_predicate(&predicate, cases[i].options);
		predicate_judge(&predicate, cell, &result);
		assert_string_equal(mark_name(result.mark), cases[i].mark);
		if (cases[i].reason)
			assert_string_equal(result.reason, cases[i].reason);
		else
			assert_null(result.reason);
		assert_int_equal(result.infrastructure, cases[i].infrastructure);
		trial_result_release(&result);
		predicate_release(&predicate);
		json_decref(cell);
	}
}

static void test_needs_boot(void **state)
{
	static const struct {
		const char *options;
		bool needs_boot;
	} asked[] = {
		{ "", true },
		{ "--boot", true },
		{ "--build", false },
		{ "--size-over 100", false },
		{ "percpu.offset-matches-symbol:runqueues", false },
		{ "live.*", true },
		{ "*:runqueues", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		struct predicate predicate = { 0 };

		print_message("'%s'\n", asked[i].options);
		set_predicate(&predicate, asked[i].options);
		assert_int_equal(predicate_needs_boot(&predicate), asked[i].needs_boot);
		predicate_release(&predicate);
	}
}

static void test_has_check(void **state)
{
	struct predicate verdict = { 0 }, known = { 0 }, unknown = { 0 };

	(void)state;
	predicate_set_finding(&known, "percpu.off*:runqueues");
	predicate_set_finding(&unknown, "percpu.no-such-check:runqueues");
	assert_true(predicate_has_check(&verdict));
	assert_true(predicate_has_check(&known));
	assert_false(predicate_has_check(&unknown));
	predicate_release(&known);
	predicate_release(&unknown);
}

static void test_finding_is_told(void **state)
{
	json_t *cell = json_loads(
		JUDGED("fail", "\"x\"", "ok", CHECKS("fail", "true") ", " FINDINGS), 0, NULL);
	struct predicate predicate = { 0 };
	struct trial_result result = { 0 }, again = { 0 };
	char *dir = scratch_make();
	_cleanup_free_ char *path = xasprintf("%s/result", dir), *options = NULL;

	(void)state;
	predicate_set_finding(&predicate, "percpu.*:runqueues");
	options = predicate_options(&predicate);
	assert_string_equal(options, "--finding 'percpu.*:runqueues'");
	predicate_judge(&predicate, cell, &result);
	assert_string_equal(result.expected, "ELF says 0x40");
	assert_string_equal(result.actual, "0x48");

	result.cpu_s = 2.5;
	result.nr_compiled = 7;
	expect_ok(trial_result_save(&result, path));
	assert_true(trial_result_load(path, &again));
	assert_int_equal(again.mark, MARK_BAD);
	assert_string_equal(again.actual, "0x48");
	assert_null(again.state);
	assert_int_equal(again.nr_compiled, 7);
	assert_true(again.cpu_s == 2.5);
	free(scratch_file(dir, "result", "{\"mark\": \"bad\""));
	trial_result_release(&again);
	assert_false(trial_result_load(path, &again));
	trial_result_release(&result);
	predicate_release(&predicate);
	json_decref(cell);
	scratch_remove(dir);
}

static void test_cells(void **state)
{
	struct cell_specs specs = { 0 };

	(void)state;
	expect_ok(cell_specs_parse("x86_64/gcc/m,arm64/clang-19/6.12+small/pahole-1.24+encode/y",
				   &specs));
	assert_int_equal(specs.list.len, 2);
	assert_string_equal(specs.list.data[0].name, "x86_64/gcc/m");
	assert_string_equal(specs.list.data[0].family, "x86_64/gcc");
	assert_null(specs.list.data[0].profile);
	assert_string_equal(specs.list.data[1].toolchain, "clang-19");
	assert_string_equal(specs.list.data[1].profile, "small");
	assert_string_equal(specs.list.data[1].pahole, "1.24+encode");
	assert_string_equal(specs.list.data[1].mode, "y");
	assert_string_equal(specs.list.data[1].family, "arm64/clang-19+small/pahole-1.24+encode");
	cell_specs_release(&specs);
	expect_error(cell_specs_parse("x86_64/gcc", &specs), "'x86_64/gcc' is no cell", NULL);
	expect_error(cell_specs_parse("x86_64/gcc/z", &specs), "is no cell", NULL);
	expect_error(cell_specs_parse("/gcc/m", &specs), "is no cell", NULL);
	expect_error(cell_specs_parse("a/b/c/d/e/m", &specs), "is no cell", NULL);
	expect_error(cell_specs_parse("a/gcc/m,a/gcc/6.12/m", &specs), "there twice", NULL);
}

/* What kbuild leaves: paths of the source tree, with their way back, and what is not of it. */
static void test_depends(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *objects = xasprintf("%s/objects", dir);
	_cleanup_free_ char *list = xasprintf("%s/list", dir);
	_cleanup_strbuf_ struct strbuf cmd = STRBUF_INIT;
	struct depends *depends;

	(void)state;
	strbuf_adds(&cmd, "savedcmd_kernel/fork.o := gcc -c /src/kernel/ignored.c\n\n"
			  "source_kernel/fork.o := /src/kernel/fork.c\n\ndeps_kernel/fork.o := \\\n"
			  "    $(wildcard include/config/SMP) \\\n"
			  "  /src/include/linux/sched.h \\\n"
			  "  include/generated/autoconf.h \\\n"
			  "  /src/arch/x86/boot/../../../lib/inflate.c \\\n"
			  "  /src/../outside.h \\\n  /srcs/b.h \\\n");
	for (int i = 0; i < 200; i++)
		strbuf_addf(&cmd, "  /src/include/linux/h%d.h \\\n", i);
	free(scratch_file(dir, "objects/kernel/.fork.o.cmd", strbuf_str(&cmd)));
	free(scratch_file(dir, "objects/kernel/.exit.o.cmd",
			  "source_kernel/exit.o := /src/kernel/exit.c\n\n"
			  "deps_kernel/exit.o := \\\n  /src/include/linux/sched.h \\\n"));
	expect_ok(depends_collect(objects, "/src", list));
	depends = depends_load(list);
	assert_non_null(depends);
	assert_int_equal(depends_count(depends, "kernel/fork.c"), 1);
	assert_int_equal(depends_count(depends, "include/linux/sched.h"), 2);
	assert_int_equal(depends_count(depends, "lib/inflate.c"), 1);
	assert_int_equal(depends_count(depends, "kernel/ignored.c"), 0);
	assert_int_equal(depends_count(depends, "outside.h"), 0);

	const struct {
		char status;
		const char *path;
		bool matters;
	} changes[] = {
		{ 'M', "kernel/fork.c", true },
		{ 'M', "kernel/audit.c", false },
		{ 'M', "arch/arm64/kernel/head.S", false },
		{ 'M', "include/linux/sched.h", true },
		{ 'M', "include/linux/unread.h", false },
		/* it may hide another, or be found by a wildcard */
		{ 'A', "include/linux/new.h", true },
		{ 'D', "kernel/audit.c", true },
		{ 'T', "kernel/audit.c", true },
		{ 'A', "Documentation/bpf/new.rst", false },
		{ 'M', "Documentation/Kconfig", true },
		{ 'M', "MAINTAINERS", false },
		{ 'M', "kernel/Makefile", true },
		{ 'M', "lib/Kconfig.debug", true },
		{ 'M', "scripts/mod/unread.c", true },
		{ 'M', "tools/lib/bpf/btf.c", true },
		{ 'M', "include/uapi/linux/btf.h", true },
		{ 'M', "arch/x86/include/uapi/asm/unread.h", true },
		{ 'M', "kernel/time/timeconst.bc", true },
	};
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		print_message("%c %s\n", changes[i].status, changes[i].path);
		assert_int_equal(depends_matters(depends, changes[i].status, changes[i].path),
				 changes[i].matters);
	}
	depends_free(depends);

	/* too few files for a kernel: nothing is known of what it read */
	free(scratch_file(dir, "list", "1 kernel/fork.c\n"));
	assert_null(depends_load(list));
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_needs_boot),
		cmocka_unit_test(test_has_check),
		cmocka_unit_test(test_finding_is_told),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_depends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
