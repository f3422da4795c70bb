// SPDX-License-Identifier: GPL-2.0-only
/* Outcomes and sources as text between a worker and its driver: whole, or refused. */
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
#include "run/outcome_json.h"
#include "run/source_json.h"
#include "scratch.h"
#include "verify/absence.h"
#include "verify/causes.h"
#include "verify/checks.h"
#include "verify/refusal.h"

static const struct cell some_cell = { .name = (char *)(uintptr_t) "arch/gcc/6.12/y" };

/* Every member is set, each to another value. */
static void fill(struct outcome *outcome)
{
	struct guest_report *report = xcalloc(1, sizeof(*report));

	*report = (struct guest_report){ .release = xstrdup("6.12.1"),
					 .version = xstrdup("#1"),
					 .machine = xstrdup("s390x"),
					 .bits = 64,
					 .big_endian = true,
					 .nr_cpus = 2 };
	vec_push(&report->btfs, (struct guest_btf){ xstrdup("vmlinux"), 0444, 12345, "abc" });
	vec_push(&report->trials,
		 (struct guest_trial){ xstrdup("mount"), false, 22, xstrdup("no"), true });
	*outcome = (struct outcome){
		.cell = &some_cell,
		.verdict = VERDICT_KNOWN,
		.reason = xstrdup("because"),
		.release = xstrdup("6.12.99"),
		.series = xstrdup("6.12"),
		.failure_stage = outcome_failure_stage("keep"),
		.failure_kind = error_kind_name(ERROR_TIMEOUT),
		.built = true,
		.booted = true,
		.verified = true,
		.build = { .step = BUILD_KEEP,
			   .dir = xstrdup("/d"),
			   .key = xstrdup("key"),
			   .vmlinux = xstrdup("/d/vmlinux"),
			   .image = xstrdup("/d/image"),
			   .config = xstrdup("/d/config"),
			   .extra_module = xstrdup("/d/x.ko"),
			   .repairs = xstrdup("/d/r"),
			   .extra_repairs = xstrdup("/d/e"),
			   .log = xstrdup("/d/log"),
			   .compiler = xstrdup("gcc 12"),
			   .linker = xstrdup("ld 2"),
			   .make = xstrdup("make 4"),
			   .command = xstrdup("make all"),
			   .cached = true,
			   .wall_s = 1.5,
			   .cpu_s = 2.25,
			   .nr_compiled = 7 },
		.boot = { .verdict = BOOT_SPLAT,
			  .detail = xstrdup("WARN"),
			  .console_log = xstrdup("/c"),
			  .command = xstrdup("qemu"),
			  .wall_s = 3.5,
			  .cpu_s = 4.5,
			  .nonce = "0123abc",
			  .report = report },
		.nr_guest_symbols = 99,
		.qemu_version = xstrdup("qemu 7"),
		.verify_wall_s = 0.125,
		.verify_cpu_s = 0.0625,
		.verify = { .nr_percpu = 5, .nr_global = 6, .btf_size = 7, .extra_btf_size = 8 },
	};
	vec_push(&outcome->attempts, (struct boot_attempt){ BOOT_PANIC, xstrdup("panic"),
							    xstrdup("console-1.log"), 9 });
	vec_push(&outcome->verify.findings,
		 (struct finding){ checks[3].id, xstrdup("vmlinux"), xstrdup("init_task"),
				   xstrdup("ELF"), xstrdup("1"), xstrdup("2"), absence_rules[0].id,
				   xstrdup("section") });
	vec_push(&outcome->verify.checks,
		 (struct check_outcome){ checks[2].id, CHECK_SKIPPED, xstrdup("no DWARF"), true,
					 true, 11 });
	vec_push(&outcome->verify.unchecked,
		 (struct unchecked_image){ checks[1].id, xstrdup("m"), xstrdup("why"), true });
	vec_push(&outcome->verify.absences,
		 (struct explained_absence){ xstrdup("vmlinux"), xstrdup("x"),
					     absence_rules[1].id });
	vec_push(&outcome->verify.met,
		 (struct met_expectation){ xstrdup("vmlinux"), expect_what_text(EXPECT_MODULE),
					   true, xstrdup("rule"), xstrdup("reason") });
	vec_push(&outcome->verify.refusals,
		 (struct explained_absence){ xstrdup("vmlinux"), xstrdup("y"),
					     refusal_rules[0].id });
	vec_push(&outcome->verify.images, (struct verified_image){ .name = xstrdup("vmlinux"),
								   .lacks_btf = true,
								   .btf_size = 1,
								   .nr_percpu = 2,
								   .nr_global = 3,
								   .nr_of_kind = { 4, 5 },
								   .types_size = 6,
								   .strings_size = 7 });
}

/* Whatever the verifier may say is behind a finding. */
static void each_cause_survives(void **state)
{
	const char *ids[64];
	size_t nr = 0;

	(void)state;
	for (size_t i = 0; i < nr_absence_rules; i++)
		ids[nr++] = absence_rules[i].id;
	for (size_t i = 0; i < nr_causes; i++)
		ids[nr++] = causes[i].id;
	assert_true(nr < ARRAY_SIZE(ids));
	for (size_t i = 0; i < nr; i++) {
		struct outcome before, after = { .cell = &some_cell };
		json_t *json;

		fill(&before);
		before.verify.findings.data[0].cause = ids[i];
		json = outcome_to_json(&before);
		expect_ok(outcome_from_json(json, &after));
		/* a rule and a cause may share an id; what is static is not the text's own */
		assert_string_equal(after.verify.findings.data[0].cause, ids[i]);
		json_decref(json);
		outcome_release(&before);
		outcome_release(&after);
	}
}

static void outcome_survives(void **state)
{
	struct outcome before, after = { .cell = &some_cell };
	json_t *json, *again;

	(void)state;
	fill(&before);
	json = outcome_to_json(&before);
	expect_ok(outcome_from_json(json, &after));
	again = outcome_to_json(&after);
	assert_true(json_equal(json, again));
	/* what is compared by its place is ours, not a copy */
	assert_ptr_equal(after.verify.findings.data[0].check, checks[3].id);
	assert_ptr_equal(after.verify.findings.data[0].cause, absence_rules[0].id);
	assert_ptr_equal(after.verify.refusals.data[0].rule, refusal_rules[0].id);
	assert_string_equal(after.failure_stage, "keep");
	assert_string_equal(after.build.extra_module, "/d/x.ko");
	assert_int_equal(after.boot.report->btfs.data[0].size, 12345);
	assert_int_equal(after.verify.images.data[0].nr_of_kind[1], 5);
	assert_int_equal(after.attempts.data[0].verdict, BOOT_PANIC);
	json_decref(json);
	json_decref(again);
	outcome_release(&before);
	outcome_release(&after);
}

/* What other versions have of an outcome is all the same to its boot. */
static void boot_of_another_version(void **state)
{
	struct outcome before, after = { .cell = &some_cell };
	struct boot_result boot = { 0 };
	json_t *json;

	(void)state;
	fill(&before);
	json = outcome_to_json(&before);
	json_object_del(json, "series");
	json_object_set_new(json, "verify", json_string("of a later version"));
	json_object_set_new(json_object_get(json, "boot"), "more", json_true());
	expect_error(outcome_from_json(json, &after), "not in the form", NULL);
	expect_ok(outcome_boot_from_json(json, &boot));
	assert_int_equal(boot.verdict, BOOT_SPLAT);
	assert_string_equal(boot.nonce, "0123abc");
	assert_int_equal(boot.report->btfs.data[0].size, 12345);
	boot_result_release(&boot);

	boot = (struct boot_result){ 0 };
	json_object_del(json_object_get(json, "boot"), "nonce");
	expect_error(outcome_boot_from_json(json, &boot), "not in the form", NULL);
	boot_result_release(&boot);
	json_decref(json);
	outcome_release(&before);
	outcome_release(&after);
}

static void nothing_survives_as_nothing(void **state)
{
	const struct outcome before = { .cell = &some_cell };
	struct outcome after = { .cell = &some_cell };
	json_t *json = outcome_to_json(&before);

	(void)state;
	expect_ok(outcome_from_json(json, &after));
	assert_null(after.reason);
	assert_null(after.boot.report);
	assert_null(after.failure_stage);
	assert_int_equal(after.verify.findings.len, 0);
	json_decref(json);
	outcome_release(&after);
}

/* Every member of every object taken away, one at a time: each is missed. */
static size_t take_away_each(json_t *root, json_t *at)
{
	size_t taken = 0, index;
	/* putting a member back changes the order of those in @at */
	json_t *members = json_copy(at), *value;
	const char *key;

	json_array_foreach(at, index, value) taken += take_away_each(root, value);
	json_object_foreach(members, key, value)
	{
		struct outcome outcome = { .cell = &some_cell };

		json_object_del(at, key);
		expect_error(outcome_from_json(root, &outcome), "arch/gcc/6.12/y", NULL);
		outcome_release(&outcome);
		json_object_set(at, key, value);
		taken += 1 + take_away_each(root, value);
	}
	json_decref(members);
	return taken;
}

static void what_is_not_whole_is_refused(void **state)
{
	struct outcome outcome, after = { .cell = &some_cell };
	json_t *json, *findings;

	(void)state;
	fill(&outcome);
	json = outcome_to_json(&outcome);
	assert_in_range(take_away_each(json, json), 70, 200);
	expect_error(outcome_from_json(NULL, &after), "not in the form", NULL);
	outcome_release(&after);
	after.cell = &some_cell;
	findings = json_object_get(json_object_get(json, "verify"), "findings");
	json_object_set_new(json_array_get(findings, 0), "check", json_string("no.such-check"));
	expect_error(outcome_from_json(json, &after), "not in the form", NULL);
	outcome_release(&after);
	json_decref(json);
	outcome_release(&outcome);
}

static void source_survives(void **state)
{
	char dir[] = "/d", origin[] = "/o.tar", id[] = "id", series[] = "6.12", full[] = "6.12.3";
	const struct kernel_source before = { .dir = dir,
					      .origin = origin,
					      .id = id,
					      .nr_applied = 4,
					      .nr_present = 1,
					      .version = { .full = full, .line = id },
					      .series = series };
	_cleanup_(kernel_source_release) struct kernel_source after = { 0 };
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT, other = STRBUF_INIT;

	(void)state;
	source_to_json(&before, &text);
	expect_ok(source_from_json(&text, &after));
	source_to_json(&after, &other);
	assert_string_equal(strbuf_str(&text), strbuf_str(&other));
	assert_string_equal(after.version.full, "6.12.3");
	kernel_source_release(&after);
	strbuf_reset(&text);
	strbuf_adds(&text, "[1, 2]");
	expect_error(source_from_json(&text, &after), "told nothing", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcome_survives),
		cmocka_unit_test(boot_of_another_version),
		cmocka_unit_test(each_cause_survives),
		cmocka_unit_test(nothing_survives_as_nothing),
		cmocka_unit_test(what_is_not_whole_is_refused),
		cmocka_unit_test(source_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
