// SPDX-License-Identifier: GPL-2.0-only
/* Compiling the probe, once for the same sources, compiler and flags. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "boot/boot.h"
#include "config/project.h"
#include "config/strv.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"

/*
 * Static: the guest has no libraries. Stripped: it is unpacked and read under emulation. Offsets of 64 bits:
 * those of /proc/kcore and /dev/mem need them on 32-bit architectures too.
 */
static const char *const flags[] = {
	"-std=gnu17", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-Os", "-s", "-static", "-Wall",
	"-Wextra",    "-fno-ident",
};

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
static struct error *make_key(const char *cc, strv sources, strv headers,
			      char hex[static SHA256_HEX_SIZE])
{
	const char *const version_argv[] = { cc, "--version", NULL };
	_cleanup_strbuf_ struct strbuf key = STRBUF_INIT;
	_cleanup_free_ char *version = NULL;
	struct error *err = proc_read_output(version_argv, &version);

	if (err)
		return err;
	strbuf_addf(&key, "%s\n%s\n", cc, version);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		strbuf_addf(&key, "%s\n", flags[i]);
	err = add_digests(&key, sources);
	if (!err)
		err = add_digests(&key, headers);
	if (!err)
		sha256_hex(key.data, key.len, hex);
	return err;
}

static struct error *compile(const char *cc, strv sources, const char *to)
{
	_cleanup_free_ char *temp = xasprintf("%s.new", to), *log = xasprintf("%s.log", to);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	VEC(const char *) argv = { 0 };
	struct error *err;

	vec_push(&argv, cc);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		vec_push(&argv, flags[i]);
	vec_push(&argv, "-o");
	vec_push(&argv, temp);
	for (char **source = sources; *source; source++)
		vec_push(&argv, *source);
	vec_push(&argv, NULL);

	unlink(log);
	proc.argv = argv.data;
	proc.log_path = log;
	proc.deadline_s = 300;
	err = proc_run(&proc);
	if (!err && proc.exit_code != 0)
		err = error_new(ERROR_CHILD,
				"%s cannot make a static program of it; see %s (`make deps` "
				"installs the C library it needs)",
				cc, log);
	if (!err && rename(temp, to) < 0)
		err = error_errno(errno, "cannot rename %s to %s", temp, to);
	if (err)
		unlink(temp);
	else
		unlink(log);
	vec_free(&argv);
	return err;
}

struct error *probe_build(const char *arch, const char *cc, char **path_ret)
{
	_cleanup_strv_ strv sources = NULL, headers = NULL;
	_cleanup_free_ char *source_dir = NULL, *cache = NULL, *dir = NULL, *path = NULL;
	_cleanup_free_ char *lock = NULL;
	_cleanup_close_ int lock_fd = -1;
	char key[SHA256_HEX_SIZE];
	struct error *err;

	*path_ret = NULL;
	err = project_path(&source_dir, "harness/probe");
	if (!err)
		err = list_sources(source_dir, ".c", &sources);
	if (!err)
		err = list_sources(source_dir, ".h", &headers);
	if (!err)
		err = make_key(cc, sources, headers, key);
	if (!err)
		err = cache_dir(&cache);
	if (err)
		goto out;

	dir = xasprintf("%s/probe", cache);
	path = xasprintf("%s/%s-%.16s", dir, arch, key);
	lock = xasprintf("%s.lock", path);
	err = dir_make(dir);
	if (!err)
		err = file_lock(lock, NULL, &lock_fd);
	/* another process may have made it while we waited */
	if (!err && !path_is_executable(path))
		err = compile(cc, sources, path);
	if (!err)
		*path_ret = return_ptr(path);
out:
	return error_wrap(err, "building the probe for %s", arch);
}
