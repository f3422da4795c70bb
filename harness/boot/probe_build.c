// SPDX-License-Identifier: GPL-2.0-only
/* Compiling the probe, once for the same sources, compiler and flags. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "boot/boot.h"
#include "config/packages.h"
#include "config/project.h"
#include "config/strv.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"

/*
 * -O2: it runs under emulation. Static: the guest has no libraries. Stripped: it is unpacked and read there too. Offsets of 64 bits:
 * those of /proc/kcore and /dev/mem need them on 32-bit architectures too.
 */
static const char *const flags[] = {
	"-std=gnu17", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-O2", "-s", "-static", "-Wall",
	"-Wextra",    "-fno-ident",
};

/*
 * For the probe's own part of a C library: the compiler must not call what is not there, nor what it is
 * compiling (a loop in memset() is memset() to it).
 */
static const char *const freestanding_flags[] = {
	"-ffreestanding",
	"-nostdlib",
	"-fno-stack-protector",
	"-fno-tree-loop-distribute-patterns",
};

/* What is compiled, and how. */
struct recipe {
	const char *cc;
	strv sources, headers, flags;
};

static void recipe_release(struct recipe *recipe)
{
	strv_free(recipe->sources);
	strv_free(recipe->headers);
	strv_free(recipe->flags);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths of the probe's *.c (or *.h), sorted. */
static struct error *list_sources(const char *dir_path, const char *suffix, strv *ret)
{
	_cleanup_closedir_ DIR *dir = opendir(dir_path);
	struct dirent *entry;

	if (!dir)
		return error_errno(errno, "cannot read the probe's sources %s", dir_path);
	while ((entry = readdir(dir)))
		if (str_ends(entry->d_name, suffix) && entry->d_name[0] != '.')
			strv_append(ret, xasprintf("%s/%s", dir_path, entry->d_name));

	size_t nr = strv_len(STRV_CONST(*ret));
	if (!nr)
		return error_new(ERROR_INPUT, "%s has no *%s file", dir_path, suffix);
	qsort(*ret, nr, sizeof(**ret), compare_names);
	return NULL;
}

static struct error *add_sources(const char *dir_path, struct recipe *recipe)
{
	struct error *err = list_sources(dir_path, ".c", &recipe->sources);

	return err ? err : list_sources(dir_path, ".h", &recipe->headers);
}

static struct error *add_freestanding(const char *probe_dir, struct recipe *recipe)
{
	_cleanup_free_ char *dir_path = xasprintf("%s/freestanding", probe_dir);

	for (size_t i = 0; i < ARRAY_SIZE(freestanding_flags); i++)
		strv_append(&recipe->flags, xstrdup(freestanding_flags[i]));
	strv_append(&recipe->flags, xasprintf("-I%s/include", dir_path));
	return add_sources(dir_path, recipe);
}

static struct error *make_recipe(const struct arch *arch, struct recipe *recipe)
{
	_cleanup_free_ char *dir_path = NULL;
	struct error *err = project_path(&dir_path, "harness/probe");

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		strv_append(&recipe->flags, xstrdup(flags[i]));
	for (char **flag = arch ? arch->probe_flags : NULL; flag && *flag; flag++)
		strv_append(&recipe->flags, xstrdup(*flag));
	if (!err)
		err = add_sources(dir_path, recipe);
	if (!err && arch && arch->freestanding)
		err = add_freestanding(dir_path, recipe);
	return err;
}

static struct error *add_digests(struct strbuf *key, strv files)
{
	char hex[SHA256_HEX_SIZE];
	struct error *err = NULL;

	for (char **file = files; !err && *file; file++) {
		err = file_sha256(*file, hex);
		if (!err)
			strbuf_addf(key, "%s %s\n", hex, strrchr(*file, '/') + 1);
	}
	return err;
}

/* A digest of all that the program depends on, so far as we know it. */
static struct error *make_key(const struct recipe *recipe, char hex[static SHA256_HEX_SIZE])
{
	const char *const version_argv[] = { recipe->cc, "--version", NULL };
	_cleanup_strbuf_ struct strbuf key = STRBUF_INIT;
	_cleanup_free_ char *version = NULL;
	struct error *err = proc_read_output(version_argv, &version);

	if (err)
		return err;
	strbuf_addf(&key, "%s\n%s\n", recipe->cc, version);
	for (char **flag = recipe->flags; *flag; flag++)
		strbuf_addf(&key, "%s\n", *flag);
	err = add_digests(&key, recipe->sources);
	if (!err)
		err = add_digests(&key, recipe->headers);
	if (!err)
		sha256_hex(key.data, key.len, hex);
	return err;
}

static struct error *no_program(const struct recipe *recipe, const struct arch *arch,
				const char *log)
{
	_cleanup_free_ char *mend =
		arch ? packages_mend(STRV_CONST(arch->packages), "libc6") : NULL;

	return error_new(ERROR_CHILD,
			 "%s cannot make a static program of it; see %s (the C library: %s)",
			 recipe->cc, log, mend ?: "`make deps`");
}

static struct error *compile(const struct recipe *recipe, const struct arch *arch, const char *to)
{
	_cleanup_free_ char *temp = xasprintf("%s.new", to), *log = xasprintf("%s.log", to);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	VEC(const char *) argv = { 0 };
	struct error *err;

	vec_push(&argv, recipe->cc);
	for (char **flag = recipe->flags; *flag; flag++)
		vec_push(&argv, *flag);
	vec_push(&argv, "-o");
	vec_push(&argv, temp);
	for (char **source = recipe->sources; *source; source++)
		vec_push(&argv, *source);
	vec_push(&argv, NULL);

	unlink(log);
	proc.argv = argv.data;
	proc.log_path = log;
	proc.deadline_s = 300;
	err = proc_run(&proc);
	if (!err && proc.exit_code != 0)
		err = no_program(recipe, arch, log);
	if (!err && rename(temp, to) < 0)
		err = error_errno(errno, "cannot rename %s to %s", temp, to);
	if (err)
		unlink(temp);
	else
		unlink(log);
	vec_free(&argv);
	return err;
}

struct error *probe_build(const char *machine, const char *cc, const struct arch *arch,
			  char **path_ret)
{
	_cleanup_(recipe_release) struct recipe recipe = { .cc = cc };
	_cleanup_free_ char *cache = NULL, *dir = NULL, *path = NULL, *lock = NULL;
	_cleanup_close_ int lock_fd = -1;
	char key[SHA256_HEX_SIZE];
	struct error *err;

	*path_ret = NULL;
	err = make_recipe(arch, &recipe);
	if (!err)
		err = make_key(&recipe, key);
	if (!err)
		err = cache_dir(&cache);
	if (err)
		goto out;

	dir = xasprintf("%s/probe", cache);
	path = xasprintf("%s/%s-%.16s", dir, machine, key);
	lock = xasprintf("%s.lock", path);
	err = dir_make(dir);
	if (!err)
		err = file_lock(lock, NULL, &lock_fd);
	/* another process may have made it while we waited */
	if (!err && !path_is_executable(path))
		err = compile(&recipe, arch, path);
	if (!err)
		*path_ret = return_ptr(path);
out:
	return error_wrap(err, "building the probe for %s", machine);
}
