// SPDX-License-Identifier: GPL-2.0-only
/* Tool roots, with an mmdebstrap of the test's own that unpacks a file or two. */
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
#include <unistd.h>

#include "core/fileio.h"
#include "scratch.h"
#include "toolroot/toolroot.h"

static char *saved_path, *saved_dir;

/* The last but two arguments are suite and root; the hook's list of packages goes where it says. */
#define FAKE_MMDEBSTRAP                                                             \
	"#!/bin/sh\n"                                                               \
	"for arg; do case $arg in --extract-hook=*) hook=${arg#*=} ;; esac; done\n" \
	"while [ $# -gt 2 ]; do shift; done\n"                                      \
	"root=$1\n"                                                                 \
	"echo made >> \"$FAKE_COUNT\"\n"                                            \
	"[ -z \"$FAKE_SAYS\" ] || { echo \"$FAKE_SAYS\" >&2; exit 1; }\n"           \
	"mkdir -p \"$root/usr/bin\" \"$root/usr/lib/llvm-9/bin\" \"$root/etc\"\n"   \
	"echo dash > \"$root/usr/bin/dash\"\n"                                      \
	"echo gcc > \"$root/usr/bin/x-linux-gnu-gcc\"\n"                            \
	"ln -s ../lib/llvm-9/bin/clang \"$root/usr/bin/clang\"\n"                   \
	"echo clang > \"$root/usr/lib/llvm-9/bin/clang\"\n"                         \
	"printf 'dash 0.5\\ngcc 4:14.2.0-1\\ngcc-14 14.2.0-19\\n' > \"${root%/*}/packages\"\n"

/* Enters nothing: what is asked for is only told. */
#define FAKE_BWRAP                                                                       \
	"#!/bin/sh\n"                                                                    \
	"[ -z \"$FAKE_BWRAP_FAILS\" ] || { echo 'bwrap: not permitted' >&2; exit 1; }\n" \
	"echo bwrap \"$@\" >> \"$FAKE_ENTERED\"\n"

#define FAKE_UNSHARE "#!/bin/sh\necho unshare \"$1\" >> \"$FAKE_ENTERED\"\n"

static void add_program(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = scratch_file(dir, name, text);

	assert_int_equal(chmod(path, 0755), 0);
}

static void set_path_env(const char *name, const char *dir, const char *below)
{
	_cleanup_free_ char *value = xasprintf("%s/%s", dir, below);

	setenv(name, value, 1);
}

static int setup(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = NULL;

	saved_path = xstrdup(getenv("PATH"));
	saved_dir = getenv("BTFMATRIX_DIR") ? xstrdup(getenv("BTFMATRIX_DIR")) : NULL;
	path = xasprintf("%s/bin:%s", dir, saved_path);
	setenv("PATH", path, 1);
	setenv("BTFMATRIX_DIR", dir, 1);
	set_path_env("XDG_CACHE_HOME", dir, "cache");
	set_path_env("FAKE_COUNT", dir, "count");
	set_path_env("FAKE_ENTERED", dir, "entered");
	setenv("BTFMATRIX_DEBIAN_MIRROR", "http://127.0.0.1:9/debian", 1);
	unsetenv("FAKE_SAYS");
	unsetenv("FAKE_BWRAP_FAILS");
	unsetenv("BTFMATRIX_ENTER");
	add_program(dir, "bin/mmdebstrap", FAKE_MMDEBSTRAP);
	add_program(dir, "bin/bwrap", FAKE_BWRAP);
	add_program(dir, "bin/unshare", FAKE_UNSHARE);
	free(scratch_file(dir, "arches/x.ini", ""));
	free(scratch_file(dir, "configs/toolchains/x.ini", ""));
	free(scratch_file(dir, "patches/linux/x/series", ""));
	free(scratch_file(dir, "configs/toolchains/roots/new.ini",
			  "[root]\ndescription = newer tools\nsuite = forky\n"
			  "packages = gcc gcc-x-linux-gnu pahole\n"));
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	toolroot_forget_failures();
	toolroot_let_go();
	setenv("PATH", saved_path, 1);
	if (saved_dir)
		setenv("BTFMATRIX_DIR", saved_dir, 1);
	else
		unsetenv("BTFMATRIX_DIR");
	free(saved_path);
	free(saved_dir);
	unsetenv("BTFMATRIX_DEBIAN_MIRROR");
	unsetenv("BTFMATRIX_ENTER");
	scratch_remove(*state);
	return 0;
}

/* How often a root was unpacked. */
static size_t times_made(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/count", dir), *text = NULL;
	size_t count = 0;

	if (!path_exists(path))
		return 0;
	expect_ok(file_read(path, 0, &text, NULL));
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		count++;
	return count;
}

static char *entered(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/entered", dir);
	char *text = NULL;

	expect_ok(file_read(path, 0, &text, NULL));
	return text;
}

static enum toolroot_state state_of(const char *name)
{
	_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;
	_cleanup_free_ char *why = NULL;
	enum toolroot_state state;

	expect_ok(toolroot_config_find(name, &config));
	expect_ok(toolroot_look(config, &state, &why));
	assert_int_equal(state == TOOLROOT_DAMAGED, why != NULL);
	return state;
}

static void made_once(void **state)
{
	_cleanup_(toolroot_release) struct toolroot first = { 0 }, second = { 0 };
	_cleanup_free_ char *gcc = NULL, *version = NULL, *none = NULL, *llvm = NULL, *how = NULL;

	assert_int_equal(state_of("new"), TOOLROOT_MISSING);
	expect_ok(toolroot_open("new", NULL, &first));
	assert_int_equal(state_of("new"), TOOLROOT_WHOLE);
	expect_ok(toolroot_open("new", NULL, &second));
	assert_int_equal(times_made(*state), 1);
	assert_string_equal(first.dir, second.dir);
	assert_string_equal(first.id, second.id);
	assert_string_equal(first.suite, "forky");

	gcc = toolroot_program(&first, "x-linux-gnu-gcc");
	assert_true(path_is_executable(gcc));
	llvm = xasprintf("%s/run/usr/lib/llvm-9/bin/clang", first.dir);
	assert_true(path_is_executable(llvm));
	expect_ok(toolroot_package_version(&first, "gcc", &version));
	assert_string_equal(version, "4:14.2.0-1");
	expect_ok(toolroot_package_version(&first, "gc", &none));
	assert_null(none);

	how = entered(*state);
	assert_non_null(strstr(how, "bwrap --die-with-parent --ro-bind "));
	assert_non_null(strstr(how, " -- /usr/bin/dash -c :\n"));
}

/* What an interrupted or careless hand can leave is made again, and never used. */
static void damaged(void **state)
{
	static const char *const damages[] = {
		"rm %s/stamp",
		"rm %s/root/usr/bin/x-linux-gnu-gcc",
		"echo more >> %s/root/usr/lib/llvm-9/bin/clang",
		"touch -d 2100-01-01 %s/root/usr/bin/x-linux-gnu-gcc",
		"rm %s/run/usr/bin/dash",
		"echo 'gcc 15' > %s/packages",
		"echo > %s/files",
		"rm -r %s/root",
	};

	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		_cleanup_(toolroot_release) struct toolroot root = { 0 }, again = { 0 };
		_cleanup_free_ char *command = NULL, *gcc = NULL;
		size_t before;

		expect_ok(toolroot_open("new", NULL, &root));
		before = times_made(*state);
		command = xasprintf(damages[i], root.dir);
		assert_int_equal(system(command), 0);
		assert_int_equal(state_of("new"), TOOLROOT_DAMAGED);
		expect_ok(toolroot_open("new", NULL, &again));
		assert_int_equal(times_made(*state), before + 1);
		assert_int_equal(state_of("new"), TOOLROOT_WHOLE);
		gcc = toolroot_program(&again, "x-linux-gnu-gcc");
		assert_true(path_is_executable(gcc));
	}
}

static int remove_stamp(const char *dir)
{
	_cleanup_free_ char *stamp = xasprintf("%s/stamp", dir);

	return unlink(stamp);
}

/* Another list of packages is another root; the old one is told from today's. */
static void changed_descriptor(void **state)
{
	_cleanup_(toolroot_release) struct toolroot old = { 0 }, new = { 0 };
	_cleanup_(toolroots_release) struct toolroots_kept kept = { 0 };
	size_t current = 0;
	bool removed;

	expect_ok(toolroot_open("new", NULL, &old));
	free(scratch_file(*state, "configs/toolchains/roots/new.ini",
			  "[root]\ndescription = newer tools\nsuite = forky\npackages = gcc\n"));
	expect_ok(toolroot_open("new", NULL, &new));
	assert_string_not_equal(old.dir, new.dir);
	assert_int_equal(times_made(*state), 2);

	expect_ok(toolroots_list(&kept));
	assert_int_equal(kept.list.len, 2);
	vec_for_each(root, &kept.list) {
		assert_string_equal(root->name, "new");
		assert_int_equal(root->current, str_eq(root->dir, new.dir));
		current += root->current;
	}
	assert_int_equal(current, 1);
	/* while it is used */
	expect_ok(toolroot_remove(old.dir, &removed));
	assert_false(removed);
	assert_true(path_is_dir(old.dir));
	toolroot_let_go();
	expect_ok(toolroot_remove(old.dir, &removed));
	assert_true(removed);
	assert_false(path_exists(old.dir));
	assert_true(path_is_dir(new.dir));
}

/* What a killed process left is removed by the next one, or by whoever tidies up. */
static void half_made(void **state)
{
	_cleanup_(toolroots_release) struct toolroots_kept kept = { 0 };
	_cleanup_(toolroot_release) struct toolroot root = { 0 };
	_cleanup_free_ char *left = NULL, *late = NULL;
	bool removed;

	expect_ok(toolroot_open("new", NULL, &root));
	left = xasprintf("%s.partial-aAbBcC", root.dir);
	late = xasprintf("%s.partial-late00", root.dir);
	expect_ok(dir_make(left));
	assert_int_equal(state_of("new"), TOOLROOT_WHOLE);
	expect_ok(toolroots_list(&kept));
	assert_int_equal(kept.list.len, 2);
	vec_for_each(entry, &kept.list)
		assert_int_equal(entry->current, str_eq(entry->dir, root.dir));
	assert_int_equal(remove_stamp(root.dir), 0);
	toolroot_release(&root);
	expect_ok(toolroot_open("new", NULL, &root));
	assert_false(path_exists(left));
	assert_int_equal(times_made(*state), 2);

	expect_ok(dir_make(late));
	expect_ok(toolroot_remove(late, &removed));
	assert_true(removed);
	assert_false(path_exists(late));
	assert_int_equal(state_of("new"), TOOLROOT_WHOLE);
}

static void cannot_be_made(void **state)
{
	static const char *const wanted[] = { "qemu-system-x", "gcc-x-linux-gnu", NULL };
	static const struct {
		const char *says, *missing, *reason;
		bool named;
	} cases[] = {
		{ "I: updating\nE: Failed to fetch http://x Could not connect to 127.0.0.1:9\n"
		  "E: apt-get update failed",
		  "gcc-x-linux-gnu of Debian forky is missing",
		  "Failed to fetch http://x Could not connect to 127.0.0.1:9; see", true },
		{ "E: Unable to locate package pahole",
		  "gcc, gcc-x-linux-gnu, pahole of Debian forky are missing",
		  "Unable to locate package pahole; see", false },
		{ "something else", "gcc-x-linux-gnu of Debian forky is missing",
		  "mmdebstrap failed; see", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(toolroots_release) struct toolroots_kept kept = { 0 };
		struct toolroot root = { 0 };

		setenv("FAKE_SAYS", cases[i].says, 1);
		expect_error(toolroot_open("new", cases[i].named ? wanted : NULL, &root),
			     cases[i].missing, cases[i].reason, NULL);
		/* not tried twice */
		expect_error(toolroot_open("new", NULL, &root), cases[i].missing, NULL);
		toolroot_forget_failures();
		assert_null(root.dir);
		assert_int_equal(state_of("new"), TOOLROOT_MISSING);
		expect_ok(toolroots_list(&kept));
		assert_int_equal(kept.list.len, 0);
	}
	assert_int_equal(times_made(*state), ARRAY_SIZE(cases));
}

static void no_mmdebstrap(void **state)
{
	_cleanup_free_ char *bin = xasprintf("%s/bin", (char *)*state);
	struct toolroot root = { 0 };

	setenv("PATH", bin, 1);
	free(scratch_file(bin, "mmdebstrap", ""));
	assert_int_equal(system("/bin/chmod -x \"$PATH/mmdebstrap\""), 0);
	expect_error(toolroot_open("new", NULL, &root), "pahole of Debian forky are missing",
		     "install the package mmdebstrap", NULL);
}

/* Where bubblewrap is not allowed, unshare is; where neither is, nothing is used. */
static void without_bubblewrap(void **state)
{
	_cleanup_(toolroot_release) struct toolroot root = { 0 };
	struct toolroot none = { 0 };
	_cleanup_free_ char *how = NULL;

	setenv("FAKE_BWRAP_FAILS", "1", 1);
	expect_ok(toolroot_open("new", NULL, &root));
	how = entered(*state);
	assert_string_equal(how, "unshare --mount\n");
	assert_string_equal(getenv("BTFMATRIX_ENTER"), "unshare");

	unsetenv("BTFMATRIX_ENTER");
	add_program(*state, "bin/unshare", "#!/bin/sh\nexit 1\n");
	expect_error(toolroot_open("new", NULL, &none), "cannot enter the tool root",
		     "neither bubblewrap nor unshare", NULL);
	assert_null(none.dir);
}

static void binds(void **state)
{
	_cleanup_free_ char *odd = xasprintf("%s/a:b", (char *)*state);

	unsetenv("BTFMATRIX_BINDS");
	expect_ok(toolroot_bind("/usr"));
	expect_ok(toolroot_bind("/usr/"));
	expect_ok(toolroot_bind("/usr/lib/.."));
	assert_string_equal(getenv("BTFMATRIX_BINDS"), "/usr");
	expect_ok(toolroot_bind("/dev"));
	assert_string_equal(getenv("BTFMATRIX_BINDS"), "/usr:/dev");
	expect_error(toolroot_bind("/nowhere"), "cannot find /nowhere", NULL);
	assert_int_equal(mkdir(odd, 0777), 0);
	expect_error(toolroot_bind(odd), "a ':' in it", NULL);
	unsetenv("BTFMATRIX_BINDS");
}

static void bad_descriptors(void **state)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{ "[root]\nsuite = trixie\npackages = gcc\n", ":1: [root] description is missing" },
		{ "[root]\ndescription = x\nsuite = ../x\npackages = gcc\n",
		  ":3: '../x' in suite" },
		{ "[root]\ndescription = x\nsuite = x\npackages = gcc gcc\n", ":4: " },
		{ "[root]\ndescription = x\nsuite = x\npackages = $(id)\n",
		  ":4: '$(id)' in packages" },
	};
	struct toolroot_config *config = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *path = scratch_file(*state, "bad.ini", bad[i].text);

		expect_error(toolroot_config_load(path, &config), "/bad.ini", bad[i].what, NULL);
		assert_null(config);
	}
	expect_error(toolroot_config_find("old", &config), "there is no tool root 'old'", NULL,
		     NULL);
}

/* Those we ship can be read. */
static void shipped(void **state)
{
	static const char *const names[] = { "trixie", "trixie-qemu" };

	(void)state;
	if (saved_dir)
		setenv("BTFMATRIX_DIR", saved_dir, 1);
	else
		unsetenv("BTFMATRIX_DIR");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;

		expect_ok(toolroot_config_find(names[i], &config));
		assert_string_equal(config->suite, "trixie");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(made_once, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(changed_descriptor, setup, teardown),
		cmocka_unit_test_setup_teardown(half_made, setup, teardown),
		cmocka_unit_test_setup_teardown(cannot_be_made, setup, teardown),
		cmocka_unit_test_setup_teardown(no_mmdebstrap, setup, teardown),
		cmocka_unit_test_setup_teardown(without_bubblewrap, setup, teardown),
		cmocka_unit_test_setup_teardown(binds, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(shipped, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
