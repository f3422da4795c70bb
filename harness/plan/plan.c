// SPDX-License-Identifier: GPL-2.0-only
#include "plan/plan.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "config/matrix.h"
#include "config/project.h"
#include "config/strv.h"
#include "config/version.h"
#include "core/fileio.h"
#include "plan/select.h"
#include "source/series_choice.h"
#include "source/tree_version.h"

/* A plan in the making. */
struct planner {
	struct plan *plan;
	const struct matrix *matrix;
	/* the selection from the matrix */
	strv arches, toolchains, kernels, modes;
	/* the patches are ours, alone or below the user's */
	bool needs_own_series;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the descriptors in a folder, sorted; empty where it cannot be read. */
static strv descriptor_names(const char *dir_path)
{
	_cleanup_closedir_ DIR *dir = opendir(dir_path);
	const struct dirent *entry;
	strv names = NULL;

	while (dir && (entry = readdir(dir)))
		if (str_ends(entry->d_name, ".ini") && entry->d_name[0] != '.')
			strv_append(&names, ini_name_of_path(entry->d_name));
	if (names)
		qsort(names, strv_len(STRV_CONST(names)), sizeof(*names), compare_names);
	return names;
}

/* "; did you mean ...? There are: a, b" for a descriptor that is not there. */
static char *describe_choice(const char *dir_path, const char *name)
{
	_cleanup_strv_ strv names = descriptor_names(dir_path);
	_cleanup_free_ char *all = strv_join(STRV_CONST(names), ", ");
	const char *nearest = strv_nearest(STRV_CONST(names), name);

	if (!*all)
		return xasprintf("there are none in %s", dir_path);
	return nearest ? xasprintf("did you mean '%s'? There are: %s", nearest, all)
		       : xasprintf("there are: %s", all);
}

/* Path of FOLDER/NAME.ini, or @name itself where it is a path. @what is for messages: "matrix". */
static struct error *find_named(const char *what, const char *folder, const char *name,
				char **path_ret)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *dir = NULL;
	struct error *err;

	if (strchr(name, '/')) {
		*path_ret = xstrdup(name);
		return NULL;
	}
	err = project_path(&dir, "%s", folder);
	if (err)
		return err;
	path = xasprintf("%s/%s.ini", dir, name);
	if (!path_exists(path)) {
		_cleanup_free_ char *choice = describe_choice(dir, name);

		return error_new(ERROR_INPUT,
				 "there is no %s '%s' (a file of your own needs a '/' in its "
				 "name); %s",
				 what, name, choice);
	}
	*path_ret = return_ptr(path);
	return NULL;
}

static struct error *load_feature(struct planner *planner, const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct error *err =
		find_named("feature", "configs/features", name ? name : FEATURE_DEFAULT, &path);

	return err ? err : feature_load(path, &planner->plan->feature);
}

/* Path of arches/NAME.ini and the like; an error at the matrix's line where it is not there. */
static struct error *find_descriptor(const struct matrix *matrix, const char *key,
				     const char *folder, const char *name, char **path_ret)
{
	_cleanup_free_ char *dir = NULL;
	struct error *err = project_path(&dir, "%s", folder);

	if (err)
		return err;

	_cleanup_free_ char *path = xasprintf("%s/%s.ini", dir, name);
	if (!path_exists(path)) {
		_cleanup_free_ char *choice = describe_choice(dir, name);

		return error_new(ERROR_INPUT, "%s:%u: %s: no descriptor %s/%s.ini; %s",
				 matrix->path, ini_find_line(matrix->path, "matrix", key), key,
				 folder, name, choice);
	}
	*path_ret = return_ptr(path);
	return NULL;
}

static struct error *load_arches(struct planner *planner)
{
	for (char **name = planner->arches; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct arch *arch = NULL;
		struct error *err =
			find_descriptor(planner->matrix, "arches", "arches", *name, &path);

		if (!err)
			err = arch_load(path, &arch);
		if (err)
			return err;
		vec_push(&planner->plan->arches, arch);
	}
	return NULL;
}

static struct error *load_toolchains(struct planner *planner)
{
	for (char **name = planner->toolchains; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct toolchain *toolchain = NULL;
		struct error *err = find_descriptor(planner->matrix, "toolchains",
						    "configs/toolchains", *name, &path);

		if (!err)
			err = toolchain_load(path, &toolchain);
		if (err)
			return err;
		vec_push(&planner->plan->toolchains, toolchain);
	}
	return NULL;
}

static struct error *load_lines(struct planner *planner)
{
	for (char **name = planner->kernels; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct kernel_line *line = NULL;
		struct error *err = find_descriptor(planner->matrix, "kernels", "configs/kernels",
						    *name, &path);

		if (!err)
			err = kernel_line_load(path, &line);
		if (err)
			return err;
		vec_push(&planner->plan->lines, line);
	}
	return NULL;
}

/* The one line of a tree of the user's: what its Makefile says. */
static struct error *load_line_of_tree(struct planner *planner, const char *dir)
{
	_cleanup_(tree_version_release) struct tree_version version = { 0 };
	struct error *err = tree_version_read(dir, &version);

	if (!err)
		vec_push(&planner->plan->lines, kernel_line_of_tree(version.line));
	return err;
}

static struct error *select_axes(struct planner *planner, const struct plan_request *request)
{
	const struct matrix *m = planner->matrix;
	const struct {
		const char *option, *wanted;
		strv all;
		strv *ret;
	} axes[] = {
		{ "--arch", request->arches, m->arches, &planner->arches },
		{ "--toolchain", request->toolchains, m->toolchains, &planner->toolchains },
		{ "--kernel", request->kernels, m->kernels, &planner->kernels },
		{ "--mode", request->modes, m->modes, &planner->modes },
	};

	for (size_t i = 0; i < ARRAY_SIZE(axes); i++) {
		struct error *err = plan_select(axes[i].option, axes[i].wanted,
						STRV_CONST(axes[i].all), m->path, axes[i].ret);

		if (err)
			return err;
	}
	return NULL;
}

/*
 * The longest builds first, so that the last to end are short ones; equal ones stay in the matrix's
 * order. An insertion sort: qsort() is not stable, and there are a few dozen at most.
 */
static void sort_arches(struct plan *plan)
{
	for (size_t i = 1; i < plan->arches.len; i++) {
		struct arch *arch = plan->arches.data[i];
		size_t at = i;

		for (; at > 0 && plan->arches.data[at - 1]->build_weight < arch->build_weight; at--)
			plan->arches.data[at] = plan->arches.data[at - 1];
		plan->arches.data[at] = arch;
	}
}

/* Why there are no patches for a line, the caller's to free; NULL where there are. */
static struct error *reason_against_line(const struct kernel_line *line, char **reason_ret)
{
	_cleanup_(series_choice_release) struct series_choice choice = { 0 };
	_cleanup_free_ char *version = kernel_line_version(line);
	struct error *err = series_choose(version, &choice);

	if (!err && !choice.dir)
		*reason_ret = xasprintf("no series in patches/linux is for Linux %s: there are %s",
					line->name, *choice.all ? choice.all : "none");
	return err;
}

/* Why a family cannot be, the caller's to free; NULL where it can. */
static struct error *reason_against(const struct planner *planner, const struct arch *arch,
				    const struct toolchain *toolchain,
				    const struct kernel_line *line, char **reason_ret)
{
	*reason_ret = NULL;
	if (!toolchain_supports(toolchain, arch->name)) {
		*reason_ret =
			xasprintf("toolchain %s does not support %s", toolchain->name, arch->name);
		return NULL;
	}
	const char *since = toolchain_since(toolchain, arch->name);
	_cleanup_free_ char *version = kernel_line_version(line);
	if (since && version_compare(version, since) < 0) {
		*reason_ret = xasprintf("toolchain %s builds Linux %s and newer for %s, not %s",
					toolchain->name, since, arch->name, line->name);
		return NULL;
	}
	if (strv_len(STRV_CONST(line->arches)) && !strv_has(STRV_CONST(line->arches), arch->name)) {
		*reason_ret = xasprintf("Linux %s cannot be built for %s (%s)", line->name,
					arch->name, line->path);
		return NULL;
	}
	/* a series of the user's in place of ours is for whatever kernel the user says */
	return planner->needs_own_series ? reason_against_line(line, reason_ret) : NULL;
}

/* Why the feature cannot be in this mode, the caller's to free; NULL where it can. */
static char *reason_against_mode(const struct planner *planner, const char *mode)
{
	const struct feature *feature = planner->plan->feature;

	if (strv_has(STRV_CONST(feature->modes), mode))
		return NULL;
	return xasprintf("feature %s has no mode %s (%s)", feature->name, mode, feature->path);
}

static struct error *add_family(struct planner *planner, const struct arch *arch,
				const struct toolchain *toolchain, const struct kernel_line *line)
{
	_cleanup_free_ char *family =
		xasprintf("%s/%s/%s", arch->name, toolchain->name, line->name);
	_cleanup_free_ char *reason = NULL;
	struct error *err = reason_against(planner, arch, toolchain, line, &reason);

	if (err)
		return err;
	for (enum btf_mode mode = 0; mode < BTF_MODE_COUNT; mode++) {
		const char *mode_name = btf_mode_name(mode);

		if (!strv_has(STRV_CONST(planner->modes), mode_name))
			continue;

		char *name = xasprintf("%s/%s", family, mode_name);
		char *why = reason ? xstrdup(reason) : reason_against_mode(planner, mode_name);
		if (why) {
			vec_push(&planner->plan->omitted, (struct omitted_cell){ name, why });
			continue;
		}
		vec_push(&planner->plan->cells, (struct cell){
							.arch = arch,
							.toolchain = toolchain,
							.feature = planner->plan->feature,
							.line = line,
							.kernel = line->name,
							.mode = mode,
							.name = name,
							.family = xstrdup(family),
						});
	}
	return NULL;
}

static struct error *add_families(struct planner *planner)
{
	struct plan *plan = planner->plan;

	vec_for_each(arch, &plan->arches) {
		vec_for_each(toolchain, &plan->toolchains) {
			vec_for_each(line, &plan->lines) {
				struct error *err = add_family(planner, *arch, *toolchain, *line);

				if (err)
					return err;
			}
		}
	}
	return NULL;
}

static struct error *fill_plan(struct planner *planner, const struct plan_request *request)
{
	struct error *err = select_axes(planner, request);

	if (!err)
		err = load_feature(planner, request->feature);
	if (!err)
		err = load_arches(planner);
	if (!err)
		err = load_toolchains(planner);
	if (!err)
		err = request->kernel_dir ? load_line_of_tree(planner, request->kernel_dir)
					  : load_lines(planner);
	if (err)
		return err;
	sort_arches(planner->plan);
	return add_families(planner);
}

struct error *plan_make(const struct plan_request *request, struct plan **ret)
{
	_cleanup_(plan_cleanup) struct plan *plan = xcalloc(1, sizeof(*plan));
	_cleanup_(matrix_cleanup) struct matrix *matrix = NULL;
	struct error *err =
		find_named("matrix", "configs/matrices",
			   request->matrix ? request->matrix : "default", &plan->matrix_path);

	if (!err)
		err = matrix_load(plan->matrix_path, &matrix);
	if (err)
		return err;

	struct planner planner = {
		.plan = plan,
		.matrix = matrix,
		.needs_own_series = !request->series || *request->series == '+',
	};
	err = fill_plan(&planner, request);
	strv_free(planner.arches);
	strv_free(planner.toolchains);
	strv_free(planner.kernels);
	strv_free(planner.modes);
	if (err)
		return err;
	*ret = return_ptr(plan);
	return NULL;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	vec_for_each(cell, &plan->cells) {
		free(cell->name);
		free(cell->family);
	}
	vec_free(&plan->cells);
	vec_for_each(omitted, &plan->omitted) {
		free(omitted->name);
		free(omitted->reason);
	}
	vec_free(&plan->omitted);
	vec_for_each(arch, &plan->arches)
		arch_free(*arch);
	vec_free(&plan->arches);
	vec_for_each(toolchain, &plan->toolchains)
		toolchain_free(*toolchain);
	vec_free(&plan->toolchains);
	vec_for_each(line, &plan->lines)
		kernel_line_free(*line);
	vec_free(&plan->lines);
	if (plan->feature)
		feature_free(plan->feature);
	free(plan->matrix_path);
	free(plan);
}
