// SPDX-License-Identifier: GPL-2.0-only
/* Which programs a cell gets: the host's, an unpacked toolchain's, a tool root's. */
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

#include "scratch.h"
#include "toolroot/cell_tools.h"
#include "toolroot/toolroot.h"

static char *saved_path, *saved_dir;

static void add_program(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = scratch_file(dir, name, text);

	assert_int_equal(chmod(path, 0755), 0);
}

/* A root of one compiler and an emulator, whose programs are only there. */
static const char fake_mmdebstrap[] =
	"#!/bin/sh\n"
	"while [ $# -gt 2 ]; do shift; done\n"
	"/bin/mkdir -p \"$1/usr/bin\"\n"
	"for program in dash x-gcc x-ld qemu-system-x; do echo > \"$1/usr/bin/$program\"; done\n"
	"echo 'gcc-x 4:14.2.0-1\nqemu-x 1:10.0' > \"${1%/*}/packages\"\n";

static int setup(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *cache = xasprintf("%s/cache", dir);
	_cleanup_free_ char *bin = xasprintf("%s/bin", dir);

	saved_path = xstrdup(getenv("PATH"));
	saved_dir = getenv("BTFMATRIX_DIR") ? xstrdup(getenv("BTFMATRIX_DIR")) : NULL;
	setenv("PATH", bin, 1);
	setenv("BTFMATRIX_DIR", dir, 1);
	setenv("XDG_CACHE_HOME", cache, 1);
	setenv("BTFMATRIX_DEBIAN_MIRROR", "http://127.0.0.1:9/debian", 1);
	add_program(dir, "bin/mmdebstrap", fake_mmdebstrap);
	add_program(dir, "bin/bwrap", "#!/bin/sh\n");
	free(scratch_file(dir, "arches/x.ini", ""));
	free(scratch_file(dir, "configs/toolchains/x.ini", ""));
	free(scratch_file(dir, "patches/linux/x/series", ""));
	free(scratch_file(dir, "configs/toolchains/roots/r.ini",
			  "[root]\ndescription = r\nsuite = forky\npackages = gcc-x qemu-x\n"));
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	toolroot_forget_failures();
	setenv("PATH", saved_path, 1);
	if (saved_dir)
		setenv("BTFMATRIX_DIR", saved_dir, 1);
	else
		unsetenv("BTFMATRIX_DIR");
	free(saved_path);
	free(saved_dir);
	unsetenv("BTFMATRIX_DEBIAN_MIRROR");
	scratch_remove(*state);
	return 0;
}

static char no_packages[] = "gcc-x";
static char *packages[] = { no_packages, NULL };

static struct arch an_arch(void)
{
	return (struct arch){
		.name = (char *)"x",
		.cross_compile = (char *)"x-",
		.qemu_binary = (char *)"qemu-system-x",
		.packages = packages,
	};
}

static const struct toolchain gcc = { .name = (char *)"gcc",
				      .cc = (char *)"%sgcc",
				      .ld = (char *)"%sld" };

static void host(void **state)
{
	static char llvm[] = "LLVM=-19";
	static char *llvm_args[] = { llvm, NULL };
	const struct toolchain clang = { .name = (char *)"clang-19",
					 .cc = (char *)"clang-19",
					 .ld = (char *)"ld.lld-19",
					 .make_args = llvm_args };
	const struct arch arch = an_arch();
	_cleanup_(cell_tools_release) struct cell_tools a = { 0 }, b = { 0 };

	(void)state;
	expect_ok(cell_tools_find(&arch, &gcc, &a));
	assert_string_equal(a.cross_compile, "x-");
	assert_string_equal(a.cc, "x-gcc");
	assert_string_equal(a.ld, "x-ld");
	assert_string_equal(a.probe_cc, "x-gcc");
	assert_string_equal(a.qemu, "qemu-system-x");
	assert_null(a.make_args);
	assert_null(a.roots);
	expect_ok(cell_tools_find(&arch, &clang, &b));
	assert_string_equal(b.cross_compile, "x-");
	assert_string_equal(b.cc, "clang-19");
	assert_string_equal(b.probe_cc, "x-gcc");
	assert_string_equal(b.make_args[0], "LLVM=-19");
}

static void expect_in_root(const char *program, const char *end)
{
	if (!strstr(program, "/cache/btfmatrix/toolroots/r-") || !str_ends(program, end))
		fail_msg("%s is not %s of the root", program, end);
}

/* A toolchain that is in a root is always taken from there; the probe is the host's GCC's where it has one. */
static void toolchain_in_root(void **state)
{
	struct toolchain rooted = gcc;
	const struct arch arch = an_arch();
	_cleanup_(cell_tools_release) struct cell_tools a = { 0 }, b = { 0 };

	rooted.root = (char *)"r";
	expect_ok(cell_tools_find(&arch, &rooted, &a));
	expect_in_root(a.cross_compile, "/run/usr/bin/x-");
	expect_in_root(a.cc, "/run/usr/bin/x-gcc");
	expect_in_root(a.ld, "/run/usr/bin/x-ld");
	expect_in_root(a.probe_cc, "/run/usr/bin/x-gcc");
	assert_string_equal(a.qemu, "qemu-system-x");
	assert_string_equal(a.roots[0], "r");
	assert_null(a.roots[1]);
	assert_string_equal(a.root_packages[0], "gcc-x=4:14.2.0-1");
	assert_string_equal(a.root_packages[1], "qemu-x=1:10.0");
	assert_null(a.root_packages[2]);

	add_program(*state, "bin/x-gcc", "#!/bin/sh\n");
	expect_ok(cell_tools_find(&arch, &rooted, &b));
	expect_in_root(b.cc, "/run/usr/bin/x-gcc");
	assert_string_equal(b.probe_cc, "x-gcc");
}

/* An architecture's root is for what the host has not. */
static void arch_in_root(void **state)
{
	struct arch arch = an_arch();
	_cleanup_(cell_tools_release) struct cell_tools a = { 0 }, b = { 0 }, c = { 0 };

	arch.root = arch.qemu_root = (char *)"r";
	arch.qemu_version = (char *)"8.1";
	add_program(*state, "bin/qemu-system-x", "#!/bin/sh\necho QEMU emulator version 7.2.22\n");
	expect_ok(cell_tools_find(&arch, &gcc, &a));
	expect_in_root(a.cc, "/run/usr/bin/x-gcc");
	expect_in_root(a.qemu, "/run/usr/bin/qemu-system-x");
	assert_null(a.roots[1]);

	add_program(*state, "bin/x-gcc", "#!/bin/sh\n");
	add_program(*state, "bin/qemu-system-x", "#!/bin/sh\necho QEMU emulator version 8.1.0\n");
	expect_ok(cell_tools_find(&arch, &gcc, &b));
	assert_string_equal(b.cc, "x-gcc");
	assert_string_equal(b.qemu, "qemu-system-x");
	assert_null(b.roots);

	arch.qemu_version = NULL;
	add_program(*state, "bin/qemu-system-x", "#!/bin/sh\nexit 1\n");
	expect_ok(cell_tools_find(&arch, &gcc, &c));
	assert_string_equal(c.qemu, "qemu-system-x");
}

/* A root that cannot be made keeps the cells that need it from being built, and no other. */
static void no_root(void **state)
{
	struct toolchain rooted = gcc;
	const struct arch arch = an_arch();
	_cleanup_(cell_tools_release) struct cell_tools a = { 0 }, b = { 0 };

	rooted.root = (char *)"r";
	add_program(*state, "bin/mmdebstrap",
		    "#!/bin/sh\necho 'E: Failed to fetch http://d Could not connect'\nexit 25\n");
	expect_error(cell_tools_find(&arch, &rooted, &a), "gcc-x of Debian forky is missing",
		     "tool root r cannot be made", "Could not connect", NULL);
	assert_null(a.cc);
	expect_ok(cell_tools_find(&arch, &gcc, &b));
	assert_string_equal(b.cc, "x-gcc");
}

static void unpacked_toolchain(void **state)
{
	_cleanup_free_ char *prefix = xasprintf("%s/opt/bin/x86_64-linux-", (char *)*state);
	_cleanup_free_ char *each = xasprintf("%s/opt/bin/%%s", (char *)*state);
	_cleanup_free_ char *llvm = xasprintf("%s/opt/llvm/", (char *)*state);
	_cleanup_free_ char *x_gcc = xasprintf("%s/opt/bin/x-gcc", (char *)*state);
	_cleanup_free_ char *clang_path = xasprintf("%sclang", llvm);
	_cleanup_free_ char *make_arg = xasprintf("LLVM=%s", llvm);
	_cleanup_(toolchain_cleanup) struct toolchain *one = NULL, *all = NULL, *clang = NULL;
	_cleanup_(cell_tools_release) struct cell_tools a = { 0 }, b = { 0 }, c = { 0 };
	const struct arch arch = an_arch();

	add_program(*state, "opt/bin/x86_64-linux-gcc", "#!/bin/sh\n");
	add_program(*state, "opt/llvm/clang", "#!/bin/sh\n");
	expect_ok(toolchain_of_path(prefix, &one));
	assert_int_equal(strlen(one->name), strlen("path-x86_64-linux-12345678"));
	assert_true(str_starts(one->name, "path-x86_64-linux-"));
	expect_ok(cell_tools_find(&arch, one, &a));
	assert_string_equal(a.cross_compile, prefix);
	assert_true(str_starts(a.cc, prefix) && str_ends(a.cc, "-gcc"));
	assert_string_equal(a.probe_cc, "x-gcc");

	expect_ok(toolchain_of_path(each, &all));
	assert_string_not_equal(one->name, all->name);
	expect_ok(cell_tools_find(&arch, all, &b));
	assert_string_equal(b.cc, x_gcc);

	expect_ok(toolchain_of_path(llvm, &clang));
	expect_ok(cell_tools_find(&arch, clang, &c));
	assert_string_equal(c.cross_compile, "x-");
	assert_string_equal(c.cc, clang_path);
	assert_string_equal(c.make_args[0], make_arg);
	/* objtool is linked with the host's libelf */
	assert_string_equal(c.make_args[1], "HOSTCC=gcc");
}

static void bad_paths(void **state)
{
	static const struct {
		const char *prefix, *what;
	} bad[] = {
		{ "bin/x-", "give an absolute path" },
		{ "", "give an absolute path" },
		{ "/opt/a b/x-", "without spaces" },
		{ "/opt/%s/%s", "'%s' for the architecture's own" },
		{ "/nowhere/x-", "there is no program /nowhere/x-gcc" },
		{ "/nowhere/", "there is no program /nowhere/clang" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct toolchain *toolchain = NULL;

		expect_error(toolchain_of_path(bad[i].prefix, &toolchain), "path:", bad[i].what,
			     NULL);
		assert_null(toolchain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(host, setup, teardown),
		cmocka_unit_test_setup_teardown(toolchain_in_root, setup, teardown),
		cmocka_unit_test_setup_teardown(arch_in_root, setup, teardown),
		cmocka_unit_test_setup_teardown(no_root, setup, teardown),
		cmocka_unit_test_setup_teardown(unpacked_toolchain, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_paths, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
