// SPDX-License-Identifier: GPL-2.0-only
#include "build/artefacts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/aside.h"
#include "cache/memo.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/mem.h"

/* Builds of one cell that are kept: somebody may still be looking at the last ones. */
enum {
	KEEP_BUILDS = 3,
	KEY_DIGITS = 16
};

static const char record_name[] = "build.json";

/* Folder of all builds of the cell. */
static struct error *cell_dir(const struct build_request *request, char **ret)
{
	_cleanup_free_ char *cache = NULL;
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	*ret = xasprintf("%s/%s/%s", cache, request->own_source ? "own-cells" : "cells",
			 request->cell->name);
	return NULL;
}

static void take_if_there(const char *dir, const char *name, char **ret)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	if (path_exists(path))
		*ret = return_ptr(path);
}

/* What counts for a cell's verdict, and so must be what the build left. */
struct artefact {
	const char *name;
	size_t path_offset;
	/* in every mode; else where the mode makes it */
	bool required;
};

/* In the table and in the record: the module of mode m, whatever it is called. */
#define MODULE "module"

static const struct artefact artefacts[] = {
	{ "vmlinux", offsetof(struct build_result, vmlinux), true },
	{ "image", offsetof(struct build_result, image), true },
	{ "config", offsetof(struct build_result, config), true },
	/* by its own name, which is the module's: see module_file() */
	{ MODULE, offsetof(struct build_result, extra_module), false },
};

static char **artefact_path(struct build_result *result, const struct artefact *artefact)
{
	return (char **)((char *)result + artefact->path_offset);
}

/* "vmlinux_btf_extra.ko", the caller's to free; NULL: the feature has no module. */
static char *module_file(const struct build_request *request)
{
	const char *module_name = request->cell->feature->module_name;

	return module_name ? xasprintf("%s.ko", module_name) : NULL;
}

static void fill_paths(const struct build_request *request, struct build_result *result)
{
	_cleanup_free_ char *module = module_file(request);

	for (size_t i = 0; i < ARRAY_SIZE(artefacts); i++) {
		const char *name = str_eq(artefacts[i].name, MODULE) ? module : artefacts[i].name;

		if (name)
			take_if_there(result->dir, name, artefact_path(result, &artefacts[i]));
	}
	take_if_there(result->dir, "repairs.json", &result->repairs);
	take_if_there(result->dir, "extra-repairs.json", &result->extra_repairs);
	take_if_there(result->dir, "build.log", &result->log);
}

/* Digests of the artefacts by name; null where there is none. */
static struct error *digest_artefacts(struct build_result *result, json_t **ret)
{
	_cleanup_json_ json_t *digests = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(artefacts); i++) {
		const char *path = *artefact_path(result, &artefacts[i]);
		char hex[SHA256_HEX_SIZE];
		struct error *err = path ? memo_sha256(path, hex) : NULL;

		if (err)
			return err;
		json_object_set_new(digests, artefacts[i].name,
				    path ? json_string(hex) : json_null());
	}
	*ret = return_ptr(digests);
	return NULL;
}

static bool all_required_there(struct build_result *result)
{
	for (size_t i = 0; i < ARRAY_SIZE(artefacts); i++)
		if (artefacts[i].required && !*artefact_path(result, &artefacts[i]))
			return false;
	return true;
}

/* Whether everything in result->dir is as @record, of the build that made it, says; then takes its figures. */
static struct error *check_record(const struct build_request *request, const json_t *record,
				  struct build_result *result, bool *ok_ret)
{
	_cleanup_json_ json_t *digests = NULL;
	const char *key, *command, *ccache;
	json_int_t nr_compiled;
	json_t *recorded;
	struct error *err;

	*ok_ret = false;
	if (json_unpack((json_t *)(uintptr_t)record, "{s:s, s:s, s:F, s:F, s:I, s:o}", "key", &key,
			"command", &command, "wall_s", &result->wall_s, "cpu_s", &result->cpu_s,
			"nr_compiled", &nr_compiled, "sha256", &recorded) ||
	    !str_eq(key, result->key))
		return NULL;
	result->nr_compiled = (size_t)nr_compiled;
	result->command = xstrdup(command);
	/* one that was built before this was recorded has none */
	ccache = json_string_value(json_object_get(record, "ccache"));
	result->ccache = ccache ? xstrdup(ccache) : NULL;
	fill_paths(request, result);
	err = digest_artefacts(result, &digests);
	if (!err)
		*ok_ret = all_required_there(result) && json_equal(digests, recorded);
	return err;
}

static void forget_paths(struct build_result *result)
{
	char **const paths[] = { &result->dir,     &result->command,       &result->ccache,
				 &result->repairs, &result->extra_repairs, &result->log };

	for (size_t i = 0; i < ARRAY_SIZE(paths) + ARRAY_SIZE(artefacts); i++) {
		char **path = i < ARRAY_SIZE(paths)
				      ? paths[i]
				      : artefact_path(result, &artefacts[i - ARRAY_SIZE(paths)]);

		free(*path);
		*path = NULL;
	}
}

struct error *artefacts_find(const struct build_request *request, struct build_result *result,
			     bool *found_ret)
{
	_cleanup_free_ char *parent = NULL, *path = NULL;
	_cleanup_json_ json_t *record = NULL;
	struct error *err = cell_dir(request, &parent);

	*found_ret = false;
	if (err)
		return err;
	result->dir = xasprintf("%s/%.*s", parent, KEY_DIGITS, result->key);
	path = xasprintf("%s/%s", result->dir, record_name);
	record = json_load_file(path, 0, NULL);
	if (record)
		err = check_record(request, record, result, found_ret);
	if (record && !err && !*found_ret) {
		log_warning("%s is damaged; building %s again", result->dir, request->cell->name);
		err = cache_move_aside(result->dir);
	}
	if (!*found_ret) {
		forget_paths(result);
		return err;
	}
	result->cached = true;
	/* In use: keeps it from being the next to go. */
	utimensat(AT_FDCWD, result->dir, NULL, 0);
	return NULL;
}

static struct error *copy_from(const char *from_dir, const char *from, const char *to_dir,
			       const char *to, bool required)
{
	_cleanup_free_ char *from_path = xasprintf("%s/%s", from_dir, from);
	_cleanup_free_ char *to_path = xasprintf("%s/%s", to_dir, to);

	if (!required && !path_exists(from_path))
		return NULL;
	return error_wrap(file_copy(from_path, to_path), "the build left no %s", from);
}

struct kept_build {
	char *path;
	struct timespec mtime;
};

static int newest_first(const void *a, const void *b)
{
	const struct kept_build *x = a, *y = b;

	if (x->mtime.tv_sec != y->mtime.tv_sec)
		return x->mtime.tv_sec < y->mtime.tv_sec ? 1 : -1;
	return x->mtime.tv_nsec < y->mtime.tv_nsec   ? 1
	       : x->mtime.tv_nsec > y->mtime.tv_nsec ? -1
						     : 0;
}

static void remove_old_builds(const char *parent)
{
	_cleanup_closedir_ DIR *dir = opendir(parent);
	VEC(struct kept_build) builds = { 0 };

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		_cleanup_free_ char *path = xasprintf("%s/%s", parent, entry->d_name);
		struct stat st;

		if (entry->d_name[0] != '.' && !stat(path, &st) && S_ISDIR(st.st_mode))
			vec_push(&builds, (struct kept_build){ return_ptr(path), st.st_mtim });
	}
	if (builds.len)
		qsort(builds.data, builds.len, sizeof(*builds.data), newest_first);
	for (size_t i = 0; i < builds.len; i++) {
		if (i >= KEEP_BUILDS)
			/* Space not won back is no reason to fail a cell. */
			error_free(tree_remove(builds.data[i].path));
		free(builds.data[i].path);
	}
	vec_free(&builds);
}

static struct error *write_record(struct build_result *result)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", result->dir, record_name);
	json_t *digests;
	struct error *err = digest_artefacts(result, &digests);

	if (err)
		return err;
	return json_write(json_pack("{s:s, s:s, s:o, s:f, s:f, s:I, s:o}", "key", result->key,
				    "command", result->command, "ccache", json_text(result->ccache),
				    "wall_s", result->wall_s, "cpu_s", result->cpu_s, "nr_compiled",
				    (json_int_t)result->nr_compiled, "sha256", digests),
			  path);
}

/*
 * The report on the BTF in vmlinux. The images link-vmlinux.sh has it made from are called otherwise from kernel to
 * kernel, and with BTF_VARS=y there are two of them, so it is the one that was written last. NULL: none was.
 */
static char *find_vmlinux_report(const char *dir)
{
	_cleanup_free_ char *pattern = xasprintf("%s/.tmp_vmlinux*.btf-repairs.json", dir);
	_cleanup_globfree_ glob_t found = { 0 };
	const char *newest = NULL;
	struct timespec newest_time = { 0 };
	struct stat st;

	if (glob(pattern, 0, NULL, &found))
		return NULL;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (stat(found.gl_pathv[i], &st))
			continue;
		if (newest && (st.st_mtim.tv_sec < newest_time.tv_sec ||
			       (st.st_mtim.tv_sec == newest_time.tv_sec &&
				st.st_mtim.tv_nsec < newest_time.tv_nsec)))
			continue;
		newest = found.gl_pathv[i];
		newest_time = st.st_mtim;
	}
	return newest ? xstrdup(strrchr(newest, '/') + 1) : NULL;
}

/*
 * The report on the BTF of the extra module. A series that does not have it made from vmlinux has made it from the
 * module itself, like any other's: how pahole was run for that tells what is wrong. NULL: no pahole was.
 */
static char *find_extra_report(const struct build_request *request, const struct object_tree *tree)
{
	const char *module = request->cell->feature->module;
	_cleanup_free_ char *extra = xasprintf("%s/" EXTRA_REPORT, tree->reports);
	_cleanup_free_ char *own = NULL;

	if (!module || request->cell->mode != BTF_MODE_M)
		return NULL;
	if (path_exists(extra))
		return xstrdup(EXTRA_REPORT);
	own = object_tree_module_report(tree, module);
	return path_exists(own) ? xstrdup(path_base_name(own)) : NULL;
}

struct error *artefacts_keep(const struct build_request *request, const struct object_tree *tree,
			     const char *log_name, struct build_result *result)
{
	_cleanup_free_ char *report = find_vmlinux_report(tree->reports);
	_cleanup_free_ char *extra_report = find_extra_report(request, tree);
	_cleanup_free_ char *module = module_file(request);
	const struct {
		const char *from_dir, *from, *to;
		bool required;
	} copies[] = {
		{ tree->dir, "vmlinux", "vmlinux", true },
		{ tree->dir, request->cell->arch->image_file, "image", true },
		{ tree->dir, ".config", "config", true },
		{ module ? tree->dir : NULL, request->cell->feature->module, module, false },
		{ tree->dir, log_name, "build.log", true },
		{ report ? tree->reports : NULL, report, "repairs.json", false },
		{ extra_report ? tree->reports : NULL, extra_report, "extra-repairs.json", false },
	};
	_cleanup_free_ char *parent = NULL, *key_digits = xstrndup(result->key, KEY_DIGITS);
	struct error *err = cell_dir(request, &parent);

	if (err)
		return err;
	result->dir = xasprintf("%s/%s", parent, key_digits);
	err = tree_remove(result->dir);
	if (!err)
		err = dir_make(result->dir);
	for (size_t i = 0; !err && i < ARRAY_SIZE(copies); i++)
		if (copies[i].from_dir)
			err = copy_from(copies[i].from_dir, copies[i].from, result->dir,
					copies[i].to, copies[i].required);
	if (err)
		return err;
	fill_paths(request, result);
	err = write_record(result);
	if (!err)
		remove_old_builds(parent);
	return err;
}
