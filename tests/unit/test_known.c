// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/known.h"
#include "config/version.h"
#include "config/project.h"
#include "config/strv.h"
#include "core/fileio.h"
#include "scratch.h"
#include "verify/print.h"

#define ENTRY                                        \
	"[weak-and-strong]\n"                        \
	"checks = global.unique global.no-overlap\n" \
	"image = vmlinux\n"                          \
	"variables = init_uts_ns\n"                  \
	"  pm_power_off\n"                           \
	"arches = x86_64 s390x\n"                    \
	"kernels = 6.12\n"                           \
	"modes = y\n"                                \
	"pahole = 1.28..1.30\n"                      \
	"compilers = gcc-11. gcc-12.\n"              \
	"evidence = readelf -s has one symbol\n"     \
	"doc = weak-and-strong\n"

/* As the project's own are: of any architecture and kernel. */
#define CAUSE_ENTRY                                    \
	"[without-bounds]\n"                           \
	"checks = global.none-missing\n"               \
	"cause = declared-incomplete\n"                \
	"pahole = 1.30\n"                              \
	"evidence = DWARF's declaration has no size\n" \
	"doc = without-bounds\n"

static struct known *load(const char *dir, const char *text)
{
	_cleanup_free_ char *path = scratch_file(dir, "known.ini", text);
	struct known *known;

	expect_ok(known_load(path, &known));
	return known;
}

static void test_reads_entries(void **state)
{
	char *dir = scratch_make();
	struct known *known = load(dir, "; nothing\n" ENTRY);
	const struct known_entry *entry = known->entries.data;

	(void)state;
	assert_int_equal(known->entries.len, 1);
	assert_string_equal(entry->name, "weak-and-strong");
	assert_string_equal(entry->checks[1], "global.no-overlap");
	assert_string_equal(entry->variables[1], "pm_power_off");
	assert_string_equal(entry->doc, "weak-and-strong");
	assert_null(entry->variables[2]);
	known_free(known);

	known = load(dir, "; nothing at all\n");
	assert_int_equal(known->entries.len, 0);
	known_free(known);
	scratch_remove(dir);
}

/* What is wrong is named with its line. */
static void test_refuses_half_a_list(void **state)
{
	static const struct {
		const char *text, *line, *says;
	} cases[] = {
		{ "[a]\nchecks = global.unique\npahole = 1.30\nevidence = e\ndoc = d\n",
		  ":2:", "lacks 'variables'" },
		{ "[a]\nchecks = global.unique\nvariables = v\nkernels = 6.12\npahole = 1.30\n"
		  "evidence = e\ndoc = d\n",
		  ":2:", "lacks 'arches'" },
		{ CAUSE_ENTRY "variables = v\n", ":3:", "keep one of them" },
		{ "[a]\nchecks = global.unique\ncause = alias\npahole = 1.30\nevidence = e\n"
		  "doc = d\n",
		  ":3:", "a fault" },
	};
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path = scratch_file(dir, "known.ini", cases[i].text);
		struct known *known;

		expect_error(known_load(path, &known), "known.ini:", cases[i].line, cases[i].says,
			     NULL);
	}
	scratch_remove(dir);
}

static void test_refuses_what_is_wrong(void **state)
{
	static const struct {
		const char *from, *to, *line, *says;
	} cases[] = {
		{ "variables = init_uts_ns", "variables = init_*", ":4:", "no wildcards" },
		{ "checks = global.unique", "checks = global.uniqe",
		  ":2:", "must be a check's id" },
		{ "image = vmlinux", "image = vmlinuz", ":3:", "must be vmlinux" },
		{ "modes = y", "modes = x", ":8:", "must be y, m or n" },
		{ "modes = y", "repaired = never", ":8:", "must be" },
		{ "pahole = 1.28..1.30", "pahole = new", ":9:", "must be a version" },
		{ "pahole = 1.28..1.30", "pahole = ..", ":9:", "must be a version" },
		{ "doc = weak-and-strong", "dok = weak-and-strong", ":12:", "did you mean 'doc'" },
		{ "evidence = readelf -s has one symbol\n", "", "known.ini:", "evidence" },
		{ "[weak-and-strong]\n", "", ":1:", "before any [section]" },
	};
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *at = strstr(ENTRY, cases[i].from);
		_cleanup_free_ char *text = NULL, *path = NULL;
		struct known *known;

		assert_non_null(at);
		text = xasprintf("%.*s%s%s", (int)(at - ENTRY), ENTRY, cases[i].to,
				 at + strlen(cases[i].from));
		path = scratch_file(dir, "known.ini", text);
		expect_error(known_load(path, &known), "known.ini:", cases[i].line, cases[i].says,
			     NULL);
	}

	_cleanup_free_ char *twice = scratch_file(dir, "twice.ini", ENTRY ENTRY);
	struct known *known;

	expect_error(known_load(twice, &known), "twice.ini:", "twice", NULL);
	scratch_remove(dir);
}

static void test_version_ranges(void **state)
{
	static const struct {
		const char *version, *range;
		bool in;
	} cases[] = {
		{ "1.30", "1.30", true },        { "1.3", "1.30", false },
		{ "1.30", "1.28..1.30", true },  { "1.28", "1.28..1.30", true },
		{ "1.31", "1.28..1.30", false }, { "1.9", "1.28..1.30", false },
		{ "1.100", "1.28..", true },     { "1.27", "1.28..", false },
		{ "1.27", "..1.27", true },      { "1.27.1", "..1.27", false },
		{ "1.30.0", "1.30", true },      { "2.0", "1.28..", true },
		{ "1.30-rc1", "1.28..", false }, { "", "1.28..", false },
		{ "1.30", "1..30", true },       { "1.30", "..", false },
		{ "1.30", "", false },           { "1.30", "1.28...1.30", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (version_in_range(cases[i].version, cases[i].range) != cases[i].in)
			fail_msg("'%s' in '%s' should be %d", cases[i].version, cases[i].range,
				 cases[i].in);
}

/* A result with one finding of each check given, and these checks' outcomes. */
static void add_finding(struct verify_result *result, const char *check, const char *image,
			const char *variable)
{
	struct finding finding = {
		.check = check,
		.image = xstrdup(image),
		.variable = xstrdup(variable),
		.witness = xstrdup("test"),
		.expected = xstrdup("right"),
		.actual = xstrdup("wrong"),
	};

	vec_push(&result->findings, finding);
}

static void add_outcome(struct verify_result *result, const char *check, enum check_state state)
{
	struct check_outcome outcome = { .id = check, .state = state };

	vec_push(&result->checks, outcome);
}

static struct verify_input input_of(struct arch *arch)
{
	return (struct verify_input){
		.arch = arch,
		.mode = BTF_MODE_Y,
		.kernel = "6.12",
		.pahole_version = "1.30",
		.compiler = "gcc-12.2.0",
	};
}

static void fill(struct verify_result *result)
{
	add_outcome(result, "global.unique", CHECK_FAIL);
	add_outcome(result, "global.no-overlap", CHECK_FAIL);
	add_finding(result, "global.unique", "vmlinux", "init_uts_ns");
	add_finding(result, "global.unique", "vmlinux", "pm_power_off");
	add_finding(result, "global.no-overlap", "vmlinux", "init_uts_ns");
	/* not listed: another variable, another blob, another check */
	add_finding(result, "global.unique", "vmlinux", "init_task");
	add_finding(result, "global.unique", "vmlinux_btf_extra", "init_uts_ns");
	add_finding(result, "global.sorted", "vmlinux", "init_uts_ns");
}

static void test_marks_what_is_listed(void **state)
{
	char *dir = scratch_make();
	struct known *known = load(dir, ENTRY);
	struct arch arch = { .name = "x86_64" };
	struct verify_input input = input_of(&arch);
	struct verify_result result = { 0 };

	(void)state;
	fill(&result);
	known_apply(known, &input, &result);
	assert_int_equal(result.findings.len, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(result.findings.data[i].known != NULL, i < 3);
	assert_string_equal(result.findings.data[0].known, "weak-and-strong");
	assert_int_equal(verify_count_new(&result), 3);
	verify_result_release(&result);
	known_free(known);
	scratch_remove(dir);
}

static void test_applies_only_to_its_cells(void **state)
{
	char *dir = scratch_make();
	struct known *known = load(dir, ENTRY);
	struct arch right = { .name = "s390x" }, wrong = { .name = "arm64" };
	struct verify_input inputs[] = {
		input_of(&wrong), input_of(&right), input_of(&right),
		input_of(&right), input_of(&right), input_of(&right),
	};

	(void)state;
	inputs[1].mode = BTF_MODE_M;
	inputs[2].pahole_version = "1.31";
	inputs[3].pahole_version = NULL;
	inputs[4].compiler = "gcc-14.2.0";
	inputs[5].kernel = "6.1";
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		struct verify_result result = { 0 };

		fill(&result);
		known_apply(known, &inputs[i], &result);
		assert_int_equal(result.findings.len, 6);
		assert_int_equal(verify_count_new(&result), 6);
		verify_result_release(&result);
	}
	known_free(known);
	scratch_remove(dir);
}

/* What pahole writes by itself is not excused where its output is repaired, nor where nobody says that it is not. */
static void test_stock_alone(void **state)
{
	static const enum expect_fact repaired[] = { FACT_NO, FACT_YES, FACT_UNKNOWN };
	char *dir = scratch_make();
	struct known *known = load(dir, ENTRY "repaired = no\n");
	struct arch arch = { .name = "x86_64" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(repaired); i++) {
		struct verify_input input = input_of(&arch);
		struct verify_result result = { 0 };

		input.pahole.repaired = repaired[i];
		fill(&result);
		known_apply(known, &input, &result);
		assert_int_equal(result.findings.len, 6);
		assert_int_equal(verify_count_new(&result), i ? 6 : 3);
		verify_result_release(&result);
	}
	known_free(known);
	scratch_remove(dir);
}

/* Without modes and compilers an entry is about all of them. */
static void test_applies_to_all_modes_and_compilers(void **state)
{
	static const char entry[] = "[weak-and-strong]\n"
				    "checks = global.unique global.no-overlap\n"
				    "image = vmlinux\n"
				    "variables = init_uts_ns pm_power_off\n"
				    "arches = s390x\n"
				    "kernels = 6.12\n"
				    "pahole = 1.30\n"
				    "evidence = readelf -s has one symbol\n"
				    "doc = weak-and-strong\n";
	char *dir = scratch_make();
	struct known *known = load(dir, entry);
	struct arch arch = { .name = "s390x" };

	(void)state;
	for (int mode = 0; mode < BTF_MODE_COUNT; mode++) {
		struct verify_input input = input_of(&arch);
		struct verify_result result = { 0 };

		input.mode = (enum btf_mode)mode;
		input.compiler = mode == BTF_MODE_N ? NULL : "clang-19.1.4";
		fill(&result);
		known_apply(known, &input, &result);
		assert_int_equal(verify_count_new(&result), 3);
		verify_result_release(&result);
	}
	known_free(known);
	scratch_remove(dir);
}

static void test_reports_what_is_stale(void **state)
{
	char *dir = scratch_make();
	struct known *known = load(dir, ENTRY);
	struct arch arch = { .name = "x86_64" };
	struct verify_input input = input_of(&arch);
	struct verify_result result = { 0 };

	(void)state;
	/* one variable and one check of the entry are not found any more */
	add_outcome(&result, "global.unique", CHECK_FAIL);
	add_outcome(&result, "global.no-overlap", CHECK_PASS);
	add_finding(&result, "global.unique", "vmlinux", "init_uts_ns");
	known_apply(known, &input, &result);
	assert_int_equal(result.findings.len, 3);
	assert_string_equal(result.findings.data[1].check, CHECK_KNOWN_UNMATCHED);
	assert_string_equal(result.findings.data[1].variable, "weak-and-strong");
	assert_non_null(strstr(result.findings.data[1].expected, "global.no-overlap"));
	assert_non_null(strstr(result.findings.data[2].expected, "pm_power_off"));
	verify_result_release(&result);

	/* a check that could not run says nothing about the entry */
	memset(&result, 0, sizeof(result));
	add_outcome(&result, "global.unique", CHECK_SKIPPED);
	add_outcome(&result, "global.no-overlap", CHECK_SKIPPED);
	known_apply(known, &input, &result);
	assert_int_equal(result.findings.len, 0);
	verify_result_release(&result);
	known_free(known);
	scratch_remove(dir);
}

/* A cause is of whatever variable it was proved of, and of no other. */
static void test_takes_what_is_proved(void **state)
{
	char *dir = scratch_make();
	struct known *known = load(dir, CAUSE_ENTRY);
	struct verify_input input = { .pahole_version = "1.30", .mode = BTF_MODE_Y };
	struct verify_result result = { 0 };

	(void)state;
	add_outcome(&result, "global.none-missing", CHECK_FAIL);
	for (size_t i = 0; i < 4; i++)
		add_finding(&result, i == 3 ? "global.unique" : "global.none-missing", "vmlinux",
			    "a");
	result.findings.data[0].cause = "declared-incomplete";
	result.findings.data[1].cause = "incomplete-dwarf";
	result.findings.data[3].cause = "declared-incomplete";
	known_apply(known, &input, &result);
	assert_int_equal(result.findings.len, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(result.findings.data[i].known != NULL, i == 0);

	/* none of it is left: the entry is stale */
	result.findings.data[0].cause = NULL;
	known_apply(known, &input, &result);
	assert_int_equal(result.findings.len, 5);
	assert_string_equal(result.findings.data[4].check, CHECK_KNOWN_UNMATCHED);
	verify_result_release(&result);
	known_free(known);
	scratch_remove(dir);
}

/* A cause may be behind some cells' findings and not others': then none is no finding. */
static void test_sometimes(void **state)
{
	char *dir = scratch_make();
	struct known *known = load(dir, CAUSE_ENTRY "sometimes = yes\n");
	struct verify_input input = { .pahole_version = "1.30", .mode = BTF_MODE_Y };
	struct verify_result result = { 0 };

	(void)state;
	add_outcome(&result, "global.none-missing", CHECK_PASS);
	known_apply(known, &input, &result);
	assert_int_equal(result.findings.len, 0);
	verify_result_release(&result);
	known_free(known);
	known = NULL;
	_cleanup_free_ char *path = scratch_file(dir, "named.ini", ENTRY "sometimes = yes\n");
	expect_error(known_load(path, &known), "named.ini",
		     "'sometimes' is for entries with a cause", NULL);
	scratch_remove(dir);
}

/* GitHub's anchor of a heading: lower case, blanks become dashes, other signs go. */
static bool has_anchor(const char *markdown, const char *anchor)
{
	for (const char *line = markdown; line; line = strchr(line, '\n')) {
		size_t n = 0;

		line += *line == '\n';
		if (*line != '#')
			continue;
		line += strspn(line, "# ");
		for (; *line && *line != '\n'; line++) {
			char c = *line == ' ' ? '-' : *line;

			if (c >= 'A' && c <= 'Z')
				c += 'a' - 'A';
			if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
			    c != '_')
				continue;
			if (anchor[n] != c)
				break;
			n++;
		}
		if ((!*line || *line == '\n') && !anchor[n] && n)
			return true;
	}
	return false;
}

/* The project's own file is valid, and each entry has its section in docs/findings.md. */
static void test_own_file(void **state)
{
	_cleanup_free_ char *path = NULL, *doc_path = NULL, *doc = NULL;
	struct known *known;

	(void)state;
	expect_ok(project_path(&path, "configs/known.ini"));
	expect_ok(project_path(&doc_path, "docs/findings.md"));
	expect_ok(known_load(path, &known));
	expect_ok(file_read(doc_path, 0, &doc, NULL));
	assert_true(has_anchor("# A heading: x\n\ntext\n", "a-heading-x"));
	assert_false(has_anchor("# A heading\n", "a-head"));
	vec_for_each(entry, &known->entries)
		if (!has_anchor(doc, entry->doc))
			fail_msg("[%s]: docs/findings.md has no heading #%s", entry->name,
				 entry->doc);
	known_free(known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_entries),
		cmocka_unit_test(test_refuses_what_is_wrong),
		cmocka_unit_test(test_refuses_half_a_list),
		cmocka_unit_test(test_version_ranges),
		cmocka_unit_test(test_marks_what_is_listed),
		cmocka_unit_test(test_applies_only_to_its_cells),
		cmocka_unit_test(test_stock_alone),
		cmocka_unit_test(test_applies_to_all_modes_and_compilers),
		cmocka_unit_test(test_reports_what_is_stale),
		cmocka_unit_test(test_sometimes),
		cmocka_unit_test(test_takes_what_is_proved),
		cmocka_unit_test(test_own_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
