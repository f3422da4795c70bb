// SPDX-License-Identifier: GPL-2.0-only
/*
 * packages.list is the one list of packages: descriptors name nothing it lacks, and scripts/deps.sh
 * installs what it says. The script runs here with a dpkg and an apt made of files in a folder.
 */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/arch.h"
#include "config/packages.h"
#include "config/project.h"
#include "config/toolchain.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "scratch.h"
#include "toolroot/toolroot.h"

/* One entry of packages.list without comment and spaces; NULL for a line that has none. */
static char *entry_of_line(const char *line, size_t len)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < len && line[i] != '#'; i++)
		if (!strchr(" \t", line[i]))
			strbuf_addc(&sb, line[i]);
	if (*strbuf_str(&sb) == '[')
		return NULL;
	return sb.len ? strbuf_detach(&sb) : NULL;
}

static strv read_list(void)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	strv entries = NULL;

	expect_ok(project_path(&path, "packages.list"));
	expect_ok(file_read(path, 0, &text, NULL));
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		char *entry = entry_of_line(line, len);

		if (entry)
			strv_append(&entries, entry);
		line += len + (line[len] == '\n');
	}
	return entries;
}

static void expect_listed(strv list, const char *const *packages, const char *path)
{
	for (; *packages; packages++)
		if (!strv_has(STRV_CONST(list), *packages))
			fail_msg("%s: package %s is not in packages.list", path, *packages);
}

/* Calls @check for each descriptor in a folder; returns how many there were. */
static size_t each_descriptor(const char *folder, strv list,
			      void (*check)(const char *path, strv list))
{
	_cleanup_free_ char *dir_path = NULL;
	const struct dirent *entry;
	size_t count = 0;

	expect_ok(project_path(&dir_path, "%s", folder));

	_cleanup_closedir_ DIR *dir = opendir(dir_path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir_path, entry->d_name);

		if (!str_ends(path, ".ini"))
			continue;
		check(path, list);
		count++;
	}
	return count;
}

/* Those of an architecture's packages that no tool root of its has. */
static strv packages_of_host(const struct arch *arch)
{
	const char *const roots[] = { arch->root, arch->qemu_root };
	strv rest = NULL;

	for (char **package = arch->packages; *package; package++) {
		bool in_root = false;

		for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
			_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;

			if (!roots[i])
				continue;
			expect_ok(toolroot_config_find(roots[i], &config));
			in_root = in_root || strv_has(STRV_CONST(config->packages), *package);
		}
		if (!in_root)
			strv_append(&rest, xstrdup(*package));
	}
	return rest;
}

static void check_arch(const char *path, strv list)
{
	_cleanup_(arch_cleanup) struct arch *arch = NULL;
	_cleanup_strv_ strv packages = NULL;

	expect_ok(arch_load(path, &arch));
	assert_true(strv_len(STRV_CONST(arch->packages)) > 0);
	packages = packages_of_host(arch);
	if (packages)
		expect_listed(list, STRV_CONST(packages), path);
}

static void check_toolchain(const char *path, strv list)
{
	_cleanup_(toolchain_cleanup) struct toolchain *toolchain = NULL;

	expect_ok(toolchain_load(path, &toolchain));
	if (toolchain->root) {
		_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;

		expect_ok(toolroot_config_find(toolchain->root, &config));
	}
	expect_listed(list, STRV_CONST(toolchain->packages), path);
}

static void descriptors_are_listed(void **state)
{
	_cleanup_strv_ strv list = read_list();

	(void)state;
	assert_true(each_descriptor("arches", list, check_arch) >= 3);
	assert_true(each_descriptor("configs/toolchains", list, check_toolchain) >= 1);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_is_well_formed(void **state)
{
	_cleanup_strv_ strv list = read_list();
	size_t len = strv_len(STRV_CONST(list));

	(void)state;
	assert_true(len > 10);
	qsort(list, len, sizeof(*list), compare_names);
	for (size_t i = 0; i < len; i++) {
		if (strspn(list[i], "abcdefghijklmnopqrstuvwxyz0123456789.+-|") != strlen(list[i]))
			fail_msg("packages.list: bad entry '%s'", list[i]);
		if (i && str_eq(list[i - 1], list[i]))
			fail_msg("packages.list: %s is there twice", list[i]);
	}
}

/*
 * A system made of files: installed, known and later (what `apt-get update` adds to known) have one package a
 * line, log has what was run. $T is its folder.
 */
static const char fake_dpkg_query[] =
	"#!/bin/sh\n"
	"shift 3\n" /* -W -f FORMAT */
	"for p; do\n"
	"	if grep -qx -- \"$p\" \"$T/installed\"; then echo \"installed $p\"\n"
	"	elif grep -qx -- \"$p\" \"$T/known\"; then echo \"not-installed $p\"\n"
	"	else status=1; fi\n"
	"done\n"
	"exit ${status-0}\n";

static const char fake_apt_cache[] =
	"#!/bin/sh\n"
	"shift\n" /* policy */
	"for p; do\n"
	"	if grep -qx -- \"$p\" \"$T/known\"; then c=1.0; else c='(none)'; fi\n"
	"	printf '%s:\\n  Installed: (none)\\n  Candidate: %s\\n' \"$p\" \"$c\"\n"
	"done\n";

static const char fake_apt_get[] =
	"#!/bin/sh\n"
	"echo \"apt-get $*\" >>\"$T/log\"\n"
	"case \"$*\" in\n"
	"*update*) cat \"$T/later\" >>\"$T/known\" ;;\n"
	"*install*)\n"
	"	if [ -e \"$T/stale\" ]; then rm \"$T/stale\"; exit 100; fi\n"
	"	while [ \"$1\" != install ]; do shift; done\n"
	"	shift\n"
	"	for p; do echo \"$p\" >>\"$T/installed\"; done ;;\n"
	"esac\n";

static const char fake_id[] = "#!/bin/sh\ncat \"$T/uid\"\n";
static const char fake_sudo[] =
	"#!/bin/sh\necho sudo >>\"$T/log\"\necho 0 >\"$T/uid\"\nexec \"$@\"\n";

static void add_script(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = scratch_file(dir, name, text);

	assert_int_equal(chmod(path, 0755), 0);
}

static void put(const char *dir, const char *name, const char *text)
{
	free(scratch_file(dir, name, text));
}

static int setup(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *script = NULL, *text = NULL;

	expect_ok(project_path(&script, "scripts/deps.sh"));
	expect_ok(file_read(script, 0, &text, NULL));
	add_script(dir, "scripts/deps.sh", text);
	add_script(dir, "bin/dpkg-query", fake_dpkg_query);
	add_script(dir, "bin/apt-cache", fake_apt_cache);
	add_script(dir, "bin/apt-get", fake_apt_get);
	add_script(dir, "bin/id", fake_id);
	add_script(dir, "bin/sudo", fake_sudo);
	put(dir, "packages.list",
	    "# why\none  # a reason\n\ntwo # more\nnew | old\n\n[nightly]\nwide\nrare|odd # why\n\n"
	    "[check]\ntester # why\n");
	put(dir, "uid", "0\n");
	put(dir, "known", "one\ntwo\nold\ntester\nwide\n");
	put(dir, "later", "");
	put(dir, "installed", "one\n");
	put(dir, "log", "");
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(*state);
	return 0;
}

/* Runs the script on that system and returns its status; output_ret is the caller's to free. */
static int run_script(const char *dir, const char *argument, const char *more, char **output_ret)
{
	_cleanup_free_ char *script = xasprintf("%s/scripts/deps.sh", dir);
	_cleanup_free_ char *path = xasprintf("PATH=%s/bin:/usr/bin:/bin", dir);
	_cleanup_free_ char *root = xasprintf("T=%s", dir);
	const char *argv[] = { "sh", script, argument, more, NULL };
	const char *env[] = { path, root, NULL };
	struct proc proc = { .argv = argv, .env = env, .capture = true, .deadline_s = 60 };

	expect_ok(proc_run(&proc));
	*output_ret = strbuf_detach(&proc.output);
	int status = proc.exit_code;
	proc_release(&proc);
	return status;
}

static void expect_run_with(const char *dir, const char *argument, const char *more, int status,
			    const char *output, const char *log)
{
	_cleanup_free_ char *got = NULL, *log_path = xasprintf("%s/log", dir), *got_log = NULL;

	assert_int_equal(run_script(dir, argument, more, &got), status);
	if (*output ? !strstr(got, output) : *got)
		fail_msg("\"%s\" is not what this says: %s", output, got);
	expect_ok(file_read(log_path, 0, &got_log, NULL));
	assert_string_equal(got_log, log);
}

static void expect_run(const char *dir, const char *argument, int status, const char *output,
		       const char *log)
{
	expect_run_with(dir, argument, NULL, status, output, log);
}

#define INSTALL "apt-get -q -y -o DPkg::Lock::Timeout=600 --no-install-recommends install "

static void nothing_to_do(void **state)
{
	put(*state, "installed", "one\ntwo\nold\n");
	expect_run(*state, NULL, 0, "", "");
	expect_run(*state, "--check", 0, "", "");
}

static void installs_what_is_missing(void **state)
{
	expect_run(*state, "--check", 1, "not installed: two new|old", "");
	expect_run(*state, NULL, 0, "installing: two old", INSTALL "two old\n");
	put(*state, "log", "");
	expect_run(*state, NULL, 0, "", "");
}

static void first_alternative_wins(void **state)
{
	put(*state, "known", "one\ntwo\nnew\nold\ntester\nwide\nodd\n");
	expect_run(*state, "--list", 0, "one\ntwo\nnew\nwide\nodd\ntester\n", "");
	expect_run(*state, NULL, 0, "installing: two new", INSTALL "two new\n");
}

static void tests_need_more(void **state)
{
	expect_run(*state, "--tests", 0, "installing: two old tester", INSTALL "two old tester\n");
	put(*state, "log", "");
	expect_run(*state, "--tests", 0, "", "");
}

static void wide_matrices_need_more(void **state)
{
	put(*state, "known", "one\ntwo\nold\nwide\nodd\n");
	expect_run(*state, "--nightly", 0, "installing: two old wide odd",
		   INSTALL "two old wide odd\n");
	put(*state, "log", "");
	expect_run(*state, "--nightly", 0, "", "");
}

static void checks_what_is_asked_for(void **state)
{
	put(*state, "installed", "one\ntwo\nold\n");
	put(*state, "known", "one\ntwo\nold\nwide\nodd\ntester\n");
	expect_run_with(*state, "--check", "--nightly", 1, "not installed: wide rare|odd", "");
	expect_run_with(*state, "--nightly", "--check", 1, "not installed: wide rare|odd", "");
	expect_run_with(*state, "--check", "--tests", 1, "not installed: tester", "");
	expect_run_with(*state, "--tests", "--nightly", 0, "installing: tester wide odd",
			INSTALL "tester wide odd\n");
	expect_run_with(*state, "--check", "--frobnicate", 2, "unknown argument '--frobnicate'",
			INSTALL "tester wide odd\n");
	expect_run_with(*state, "--list", "--nightly", 2, "takes no other argument",
			INSTALL "tester wide odd\n");
}

/* What cannot be installed is not missing. */
static void checks_for_what_this_debian_has(void **state)
{
	put(*state, "installed", "one\ntwo\nold\nwide\n");
	expect_run_with(*state, "--check", "--nightly", 0, "this Debian has no rare|odd", "");
}

/* Debian's releases differ in the architectures they have compilers for. */
static void leaves_out_what_wide_matrices_cannot_have(void **state)
{
	expect_run(
		*state, "--nightly", 0,
		"this Debian has no rare|odd: cells that need it take a tool root, or are errors\n"
		"deps.sh: installing: two old wide",
		"apt-get -qq update\n" INSTALL "two old wide\n");
	put(*state, "log", "");
	expect_run(*state, "--nightly", 0, "this Debian has no rare|odd", "apt-get -qq update\n");
}

static void default_needs_stay_needs(void **state)
{
	put(*state, "known", "one\nold\nwide\nodd\n");
	expect_run(*state, "--nightly", 2, "apt has no package two (Debian",
		   "apt-get -qq update\n");
}

static void uses_sudo(void **state)
{
	put(*state, "uid", "1000\n");
	expect_run(*state, NULL, 0, "needed: two new|old", "sudo\n" INSTALL "two old\n");
}

static void updates_lists_when_needed(void **state)
{
	put(*state, "known", "");
	put(*state, "later", "two\nold\n");
	expect_run(*state, NULL, 0, "fetching apt's package lists",
		   "apt-get -qq update\n" INSTALL "two old\n");
}

static void tries_again_after_stale_lists(void **state)
{
	put(*state, "stale", "");
	expect_run(*state, NULL, 0, "once more with fresh package lists",
		   INSTALL "two old\n"
			   "apt-get -qq update\n" INSTALL "two old\n");
}

static void names_the_unknown(void **state)
{
	put(*state, "known", "one\ntwo\n");
	expect_run(*state, NULL, 2, "apt has no package new|old (Debian", "apt-get -qq update\n");
}

static void refuses_other_systems(void **state)
{
	_cleanup_free_ char *cp = NULL;

	/* a $PATH with a shell's tools and without dpkg is not to be had by name: hide them in the text */
	_cleanup_free_ char *path = xasprintf("%s/scripts/deps.sh", (char *)*state);
	expect_ok(file_read(path, 0, &cp, NULL));
	char *names = strstr(cp, "for tool in dpkg-query");
	assert_non_null(names);
	memcpy(names, "for tool in dpkg-quern", strlen("for tool in dpkg-quern"));
	add_script(*state, "scripts/deps.sh", cp);
	expect_run(*state, NULL, 2, "no dpkg-quern: this is no Debian. Install what the packages",
		   "");
}

static void bad_argument(void **state)
{
	expect_run(*state, "--frobnicate", 2, "unknown argument '--frobnicate'", "");
}

/* The message for what lacks names the target that installs it. */
static void mends(void **state)
{
	static const struct {
		const char *packages[4], *prefix, *mend;
	} cases[] = {
		{ { "gcc-s390x-linux-gnu" },
		  "gcc",
		  "`make deps`, or install the package gcc-s390x-linux-gnu" },
		{ { "qemu-system-s390x|qemu-system-misc" },
		  "qemu",
		  "`make deps`, or install the package qemu-system-s390x or qemu-system-misc" },
		/* a part of another entry of the default set, and an entry of the wide one's */
		{ { "qemu-system-misc" },
		  "qemu",
		  "`make deps-nightly`, or install the package qemu-system-misc" },
		{ { "gcc-riscv64-linux-gnu", "libc6-dev-riscv64-cross" },
		  "libc6",
		  "`make deps-nightly`, or install the package libc6-dev-riscv64-cross" },
		/* in both sets, or in one and the other */
		{ { "clang-19" }, "", "`make deps-nightly`, or install the package clang-19" },
		{ { "gcc", "gcc-m68k-linux-gnu" },
		  "",
		  "`make deps-nightly`, or install the packages gcc gcc-m68k-linux-gnu" },
		/* what is for tests alone, and what is not ours */
		{ { "chromium" }, "", "install the package chromium" },
		{ { "gcc-s390x-linux" }, "gcc", "install the package gcc-s390x-linux" },
		{ { "gcc-s390x-linux-gnu" }, "qemu", NULL },
		{ { NULL }, "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *mend = packages_mend(cases[i].packages, cases[i].prefix);

		if (cases[i].mend)
			assert_string_equal(mend, cases[i].mend);
		else
			assert_null(mend);
	}
}

#define SCRIPT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_listed),
		cmocka_unit_test(list_is_well_formed),
		cmocka_unit_test(mends),
		SCRIPT_TEST(nothing_to_do),
		SCRIPT_TEST(installs_what_is_missing),
		SCRIPT_TEST(first_alternative_wins),
		SCRIPT_TEST(tests_need_more),
		SCRIPT_TEST(wide_matrices_need_more),
		SCRIPT_TEST(checks_what_is_asked_for),
		SCRIPT_TEST(checks_for_what_this_debian_has),
		SCRIPT_TEST(leaves_out_what_wide_matrices_cannot_have),
		SCRIPT_TEST(default_needs_stay_needs),
		SCRIPT_TEST(uses_sudo),
		SCRIPT_TEST(updates_lists_when_needed),
		SCRIPT_TEST(tries_again_after_stale_lists),
		SCRIPT_TEST(names_the_unknown),
		SCRIPT_TEST(refuses_other_systems),
		SCRIPT_TEST(bad_argument),
	};

	return cmocka_run_group_tests_name("packages", tests, NULL, NULL);
}
