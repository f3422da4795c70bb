// SPDX-License-Identifier: GPL-2.0-only
/* Two runs' results folders compared, and what an argument of `btfmatrix diff` stands for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "cli/diff_side.h"
#include "elf_build.h"
#include "layout/run_diff.h"
#include "scratch.h"

#define CELL       "x86_64/gcc/6.12/n"
#define OTHER_CELL "arm64/gcc/6.12/n"

static int setup(void **state)
{
	*state = scratch_make();
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(*state);
	return 0;
}

/* A vmlinux with one int at @offset of .data. */
static char *write_image(const char *dir, const char *name, uint32_t offset)
{
	struct btf_secinfo info = { 0, offset, 4 };
	struct btf_build btf;
	struct elf_build elf;
	size_t len;

	btf_build_init(&btf, false, NULL);
	btf_build_add_int(&btf, "int", 4);
	info.type = btf_build_add_var(&btf, "variable", 1, BTF_VAR_GLOBAL_ALLOCATED);
	btf_build_add_datasec(&btf, ".data", 64, &info, 1);

	_cleanup_free_ uint8_t *blob = btf_build_finish(&btf, &len);

	elf_build_init(&elf, 64, false, ET_EXEC);
	elf_build_add_section(&elf, ".BTF", SHT_PROGBITS, 0, 0, blob, len);

	_cleanup_free_ uint8_t *bytes = elf_build_finish(&elf, &len);

	return scratch_bytes(dir, name, bytes, len);
}

/* RUN/FILE for a cell; @vmlinux NULL for one that was not built; @findings in JSON. */
static void write_cell(const char *dir, const char *run, const char *file, const char *cell,
		       const char *verdict, const char *vmlinux, const char *findings)
{
	_cleanup_free_ char *build =
		vmlinux ? xasprintf("{\"vmlinux\": \"%s\", \"extra_module\": null}", vmlinux)
			: xstrdup("null");
	_cleanup_free_ char *text = xasprintf(
		"{\"cell\": \"%s\", \"verdict\": \"%s\", \"build\": %s, \"verify\": {\"findings\": "
		"[%s]}}",
		cell, verdict, build, findings);
	_cleanup_free_ char *name = xasprintf("%s/%s", run, file);

	free(scratch_file(dir, name, text));
}

/* A run with the cells of these files. */
static char *write_run(const char *dir, const char *run, const char *files)
{
	_cleanup_free_ char *name = xasprintf("%s/summary.json", run);
	_cleanup_free_ char *text = xasprintf("{\"cells\": [%s]}", files);

	free(scratch_file(dir, name, text));
	return xasprintf("%s/%s", dir, run);
}

#define FILE_N     "{\"file\": \"n.json\"}"
#define FILE_OTHER "{\"file\": \"other.json\"}"
#define FINDING(check, var) \
	"{\"check\": \"" check "\", \"image\": \"vmlinux\", \"variable\": \"" var "\"}"

/* What the visitor saw of the cell called CELL. */
struct seen {
	size_t nr_cells, nr_appeared, nr_gone;
	bool empty, compared;
	char *problem, *text, *json;
	char *first_new, *first_gone;
};

static void see(void *user, const struct cell_diff *diff)
{
	struct seen *seen = user;
	size_t len;
	FILE *out;

	seen->nr_cells++;
	if (!str_eq(diff->name, CELL))
		return;
	json_t *json = cell_diff_to_json(diff);

	seen->json = json_dumps(json, 0);
	json_decref(json);
	out = open_memstream(&seen->text, &len);
	cell_diff_print_text(out, diff, 1);
	fclose(out);
	seen->empty = cell_diff_is_empty(diff);
	seen->compared = diff->images;
	seen->problem = diff->problem ? xstrdup(diff->problem) : NULL;
	seen->nr_appeared = diff->appeared.list.len;
	seen->nr_gone = diff->gone.list.len;
	seen->first_new = seen->nr_appeared ? xstrdup(diff->appeared.list.data[0]) : NULL;
	seen->first_gone = seen->nr_gone ? xstrdup(diff->gone.list.data[0]) : NULL;
}

static struct seen compare(const char *a, const char *b, const char *cell)
{
	_cleanup_(run_cells_release) struct run_cells x = { 0 };
	_cleanup_(run_cells_release) struct run_cells y = { 0 };
	struct seen seen = { 0 };

	expect_ok(run_cells_load(a, &x));
	expect_ok(run_cells_load(b, &y));
	run_diff_make(&x, &y, cell, see, &seen);
	return seen;
}

static void release(struct seen *seen)
{
	free(seen->problem);
	free(seen->text);
	free(seen->json);
	free(seen->first_new);
	free(seen->first_gone);
}

static void same_runs(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *image = write_image(dir, "image", 8);
	_cleanup_free_ char *run = write_run(dir, "a", FILE_N ", " FILE_OTHER);

	write_cell(dir, "a", "n.json", CELL, "pass", image, "");
	write_cell(dir, "a", "other.json", OTHER_CELL, "fail", NULL, "");

	struct seen seen = compare(run, run, NULL);

	assert_int_equal(seen.nr_cells, 2);
	assert_true(seen.empty);
	assert_true(seen.compared);
	assert_non_null(strstr(seen.text, CELL ": pass in both\n"));
	assert_non_null(strstr(seen.text, "1 of them the same"));
	release(&seen);
}

static void other_runs(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *before = write_image(dir, "before", 8);
	_cleanup_free_ char *after = write_image(dir, "after", 12);
	_cleanup_free_ char *a = write_run(dir, "a", FILE_N);
	_cleanup_free_ char *b = write_run(dir, "b", FILE_N ", " FILE_OTHER);

	write_cell(dir, "a", "n.json", CELL, "pass", before,
		   FINDING("c.one", "x") ", " FINDING("c.one", "x") ", " FINDING("c.two", "y"));
	write_cell(dir, "b", "n.json", CELL, "fail", after,
		   FINDING("c.two", "y") ", " FINDING("c.one", "x") ", " FINDING("c.three", "z"));
	write_cell(dir, "b", "other.json", OTHER_CELL, "pass", NULL, "");

	struct seen seen = compare(a, b, NULL);

	assert_int_equal(seen.nr_cells, 2);
	assert_false(seen.empty);
	assert_int_equal(seen.nr_appeared, 1);
	assert_string_equal(seen.first_new, "c.three: vmlinux z");
	/* it was there twice */
	assert_int_equal(seen.nr_gone, 1);
	assert_string_equal(seen.first_gone, "c.one: vmlinux x");
	assert_non_null(strstr(seen.text, CELL ": pass -> fail\n"));
	assert_non_null(strstr(seen.text, "moved: 1\n"));
	assert_non_null(strstr(seen.json, "\"verdict_b\": \"fail\""));
	assert_non_null(strstr(seen.json, "\"findings_new\": [\"c.three: vmlinux z\"]"));
	release(&seen);

	seen = compare(a, b, OTHER_CELL);
	assert_int_equal(seen.nr_cells, 1);
	release(&seen);
}

/* Builds are kept in the cache, for a time. */
static void image_is_gone(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *a = write_run(dir, "a", FILE_N);
	_cleanup_free_ char *b = write_run(dir, "b", FILE_N);
	_cleanup_free_ char *image = write_image(dir, "image", 8);

	write_cell(dir, "a", "n.json", CELL, "pass", "/nonexistent/vmlinux", "");
	write_cell(dir, "b", "n.json", CELL, "pass", image, "");

	struct seen seen = compare(a, b, NULL);

	assert_false(seen.compared);
	assert_non_null(seen.problem);
	assert_non_null(strstr(seen.problem, "/nonexistent/vmlinux"));
	assert_non_null(strstr(seen.text, "cannot be compared"));
	release(&seen);
}

static void bad_runs(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *none = write_run(dir, "none", FILE_N);
	_cleanup_free_ char *wrong = write_run(dir, "wrong", FILE_N);
	_cleanup_free_ char *text = xasprintf("%s/text", dir);
	struct run_cells cells = { 0 };

	free(scratch_file(dir, "text/summary.json", "{\"cells\": 1}"));
	free(scratch_file(dir, "wrong/n.json", "[]"));
	expect_error(run_cells_load(text, &cells), "text/summary.json", "no list", NULL);
	expect_error(run_cells_load(wrong, &cells), "wrong/n.json", "no result", NULL);
	expect_error(run_cells_load(dir, &cells), "summary.json", NULL);
	/* listed, and interrupted before its turn */
	expect_ok(run_cells_load(none, &cells));
	assert_int_equal(cells.list.len, 0);
	run_cells_release(&cells);
}

static void sides(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *run = write_run(dir, "run:1", FILE_N ", " FILE_OTHER);
	_cleanup_free_ char *cell = xasprintf("%s:" CELL, run);
	_cleanup_free_ char *unbuilt = xasprintf("%s:" OTHER_CELL, run);
	_cleanup_free_ char *unknown = xasprintf("%s:none", run);
	const struct {
		const char *arg;
		bool is_file;
		/* in the message where there are no images; NULL: there are */
		const char *says;
	} cases[] = {
		{ "/some/vmlinux", true, NULL }, { "a:b", true, NULL },
		{ run, false, "which cell?" },   { cell, false, NULL },
		{ unbuilt, false, "not built" }, { unknown, false, "no cell 'none'" },
	};

	write_cell(dir, "run:1", "n.json", CELL, "pass", "/cache/vmlinux", "");
	write_cell(dir, "run:1", "other.json", OTHER_CELL, "error", NULL, "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(diff_side_release) struct diff_side side = { 0 };
		const char *vmlinux = NULL, *module = NULL;
		struct error *err;

		expect_ok(diff_side_open(cases[i].arg, &side));
		assert_int_equal(side.file != NULL, cases[i].is_file);
		err = diff_side_images(&side, &vmlinux, &module);
		if (cases[i].says) {
			expect_error(err, cases[i].says, NULL);
			continue;
		}
		expect_ok(err);
		assert_string_equal(vmlinux, cases[i].is_file ? cases[i].arg : "/cache/vmlinux");
		assert_null(module);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(same_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(other_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(image_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(sides, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
