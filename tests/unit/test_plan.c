// SPDX-License-Identifier: GPL-2.0-only
/* From matrix and selection to an ordered list of cells, in a project folder of the test's own. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/project.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "plan/plan.h"
#include "scratch.h"

static void add_file(const char *dir, const char *name, const char *text)
{
	free(scratch_file(dir, name, text));
}

static void add_arch(const char *dir, const char *name, unsigned int weight)
{
	_cleanup_free_ char *file = xasprintf("arches/%s.ini", name);
	_cleanup_free_ char *text = xasprintf(
		"[kernel]\narch = %s\nsrcarch = a\nimage_target = I\nimage_file = I\n"
		"build_weight = %u\n[toolchain]\ncross_compile = a-\n"
		"[qemu]\nbinary = q\nmachine = m\ncpu = c\nconsole = t\nchannel = console\n"
		"[elf]\nbits = 64\nbyte_order = big\nmachine = 22\n[debian]\npackages = p\n",
		name, weight);

	add_file(dir, file, text);
}

static int setup(void **state)
{
	char *dir = scratch_make();

	add_arch(dir, "small", 10);
	add_arch(dir, "large", 30);
	add_arch(dir, "even", 10);
	add_file(dir, "configs/toolchains/gcc.ini", "[toolchain]\ncc = %sgcc\nld = %sld\n");
	add_file(dir, "configs/toolchains/rare.ini", "[toolchain]\ncc = cc\nld = ld\n");
	add_file(dir, "configs/toolchains/odd.ini",
		 "[toolchain]\ncc = cc\nld = ld\narches = large\nsince = large:7.0\n");
	add_file(dir, "patches/linux/6.12/series", "");
	add_file(dir, "patches/linux/6.12/series.ini", "[series]\nversions = 6.10..6.19\n");
	add_file(dir, "patches/linux/7.0/README.md", "no series yet\n");
	add_file(dir, "configs/features/btf-vars.ini",
		 "[feature]\nsymbol = DEBUG_INFO_BTF_VARS\nmodes = n m y\nmodule = kernel/x.ko\n"
		 "pahole = global_var\n");
	add_file(dir, PROFILE_DIR "/tiny.config", "");
	add_file(dir, PROFILE_DIR "/net.config", "CONFIG_NET=y\n");
	add_file(dir, PROFILE_DIR "/thin.config", "CONFIG_LTO=y\n");
	add_file(dir, PROFILE_DIR "/thin.ini",
		 "[profile]\ntoolchains = rare\nnot_arches = even\nreason = rare alone has it\n");
	add_file(dir, "configs/features/two.ini",
		 "[feature]\nsymbol = BOTH\nmodes = n y\npahole = global_var\n");
	add_file(dir, "configs/kernels/6.12.ini",
		 "[debian]\npackage = linux-source-6.12\nsuites = trixie\n");
	add_file(dir, "configs/kernels/7.x.ini",
		 "[debian]\npackage = linux-source-7.*\nsuites = trixie-backports\n");
	add_file(dir, "configs/kernels/6.15.ini",
		 "[kernel]\narches = small\n[debian]\npackage = linux-source-6.15\nsuites = sid\n");
	add_file(dir, "configs/matrices/default.ini",
		 "[matrix]\narches = small large even\ntoolchains = gcc\nkernels = 6.12\n"
		 "modes = y n m\n");
	add_file(dir, "configs/matrices/wide.ini",
		 "[matrix]\narches = small large\ntoolchains = gcc odd\nkernels = 6.12 7.x\n"
		 "modes = n\n");
	add_file(dir, "configs/matrices/axes.ini",
		 "[matrix]\narches = small\ntoolchains = gcc\nkernels = 6.12\nmodes = n m\n"
		 "profiles = net tiny\npaholes = 1.30-stock default\n");
	add_file(dir, "configs/matrices/lost.ini", "[matrix]\narches = small\n\narches_ = x\n");
	setenv("BTFMATRIX_DIR", dir, 1);
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(*state);
	unsetenv("BTFMATRIX_DIR");
	return 0;
}

static char *cell_names(struct plan *plan)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	vec_for_each(cell, &plan->cells)
		strbuf_addf(&sb, "%s\n", cell->name);
	return strbuf_detach(&sb);
}

static void expect_cells(const struct plan_request *request, const char *expected)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;

	expect_ok(plan_make(request, &plan));

	_cleanup_free_ char *names = cell_names(plan);
	assert_string_equal(names, expected);
}

static void order(void **state)
{
	(void)state;
	/* heaviest first, equals as in the matrix; n, m, y whatever the matrix's order */
	expect_cells(&(struct plan_request){ 0 },
		     "large/gcc/6.12/n\nlarge/gcc/6.12/m\nlarge/gcc/6.12/y\n"
		     "small/gcc/6.12/n\nsmall/gcc/6.12/m\nsmall/gcc/6.12/y\n"
		     "even/gcc/6.12/n\neven/gcc/6.12/m\neven/gcc/6.12/y\n");
}

static void cell_members(void **state)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;

	(void)state;
	expect_ok(plan_make(&(struct plan_request){ .arches = "small", .modes = "m" }, &plan));
	assert_int_equal(plan->cells.len, 1);

	const struct cell *cell = plan->cells.data;
	assert_string_equal(cell->name, "small/gcc/6.12/m");
	assert_string_equal(cell->family, "small/gcc/6.12");
	assert_string_equal(cell->tree, "small/gcc/6.12");
	assert_string_equal(cell->profile->name, "tiny");
	assert_null(cell->pahole->which);
	assert_string_equal(cell->arch->kernel_arch, "small");
	assert_string_equal(cell->toolchain->name, "gcc");
	assert_string_equal(cell->kernel, "6.12");
	assert_int_equal(cell->mode, BTF_MODE_M);
}

static void selection(void **state)
{
	(void)state;
	expect_cells(&(struct plan_request){ .arches = "even,large", .modes = "y,n" },
		     "large/gcc/6.12/n\nlarge/gcc/6.12/y\neven/gcc/6.12/n\neven/gcc/6.12/y\n");
	expect_cells(&(struct plan_request){ .arches = "even,even", .modes = "y" },
		     "even/gcc/6.12/y\n");
}

/* What shares an object tree comes in one piece, and in that what differs in mode alone. */
static void profiles_and_paholes(void **state)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;

	(void)state;
	expect_cells(&(struct plan_request){ .matrix = "axes" },
		     "small/gcc/6.12+net/pahole-1.30-stock/n\n"
		     "small/gcc/6.12+net/pahole-1.30-stock/m\n"
		     "small/gcc/6.12+net/n\nsmall/gcc/6.12+net/m\n"
		     "small/gcc/6.12/pahole-1.30-stock/n\nsmall/gcc/6.12/pahole-1.30-stock/m\n"
		     "small/gcc/6.12/n\nsmall/gcc/6.12/m\n");
	/* the command line's are in place of the matrix's; one that is named twice is one */
	expect_cells(&(struct plan_request){ .matrix = "axes",
					     .profiles = "tiny",
					     .paholes = "/a/b+encode,repaired,default",
					     .modes = "y" },
		     "small/gcc/6.12/pahole-_a_b+encode/y\nsmall/gcc/6.12/y\n");
	expect_ok(plan_make(&(struct plan_request){ .matrix = "axes", .profiles = "net" }, &plan));
	assert_int_equal(plan->cells.len, 4);
	const struct cell *cell = plan->cells.data;
	assert_string_equal(cell[1].family, "small/gcc/6.12+net/pahole-1.30-stock");
	assert_string_equal(cell[1].tree, "small/gcc/6.12+net");
	assert_string_equal(cell[1].pahole->which, "1.30");
	assert_true(cell[1].pahole->stock);
	assert_string_equal(cell[3].family, "small/gcc/6.12+net");
	assert_string_equal(cell[3].tree, "small/gcc/6.12+net");
}

/* A profile that is not for all says why. */
static void profile_for_some(void **state)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	const struct plan_request request = {
		.arches = "large,even", .toolchains = "gcc,rare", .profiles = "thin", .modes = "n"
	};

	(void)state;
	expect_ok(plan_make(&request, &plan));
	assert_int_equal(plan->cells.len, 1);
	assert_string_equal(plan->cells.data[0].name, "large/rare/6.12+thin/n");
	assert_int_equal(plan->omitted.len, 3);
	assert_string_equal(plan->omitted.data[0].name, "large/gcc/6.12+thin/n");
	assert_non_null(strstr(plan->omitted.data[0].reason,
			       "profile thin is not for gcc: rare alone has it ("));
	assert_non_null(
		strstr(plan->omitted.data[1].reason, "profile thin is not for even: rare alone"));
}

#define NO_SERIES_7 "no series in patches/linux is for Linux 7.x: there are 6.12 (6.10..6.19)\n"

static void expect_refusal(struct plan_request request, const char *what, const char *mend);

static void unpacked_toolchain(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *wanted = xasprintf("path:%s/opt/bin/large-,gcc", dir);
	_cleanup_free_ char *missing = xasprintf("path:%s/opt/bin/small-", dir);
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	_cleanup_free_ char *file = scratch_file(dir, "opt/bin/large-gcc", "#!/bin/sh\n");

	assert_int_equal(chmod(file, 0755), 0);
	expect_ok(plan_make(
		&(struct plan_request){ .arches = "large", .modes = "n", .toolchains = wanted },
		&plan));
	assert_int_equal(plan->cells.len, 2);
	assert_string_equal(plan->cells.data[0].name, "large/gcc/6.12/n");
	assert_true(str_starts(plan->cells.data[1].name, "large/path-large-"));
	assert_true(str_starts(plan->cells.data[1].toolchain->path, "path:/"));
	expect_refusal((struct plan_request){ .toolchains = missing }, "there is no program",
		       "/opt/bin/small-gcc");
}

static void omissions(void **state)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	(void)state;
	expect_ok(plan_make(&(struct plan_request){ .matrix = "wide" }, &plan));

	_cleanup_free_ char *names = cell_names(plan);
	assert_string_equal(names, "large/gcc/6.12/n\nsmall/gcc/6.12/n\n");
	vec_for_each(omitted, &plan->omitted)
		strbuf_addf(&out, "%s: %s\n", omitted->name, omitted->reason);
	assert_string_equal(strbuf_str(&out),
			    "large/gcc/7.x/n: " NO_SERIES_7
			    "large/odd/6.12/n: toolchain odd builds Linux 7.0 and newer for large, "
			    "not 6.12\n"
			    "large/odd/7.x/n: " NO_SERIES_7 "small/gcc/7.x/n: " NO_SERIES_7
			    "small/odd/6.12/n: toolchain odd does not support small\n"
			    "small/odd/7.x/n: toolchain odd does not support small\n");
}

static void expect_refusal(struct plan_request request, const char *what, const char *mend)
{
	struct plan *plan = NULL;

	expect_error(plan_make(&request, &plan), what, mend, NULL);
	assert_null(plan);
}

/* A line that says for which architectures it is. */
static void line_for_some(void **state)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	_cleanup_free_ char *own =
		scratch_file(*state, "some.ini",
			     "[matrix]\narches = small large\ntoolchains = gcc\nkernels = 6.15\n"
			     "modes = n\n");

	expect_ok(plan_make(&(struct plan_request){ .matrix = own }, &plan));
	assert_int_equal(plan->cells.len, 1);
	assert_string_equal(plan->cells.data[0].name, "small/gcc/6.15/n");
	assert_int_equal(plan->omitted.len, 1);
	assert_string_equal(plan->omitted.data[0].name, "large/gcc/6.15/n");
	assert_non_null(
		strstr(plan->omitted.data[0].reason, "Linux 6.15 cannot be built for large"));
}

/* Lines that stand in for those that an architecture cannot have, for it alone and where nobody asks for others. */
static void line_in_place(void **state)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;
	_cleanup_free_ char *own = scratch_file(
		*state, "else.ini",
		"[matrix]\narches = even large small\ntoolchains = gcc\nkernels = 6.12\n"
		"else_kernels = 6.13 6.15\nmodes = n\n");

	add_file(*state, "configs/kernels/6.13.ini",
		 "[kernel]\nnot_arches = large\n[debian]\npackage = linux-source-6.13\n"
		 "suites = sid\n");
	expect_cells(&(struct plan_request){ .matrix = own },
		     "large/gcc/6.12/n\neven/gcc/6.12/n\nsmall/gcc/6.12/n\n");
	add_file(*state, "configs/kernels/6.12.ini",
		 "[kernel]\nnot_arches = small large\n"
		 "[debian]\npackage = linux-source-6.12\nsuites = trixie\n");
	expect_cells(&(struct plan_request){ .matrix = own },
		     "even/gcc/6.12/n\nsmall/gcc/6.13/n\nsmall/gcc/6.15/n\n");
	expect_cells(&(struct plan_request){ .matrix = own, .kernels = "6.12" },
		     "even/gcc/6.12/n\n");
	expect_ok(plan_make(&(struct plan_request){ .matrix = own, .arches = "small" }, &plan));
	assert_int_equal(plan->omitted.len, 1);
	assert_string_equal(plan->omitted.data[0].name, "small/gcc/6.12/n");
	assert_non_null(
		strstr(plan->omitted.data[0].reason, "Linux 6.12 cannot be built for small"));
}

/* A feature that is a bool has no mode m; one that nobody knows is an error. */
static void features(void **state)
{
	_cleanup_(plan_cleanup) struct plan *plan = NULL;

	(void)state;
	expect_ok(plan_make(&(struct plan_request){ .feature = "two", .arches = "small" }, &plan));
	assert_int_equal(plan->cells.len, 2);
	assert_string_equal(plan->cells.data[0].name, "small/gcc/6.12/n");
	assert_string_equal(plan->cells.data[1].name, "small/gcc/6.12/y");
	assert_string_equal(plan->cells.data[1].feature->symbol, "BOTH");
	assert_int_equal(plan->omitted.len, 1);
	assert_string_equal(plan->omitted.data[0].name, "small/gcc/6.12/m");
	assert_non_null(strstr(plan->omitted.data[0].reason, "feature two has no mode m"));
	expect_refusal((struct plan_request){ .feature = "tow" }, "there is no feature 'tow'",
		       "did you mean 'two'?");
}

/* A series of the user's in place of ours is for any kernel. */
static void own_patches(void **state)
{
	(void)state;
	expect_cells(
		&(struct plan_request){
			.matrix = "wide", .arches = "small", .kernels = "7.x", .series = "mine" },
		"small/gcc/7.x/n\n");
	expect_cells(
		&(struct plan_request){
			.matrix = "wide", .arches = "small", .kernels = "7.x", .series = "+mine" },
		"");
}

/* With a tree of the user's the kernel is what the tree says, whatever the matrix has. */
static void line_of_tree(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *tree = xasprintf("%s/tree", dir);
	_cleanup_(plan_cleanup) struct plan *plan = NULL, *other = NULL;

	add_file(dir, "tree/Makefile", "VERSION = 6\nPATCHLEVEL = 13\nSUBLEVEL = 2\n");
	expect_ok(plan_make(
		&(struct plan_request){ .kernel_dir = tree, .arches = "small", .modes = "y" },
		&plan));
	assert_int_equal(plan->cells.len, 1);
	assert_string_equal(plan->cells.data[0].name, "small/gcc/6.13/y");

	add_file(dir, "tree/Makefile", "VERSION = 5\nPATCHLEVEL = 10\n");
	expect_ok(plan_make(
		&(struct plan_request){ .kernel_dir = tree, .arches = "small", .modes = "y" },
		&other));
	assert_int_equal(other->cells.len, 0);
	assert_string_equal(
		other->omitted.data[0].reason,
		"no series in patches/linux is for Linux 5.10: there are 6.12 (6.10..6.19)");
}

static void refusals(void **state)
{
	const char *dir = *state;

	expect_refusal((struct plan_request){ .arches = "large,smal" },
		       "--arch: there is no 'smal'",
		       "did you mean 'small'? There are: even, large, small");
	expect_refusal((struct plan_request){ .arches = "mips" }, "--arch: there is no 'mips'",
		       "there are: even, large, small");
	expect_refusal((struct plan_request){ .arches = "" }, "--arch: an empty name",
		       "even, large, small");
	expect_refusal((struct plan_request){ .modes = "y," }, "--mode: an empty name", "n, m, y");
	expect_refusal((struct plan_request){ .modes = "x" }, "--mode: there is no 'x'", "n, m, y");
	expect_refusal((struct plan_request){ .toolchains = "clang" },
		       "--toolchain: there is no 'clang'", "there are: gcc, odd, rare");
	expect_refusal((struct plan_request){ .kernels = "6.13" }, "--kernel: there is no '6.13'",
		       "did you mean '6.12'?");
	expect_refusal((struct plan_request){ .profiles = "nett" }, "--profile: there is no 'nett'",
		       "did you mean 'net'?");
	expect_refusal((struct plan_request){ .paholes = "1.30,1,30" }, "--pahole: '1' must be",
		       "a version or a program's path");
	expect_refusal((struct plan_request){ .paholes = "1.30," }, "--pahole: '' must be",
		       "a version or a program's path");
	expect_refusal((struct plan_request){ .matrix = "wyde" }, "there is no matrix 'wyde'",
		       "did you mean 'wide'? There are: axes, default, lost, wide");
	expect_refusal((struct plan_request){ .matrix = "lost" }, "lost.ini:4: unknown key",
		       "did you mean 'arches'?");

	/* a matrix of the user's own, with a name nothing stands behind */
	_cleanup_free_ char *own =
		scratch_file(dir, "own.ini",
			     "[matrix]\nkernels = 6.12\narches = small lage\ntoolchains = gcc\n"
			     "modes = n\n");
	expect_refusal((struct plan_request){ .matrix = own },
		       "/own.ini:3: arches: no descriptor arches/lage.ini",
		       "did you mean 'large'? There are: even, large, small");
	/* not in that matrix, but there is such an architecture */
	expect_cells(&(struct plan_request){ .matrix = own, .arches = "large,small" },
		     "large/gcc/6.12/n\nsmall/gcc/6.12/n\n");
	expect_cells(&(struct plan_request){ .matrix = own, .arches = "small" },
		     "small/gcc/6.12/n\n");

	_cleanup_free_ char *lost =
		scratch_file(dir, "lost.ini",
			     "[matrix]\narches = small\ntoolchains = gcc\nkernels = 6.12 6.1\n"
			     "modes = n\n");
	expect_refusal((struct plan_request){ .matrix = lost },
		       "/lost.ini:4: kernels: no descriptor configs/kernels/6.1.ini",
		       "There are: 6.12, 6.15, 7.x");

	/* a descriptor that is there and bad */
	add_file(dir, "arches/lage.ini", "[kernel]\narchh = x\n");
	expect_refusal((struct plan_request){ .matrix = own }, "/arches/lage.ini:2: unknown key",
		       "did you mean 'arch'?");
}

static void no_project(void **state)
{
	_cleanup_free_ char *path = NULL;

	(void)state;
	setenv("BTFMATRIX_DIR", "/nonexistent", 1);
	expect_error(project_dir(&path), "BTFMATRIX_DIR=/nonexistent", "no folder arches", NULL);
}

static void project_above_program(void **state)
{
	_cleanup_free_ char *path = NULL;

	/* The test program is below the source tree's own build folder, where `make check` runs it. */
	(void)state;
	unsetenv("BTFMATRIX_DIR");
	if (getenv("BTFMATRIX_BUILD") == NULL)
		skip();
	expect_ok(project_path(&path, "arches/x86_64.ini"));
	assert_true(path_exists(path));
}

static void cache_folder(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *xdg = xasprintf("%s/cache", dir);
	_cleanup_free_ char *wanted = xasprintf("%s/btfmatrix", xdg);
	_cleanup_free_ char *home_cache = xasprintf("%s/.cache/btfmatrix", dir);
	_cleanup_free_ char *cache = NULL, *at_home = NULL;

	setenv("XDG_CACHE_HOME", xdg, 1);
	expect_ok(cache_dir(&cache));
	assert_string_equal(cache, wanted);
	assert_true(path_is_dir(cache));

	/* a relative path is to be ignored */
	setenv("XDG_CACHE_HOME", "cache", 1);
	setenv("HOME", dir, 1);
	expect_ok(cache_dir(&at_home));
	assert_string_equal(at_home, home_cache);
}

static void modes(void **state)
{
	enum btf_mode mode = BTF_MODE_COUNT;

	(void)state;
	for (enum btf_mode i = 0; i < BTF_MODE_COUNT; i++) {
		assert_true(btf_mode_parse(btf_mode_name(i), &mode));
		assert_int_equal(mode, i);
	}
	assert_false(btf_mode_parse("", &mode));
	assert_false(btf_mode_parse("yes", &mode));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(order, setup, teardown),
		cmocka_unit_test_setup_teardown(cell_members, setup, teardown),
		cmocka_unit_test_setup_teardown(selection, setup, teardown),
		cmocka_unit_test_setup_teardown(profiles_and_paholes, setup, teardown),
		cmocka_unit_test_setup_teardown(profile_for_some, setup, teardown),
		cmocka_unit_test_setup_teardown(unpacked_toolchain, setup, teardown),
		cmocka_unit_test_setup_teardown(omissions, setup, teardown),
		cmocka_unit_test_setup_teardown(line_for_some, setup, teardown),
		cmocka_unit_test_setup_teardown(line_in_place, setup, teardown),
		cmocka_unit_test_setup_teardown(line_of_tree, setup, teardown),
		cmocka_unit_test_setup_teardown(features, setup, teardown),
		cmocka_unit_test_setup_teardown(own_patches, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(no_project, setup, teardown),
		cmocka_unit_test_setup_teardown(project_above_program, setup, teardown),
		cmocka_unit_test_setup_teardown(cache_folder, setup, teardown),
		cmocka_unit_test(modes),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
