// SPDX-License-Identifier: GPL-2.0-only
#include "build/artefacts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/project.h"
#include "core/fileio.h"
#include "core/mem.h"

/* Builds of one cell that are kept: somebody may still be looking at the last ones. */
enum {
	KEEP_BUILDS = 3,
	KEY_DIGITS = 16
};

static const char record_name[] = "build.json";

static void json_cleanup(json_t **json)
{
	json_decref(*json);
}

/* Folder of all builds of the cell. */
static struct error *cell_dir(const struct build_request *request, char **ret)
{
	_cleanup_free_ char *cache = NULL;
	struct error *err = cache_dir(&cache);

	if (!err)
		*ret = xasprintf("%s/cells/%s%s", cache, request->cell->name,
				 request->stock_pahole ? "-stock" : "");
	return err;
}

static void take_if_there(const char *dir, const char *name, char **ret)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	if (path_exists(path))
		*ret = return_ptr(path);
}

static void fill_paths(struct build_result *result)
{
	take_if_there(result->dir, "vmlinux", &result->vmlinux);
	take_if_there(result->dir, "image", &result->image);
	take_if_there(result->dir, "config", &result->config);
	take_if_there(result->dir, "vmlinux_btf_extra.ko", &result->extra_module);
	take_if_there(result->dir, "repairs.json", &result->repairs);
	take_if_there(result->dir, "extra-repairs.json", &result->extra_repairs);
	take_if_there(result->dir, "build.log", &result->log);
}

struct error *artefacts_find(const struct build_request *request, struct build_result *result,
			     bool *found_ret)
{
	_cleanup_free_ char *parent = NULL, *record = NULL, *dir = NULL;
	_cleanup_(json_cleanup) json_t *json = NULL;
	const char *key, *command;
	json_int_t nr_compiled;
	int has_extra;
	struct error *err = cell_dir(request, &parent);

	*found_ret = false;
	if (err)
		return err;
	dir = xasprintf("%s/%.*s", parent, KEY_DIGITS, result->key);
	record = xasprintf("%s/%s", dir, record_name);
	json = json_load_file(record, 0, NULL);
	if (!json ||
	    json_unpack(json, "{s:s, s:s, s:F, s:F, s:I, s:b}", "key", &key, "command", &command,
			"wall_s", &result->wall_s, "cpu_s", &result->cpu_s, "nr_compiled",
			&nr_compiled, "has_extra_module", &has_extra) ||
	    !str_eq(key, result->key))
		return NULL;
	result->nr_compiled = (size_t)nr_compiled;
	result->command = xstrdup(command);
	result->dir = return_ptr(dir);
	fill_paths(result);
	*found_ret = result->vmlinux && result->image && !has_extra == !result->extra_module;
	result->cached = *found_ret;
	/* In use: keeps it from being the next to go. */
	if (*found_ret)
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

static struct error *write_record(const struct build_result *result)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", result->dir, record_name), *text = NULL;
	_cleanup_(json_cleanup) json_t *json =
		json_pack("{s:s, s:s, s:f, s:f, s:I, s:b}", "key", result->key, "command",
			  result->command, "wall_s", result->wall_s, "cpu_s", result->cpu_s,
			  "nr_compiled", (json_int_t)result->nr_compiled, "has_extra_module",
			  result->extra_module != NULL);

	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	if (!text)
		return error_new(ERROR_SYSTEM, "cannot make the record %s", path);
	return file_write_atomic(path, text, strlen(text), 0644);
}

struct error *artefacts_keep(const struct build_request *request, const struct object_tree *tree,
			     const char *log_path, struct build_result *result)
{
	_cleanup_free_ char *parent = NULL, *key_digits = xstrndup(result->key, KEY_DIGITS);
	bool from_final = request->cell->mode == BTF_MODE_Y;
	struct error *err = cell_dir(request, &parent);

	if (err)
		return err;
	free(result->dir);
	result->dir = xasprintf("%s/%s", parent, key_digits);
	err = tree_remove(result->dir);
	if (!err)
		err = dir_make(result->dir);
	if (!err)
		err = copy_from(tree->dir, "vmlinux", result->dir, "vmlinux", true);
	if (!err)
		err = copy_from(tree->dir, request->cell->arch->image_file, result->dir, "image",
				true);
	if (!err)
		err = copy_from(tree->dir, ".config", result->dir, "config", true);
	if (!err)
		err = copy_from(tree->dir, "kernel/bpf/vmlinux_btf_extra.ko", result->dir,
				"vmlinux_btf_extra.ko", false);
	/* patches/linux: what link-vmlinux.sh gives pahole as its input, by mode */
	if (!err)
		err = copy_from(tree->reports,
				from_final ? ".tmp_vmlinux_btf.btf-repairs.json"
					   : ".tmp_vmlinux1.btf-repairs.json",
				result->dir, "repairs.json", false);
	if (!err && request->cell->mode == BTF_MODE_M)
		err = copy_from(tree->reports, "vmlinux.btf-repairs.json", result->dir,
				"extra-repairs.json", false);
	if (!err)
		err = copy_from("", log_path + 1, result->dir, "build.log", true);
	if (err)
		return err;
	fill_paths(result);
	err = write_record(result);
	if (!err)
		remove_old_builds(parent);
	return err;
}
