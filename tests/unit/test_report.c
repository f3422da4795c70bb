// SPDX-License-Identifier: GPL-2.0-only
/* A run's table and the JSON of a cell. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "report/cell_json.h"
#include "record/from_run.h"
#include "record/recorder.h"
#include "report/report.h"
#include "scratch.h"

static struct arch arch = { .name = "s390x", .elf_bits = 64, .elf_big_endian = true };
static struct toolchain toolchain = { .name = "gcc", .path = "gcc.ini" };
static struct profile profile = { .name = "tiny" };
static struct pahole_spec pahole = { .text = "stock", .label = "stock", .stock = true };

#define CELL(mode_, name_)                                                                      \
	{                                                                                       \
		.arch = &arch, .toolchain = &toolchain, .profile = &profile, .pahole = &pahole, \
		.feature = &feature, .kernel = "6.12", .mode = mode_,                           \
		.name = "s390x/gcc/6.12/" name_, .family = "s390x/gcc/6.12",                    \
		.tree = "s390x/gcc/6.12",                                                       \
	}

static struct feature feature = { .module_name = (char[]){ "vmlinux_btf_extra" } };
static struct cell cells[] = { CELL(BTF_MODE_N, "n"), CELL(BTF_MODE_M, "m") };
static struct plan plan = {
	.matrix_path = "default.ini",
	.cells = { cells, ARRAY_SIZE(cells), ARRAY_SIZE(cells) },
};
static const struct run_request request = {
	.plan = &plan,
	.dir = "results/now",
	.options = " --feature own",
};

static void add_finding(struct outcome *outcome, const char *variable, const char *known)
{
	struct finding finding = {
		.check = "percpu.offset-matches-symbol",
		.image = xstrdup("vmlinux"),
		.variable = xstrdup(variable),
		.witness = xstrdup("ELF"),
		.expected = xstrdup("0x10"),
		.actual = xstrdup("0x18"),
		.known = known ? xstrdup(known) : NULL,
	};

	vec_push(&outcome->verify.findings, finding);
}

/* Two cells: the first fails with a new and a known finding, the second is an error. */
static void make_run(struct run *run)
{
	struct outcome first = {
		.cell = &cells[0],
		.verdict = VERDICT_FAIL,
		.reason = xstrdup("1 finding"),
		.built = true,
		.booted = true,
		.verified = true,
		.build = { .wall_s = 100, .cpu_s = 200 },
		.boot = { .wall_s = 2, .cpu_s = 2 },
	};
	struct outcome second = {
		.cell = &cells[1],
		.verdict = VERDICT_ERROR,
		.reason = xstrdup("no space"),
	};

	first.verify.nr_percpu = 177;
	add_finding(&first, "runqueues", NULL);
	add_finding(&first, "cpu_\xff", "weak-and-strong");
	add_finding(&first, "another", "weak-and-strong");
	*run = (struct run){ .request = &request };
	vec_push(&run->paholes, (struct run_pahole){
					.spec = &pahole,
					.tool = { .version = xstrdup("1.30"),
						  .path = xstrdup("/p/pahole"),
						  .number = 130 },
				});
	vec_push(&run->outcomes, first);
	vec_push(&run->outcomes, second);
}

static char *print_with(const struct run *run,
			void (*print)(FILE *out, const struct report *report))
{
	_cleanup_(rec_run_release) struct rec_run record = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	rec_run_from_plan(run, &record);
	vec_for_each(outcome, &run->outcomes)
		rec_cell_from_outcome(run, outcome, NULL, &record);
	record.wall_s = run->wall_s;
	print(out, &(struct report){ .run = &record });
	fclose(out);
	return text;
}

static char *print_table(const struct run *run)
{
	return print_with(run, report_print_text);
}

static void assert_has(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("no '%s' in:\n%s", words, text);
}

static void test_table(void **state)
{
	_cleanup_(run_release) struct run run;
	_cleanup_free_ char *text = NULL;

	(void)state;
	make_run(&run);
	text = print_table(&run);
	assert_has(text,
		   "s390x/gcc/6.12/n  100.0 s    2.0 s      177        0         1      2  fail");
	assert_has(text,
		   "s390x/gcc/6.12/m        -        -        -        -         -      -  error");
	assert_has(text,
		   "percpu.offset-matches-symbol: vmlinux runqueues: ELF says 0x10, BTF says 0x18");
	assert_has(text, "known: percpu.offset-matches-symbol: vmlinux cpu_\\xff "
			 "and 1 more: docs/findings.md#weak-and-strong");
	assert_has(text, "s390x/gcc/6.12/m: error: no space");
	assert_has(text, "again: btfmatrix run --matrix default.ini --arch s390x --toolchain gcc "
			 "--kernel 6.12 --mode n --pahole stock --feature own");
	assert_has(text, "2 cells: 1 fail, 1 error");
}

/* One row for a family: the largest figures of its cells, and the verdicts in the order n, m, y. */
static void test_arches(void **state)
{
	_cleanup_(run_release) struct run run;
	_cleanup_free_ char *text = NULL;
	struct verified_image vmlinux = { .name = xstrdup("vmlinux") };

	(void)state;
	make_run(&run);
	vmlinux.nr_of_kind[1] = 4000;
	vmlinux.nr_of_kind[14] = 177;
	vec_push(&run.outcomes.data[0].verify.images, vmlinux);
	run.outcomes.data[0].build.compiler = xstrdup("s390x-linux-gnu-gcc 12.2.0");
	text = print_with(&run, report_print_arches);
	assert_has(text, "| s390x | gcc 12.2.0 | 6.12 | 64 | big | 4177 | 177 |  "
			 "| fail (2.0 s) | error |  |\n");
}

/* One row for a cell: what was found by its reason, or the reason why nothing was. */
static void test_cells(void **state)
{
	_cleanup_(run_release) struct run run;
	_cleanup_free_ char *text = NULL;

	(void)state;
	make_run(&run);
	text = print_with(&run, report_print_cells);
	assert_has(text, "| s390x/gcc/6.12/n | fail |");
	assert_has(text, "2 [weak-and-strong](findings.md#weak-and-strong)");
	assert_has(text, "| s390x/gcc/6.12/m | error |");
	assert_has(text, "no space |\n");
}

/* What the module has beside what it is for, by kind; nothing is told where there is none. */
static void test_extra_kinds(void **state)
{
	_cleanup_(run_release) struct run run;
	_cleanup_free_ char *text = NULL, *clean = NULL;
	struct verified_image image = { .nr_of_kind = {
						[BTF_KIND_VAR] = 9, [BTF_KIND_DATASEC] = 2 } };

	(void)state;
	make_run(&run);
	text = print_table(&run);
	assert_null(strstr(text, "kinds in the module"));
	image.name = xstrdup("vmlinux_btf_extra");
	vec_push(&run.outcomes.data[0].verify.images, image);
	clean = print_table(&run);
	assert_has(clean, "s390x/gcc/6.12/n: kinds in the module beside var and datasec: none\n");
	run.outcomes.data[0].verify.images.data[0].nr_of_kind[BTF_KIND_INT] = 1;
	run.outcomes.data[0].verify.images.data[0].nr_of_kind[BTF_KIND_STRUCT] = 1200;
	free(text);
	text = print_table(&run);
	assert_has(text, "beside var and datasec: int 1, struct 1200\n");
}

static void test_cost_of_a_family(void **state)
{
	_cleanup_(run_release) struct run run;
	_cleanup_free_ char *text = NULL;

	(void)state;
	make_run(&run);
	run.outcomes.data[1].verified = true;
	run.outcomes.data[1].build.cpu_s = 10.1;
	text = print_table(&run);
	assert_has(text, "s390x/gcc/6.12: 2 cells took 212 CPU s, 1.05 x the first");
}

static void test_cell_json(void **state)
{
	_cleanup_(run_release) struct run run;
	json_t *json, *findings, *used;

	(void)state;
	make_run(&run);
	json = cell_json(&run, &run.outcomes.data[0]);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "cell")), "s390x/gcc/6.12/n");
	assert_string_equal(json_string_value(json_object_get(json, "verdict")), "fail");
	assert_string_equal(json_string_value(json_object_get(json, "profile")), "tiny");
	assert_string_equal(json_string_value(json_object_get(json, "pahole")), "stock");
	used = json_object_get(json_object_get(json, "tools"), "pahole");
	assert_string_equal(json_string_value(json_object_get(used, "version")), "1.30");
	assert_true(json_is_false(json_object_get(used, "repaired")));
	findings = json_object_get(json_object_get(json, "verify"), "findings");
	assert_int_equal(json_array_size(findings), 3);
	/* A name out of untrusted BTF may be no UTF-8. */
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(findings, 1), "variable")),
		"cpu_\\xff");
	json_decref(json);

	json = cell_json(&run, &run.outcomes.data[1]);
	assert_non_null(json);
	assert_true(json_is_null(json_object_get(json, "verify")));
	assert_string_equal(json_string_value(json_object_get(json, "reason")), "no space");
	json_decref(json);
}

/* A boot that went well the second time makes the cell flaky, and both tries are told. */
static void test_attempts(void **state)
{
	_cleanup_(run_release) struct run run;
	_cleanup_free_ char *text = NULL;
	struct boot_attempt attempt = {
		.verdict = BOOT_SILENT,
		.detail = xstrdup("nothing for 30 s"),
		.console_log = xstrdup("console-1.log"),
	};

	(void)state;
	make_run(&run);
	run.outcomes.data[0].verdict = VERDICT_PASS;
	vec_push(&run.outcomes.data[0].attempts, attempt);
	text = print_table(&run);
	assert_has(text, "pass (flaky)\n");
	assert_has(text, "  before: fail: boot silent: nothing for 30 s\n");
	assert_has(text, "2 cells: 1 pass, 1 error; 1 flaky");
}

/* A kernel tree under git is recorded with its commit, and says so where it was edited. */
static void test_commit_of_a_tree(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *script = xasprintf("cd %s && git init -q . && git add . && git -c "
						"user.name=t -c user.email=t@t commit -qm t",
						dir);
	struct kernel_source source = { .origin = dir, .id = (char *)"id" };

	(void)state;
	free(scratch_file(dir, "Makefile", "VERSION = 6\n"));
	assert_int_equal(system(script), 0);
	for (int edited = 0; edited < 2; edited++) {
		_cleanup_(run_release) struct run run;
		_cleanup_(rec_run_release) struct rec_run record = { 0 };
		const char *commit;

		if (edited)
			free(scratch_file(dir, "Makefile", "VERSION = 7\n"));
		make_run(&run);
		rec_run_from_plan(&run, &record);
		vec_for_each(outcome, &run.outcomes)
			rec_cell_from_outcome(&run, outcome, &source, &record);
		commit = record.cells.data[0].source_commit;
		assert_non_null(commit);
		assert_int_equal(strspn(commit, "0123456789abcdef"), 12);
		assert_string_equal(commit + 12, edited ? "-dirty" : "");
		assert_string_equal(record.cells.data[1].source_commit, commit);
	}
	scratch_remove(dir);
}

/* A record that cannot be used: the run's verdicts are there all the same. */
static void test_no_record(void **state)
{
	_cleanup_(run_release) struct run run;
	_cleanup_(recorder_cleanup) struct recorder *recorder = NULL;
	char *dir = scratch_make();
	const struct rec_run *record;

	(void)state;
	free(scratch_file(dir, RECORD_FILE, "a text that is no database, and long enough for one"));
	recorder = recorder_open(dir);
	assert_null(recorder_db(recorder));
	make_run(&run);
	recorder_begin(recorder, &run);
	vec_for_each(outcome, &run.outcomes)
		recorder_cell(recorder, &run, outcome, NULL);
	recorder_end(recorder, &run);
	record = recorder_run(recorder);
	assert_false(recorder_is_whole(recorder));
	assert_int_equal(record->cells.len, 2);
	assert_string_equal(record->cells.data[0].verdict, "fail");
	assert_int_equal(record->cells.data[0].findings.len, 3);
	assert_string_equal(record->cells.data[1].reason, "no space");
	scratch_remove(dir);
}

/* A second run of the same files with another verdict: both are flaky, and the second knows at once. */
static void test_recorder_sees_flaky_cells(void **state)
{
	char *dir = scratch_make();

	(void)state;
	for (int i = 0; i < 2; i++) {
		_cleanup_(run_release) struct run run;
		_cleanup_(recorder_cleanup) struct recorder *recorder = recorder_open(dir);
		struct run_request mine = request;

		make_run(&run);
		mine.dir = i ? "results/second" : "results/first";
		run.request = &mine;
		run.outcomes.data[0].build.key = xstrdup("same");
		if (i)
			run.outcomes.data[0].verdict = VERDICT_PASS;
		recorder_begin(recorder, &run);
		vec_for_each(outcome, &run.outcomes)
			recorder_cell(recorder, &run, outcome, NULL);
		recorder_end(recorder, &run);
		assert_true(recorder_is_whole(recorder));
		assert_int_equal(recorder_run(recorder)->cells.data[0].flaky, i == 1);
		assert_false(recorder_run(recorder)->cells.data[1].flaky);
	}
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),     cmocka_unit_test(test_arches),
		cmocka_unit_test(test_cells),     cmocka_unit_test(test_cost_of_a_family),
		cmocka_unit_test(test_cell_json), cmocka_unit_test(test_extra_kinds),
		cmocka_unit_test(test_attempts),  cmocka_unit_test(test_commit_of_a_tree),
		cmocka_unit_test(test_no_record), cmocka_unit_test(test_recorder_sees_flaky_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
