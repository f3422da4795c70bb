// SPDX-License-Identifier: GPL-2.0-only
#include "plan/plan.h"

#include <stdlib.h>

#include "config/matrix.h"
#include "config/strv.h"
#include "config/version.h"
#include "plan/descriptors.h"
#include "plan/select.h"
#include "source/series_choice.h"
#include "source/tree_version.h"

/* A plan in the making. */
struct planner {
	struct plan *plan;
	const struct matrix *matrix;
	/* the selection from the matrix */
	strv arches, toolchains, kernels, profiles, modes;
	/* the patches are ours, alone or below the user's */
	bool needs_own_series;
	/* of the request */
	const char *config;
	/* those of plan->lines that are for every architecture; the others are for those that none of these is for */
	size_t nr_lines;
	/* for each of the plan's lines why there are no patches for it; NULL: there are. Owned. */
	char **line_reasons;
};

/* What the names of each axis of the matrix stand for. */
static const struct descriptor_kind arch_kind = { "arches", "arches", ".ini" };
static const struct descriptor_kind toolchain_kind = { "toolchains", "configs/toolchains", ".ini" };
static const struct descriptor_kind kernel_kind = { "kernels", "configs/kernels", ".ini" };
static const struct descriptor_kind profile_kind = { "profiles", PROFILE_DIR, ".config" };

static struct error *load_feature(struct planner *planner, const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct error *err = descriptor_find_or_path("feature", "configs/features",
						    name ? name : FEATURE_DEFAULT, &path);

	return err ? err : feature_load(path, &planner->plan->feature);
}

static struct error *load_arches(struct planner *planner)
{
	for (char **name = planner->arches; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct arch *arch = NULL;
		struct error *err = descriptor_find(&arch_kind, planner->matrix, *name, &path);

		if (!err)
			err = arch_load(path, &arch);
		if (err)
			return err;
		vec_push(&planner->plan->arches, arch);
	}
	return NULL;
}

/* The one architecture of a descriptor that need not be in arches/. */
static struct error *load_arch_file(struct planner *planner, const char *path)
{
	struct arch *arch = NULL;
	struct error *err = arch_load(path, &arch);

	if (!err)
		vec_push(&planner->plan->arches, arch);
	return err;
}

static struct error *load_toolchains(struct planner *planner)
{
	for (char **name = planner->toolchains; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct toolchain *toolchain = NULL;
		const char *prefix = toolchain_path_prefix(*name);
		struct error *err =
			prefix ? toolchain_of_path(prefix, &toolchain)
			       : descriptor_find(&toolchain_kind, planner->matrix, *name, &path);

		if (!err)
			err = prefix ? NULL : toolchain_load(path, &toolchain);
		if (err)
			return err;
		vec_push(&planner->plan->toolchains, toolchain);
	}
	return NULL;
}

static struct error *load_lines(struct planner *planner, strv names)
{
	for (char **name = names; name && *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct kernel_line *line = NULL;
		struct error *err = descriptor_find(&kernel_kind, planner->matrix, *name, &path);

		if (!err)
			err = kernel_line_load(path, &line);
		if (err)
			return err;
		vec_push(&planner->plan->lines, line);
	}
	return NULL;
}

/* Whether one of the lines that are for every architecture can be built for this one. */
static bool has_line(const struct planner *planner, const struct arch *arch)
{
	for (size_t i = 0; i < planner->nr_lines; i++)
		if (kernel_line_is_for(planner->plan->lines.data[i], arch->name))
			return true;
	return false;
}

/* Those of the matrix or the command line, and, of the matrix alone, what is in their place where they cannot be. */
static struct error *load_all_lines(struct planner *planner, bool wanted)
{
	struct error *err = load_lines(planner, planner->kernels);

	planner->nr_lines = planner->plan->lines.len;
	if (err || wanted)
		return err;
	vec_for_each(arch, &planner->plan->arches)
		if (!has_line(planner, *arch))
			return load_lines(planner, planner->matrix->else_kernels);
	return NULL;
}

static struct error *load_profiles(struct planner *planner)
{
	for (char **name = planner->profiles; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct profile *profile = NULL;
		struct error *err = descriptor_find(&profile_kind, planner->matrix, *name, &path);

		if (!err)
			err = profile_load(path, &profile);
		if (err)
			return err;
		vec_push(&planner->plan->profiles, profile);
	}
	return NULL;
}

/* Those of the command line, or else of the matrix. Two whose part of a cell's name is the same are one. */
static struct error *load_paholes(struct planner *planner, const char *wanted)
{
	strv words = wanted ? split_commas(wanted) : NULL;
	struct error *err = NULL;

	for (char **word = wanted ? words : planner->matrix->paholes; !err && *word; word++) {
		struct pahole_spec *spec = pahole_spec_parse(*word);
		bool twice = false;

		if (!spec) {
			err = error_new(ERROR_INPUT, "--pahole: '%s' %s", *word,
					pahole_spec_check(*word));
			break;
		}
		vec_for_each(other, &planner->plan->paholes)
			twice |= str_eq((*other)->label ?: "", spec->label ?: "");
		if (twice)
			pahole_spec_free(spec);
		else
			vec_push(&planner->plan->paholes, spec);
	}
	strv_free(words);
	return err;
}

/* The one line of a tree of the user's: what its Makefile says. */
static struct error *load_line_of_tree(struct planner *planner, const char *dir)
{
	_cleanup_(tree_version_release) struct tree_version version = { 0 };
	struct error *err = tree_version_read(dir, &version);

	if (!err)
		vec_push(&planner->plan->lines, kernel_line_of_tree(version.line));
	planner->nr_lines = planner->plan->lines.len;
	return err;
}

/* All modes, whatever the matrix has. */
static strv mode_names(void)
{
	strv names = NULL;

	for (enum btf_mode mode = 0; mode < BTF_MODE_COUNT; mode++)
		strv_append(&names, xstrdup(btf_mode_name(mode)));
	return names;
}

/* Toolchains that need no descriptor are known by being asked for. */
static void add_path_toolchains(const char *wanted, strv *known)
{
	_cleanup_strv_ strv words = split_commas(wanted);

	for (char **word = words; *word; word++)
		if (toolchain_path_prefix(*word))
			strv_append(known, xstrdup(*word));
}

static struct error *select_axes(struct planner *planner, const struct plan_request *request)
{
	const struct matrix *m = planner->matrix;
	const struct {
		const char *option, *wanted;
		strv of_matrix;
		/* NULL: modes */
		const struct descriptor_kind *kind;
		strv *ret;
	} axes[] = {
		{ "--arch", request->arches, m->arches, &arch_kind, &planner->arches },
		{ "--toolchain", request->toolchains, m->toolchains, &toolchain_kind,
		  &planner->toolchains },
		{ "--kernel", request->kernels, m->kernels, &kernel_kind, &planner->kernels },
		{ "--profile", request->profiles, m->profiles, &profile_kind, &planner->profiles },
		{ "--mode", request->modes, m->modes, NULL, &planner->modes },
	};

	for (size_t i = 0; i < ARRAY_SIZE(axes); i++) {
		_cleanup_strv_ strv known = axes[i].kind ? NULL : mode_names();
		struct error *err = axes[i].kind ? descriptor_names(axes[i].kind, &known) : NULL;

		if (axes[i].kind == &toolchain_kind && axes[i].wanted)
			add_path_toolchains(axes[i].wanted, &known);
		if (!err)
			err = plan_select(axes[i].option, axes[i].wanted,
					  STRV_CONST(axes[i].of_matrix), STRV_CONST(known),
					  axes[i].ret);
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

/* Cells that share an object tree; arch, toolchain, line and profile of a cell to be. */
struct tree_axes {
	const struct arch *arch;
	const struct toolchain *toolchain;
	const struct kernel_line *line;
	const struct profile *profile;
	/* why there are no patches for the line; NULL: there are */
	const char *line_reason;
};

/* Why such cells cannot be, the caller's to free; NULL where they can. */
static struct error *reason_against(const struct tree_axes *axes, char **reason_ret)
{
	const struct arch *arch = axes->arch;
	const struct kernel_line *line = axes->line;

	*reason_ret = NULL;
	if (!toolchain_supports(axes->toolchain, arch->name)) {
		*reason_ret = xasprintf("toolchain %s does not support %s", axes->toolchain->name,
					arch->name);
		return NULL;
	}
	const char *since = toolchain_since(axes->toolchain, arch->name);
	_cleanup_free_ char *version = kernel_line_version(line);
	if (since && version_compare(version, since) < 0) {
		*reason_ret = xasprintf("toolchain %s builds Linux %s and newer for %s, not %s",
					axes->toolchain->name, since, arch->name, line->name);
		return NULL;
	}
	if (!kernel_line_is_for(line, arch->name)) {
		*reason_ret = xasprintf("Linux %s cannot be built for %s (%s)", line->name,
					arch->name, line->path);
		return NULL;
	}
	*reason_ret = profile_reason_against(axes->profile, arch->name, axes->toolchain->name);
	if (*reason_ret)
		return NULL;
	/* a series of the user's in place of ours is for whatever kernel the user says */
	if (axes->line_reason)
		*reason_ret = xstrdup(axes->line_reason);
	return NULL;
}

/* Why the feature cannot be in this mode, the caller's to free; NULL where it can. */
static char *reason_against_mode(const struct planner *planner, const char *mode)
{
	const struct feature *feature = planner->plan->feature;

	if (strv_has(STRV_CONST(feature->modes), mode))
		return NULL;
	return xasprintf("feature %s has no mode %s (%s)", feature->name, mode, feature->path);
}

/* The modes of one family. @reason: why it cannot be, or NULL. */
static void add_family(struct planner *planner, const struct tree_axes *axes, const char *tree,
		       const struct pahole_spec *pahole, const char *reason)
{
	_cleanup_free_ char *family =
		pahole->label ? xasprintf("%s/pahole-%s", tree, pahole->label) : xstrdup(tree);

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
							.arch = axes->arch,
							.toolchain = axes->toolchain,
							.feature = planner->plan->feature,
							.line = axes->line,
							.profile = axes->profile,
							.pahole = pahole,
							.config = planner->config,
							.kernel = axes->line->name,
							.mode = mode,
							.name = name,
							.family = xstrdup(family),
							.tree = xstrdup(tree),
						});
	}
}

static struct error *add_tree(struct planner *planner, const struct tree_axes *axes)
{
	bool is_default = str_eq(axes->profile->name, PROFILE_DEFAULT);
	_cleanup_free_ char *tree =
		xasprintf("%s/%s/%s%s%s", axes->arch->name, axes->toolchain->name, axes->line->name,
			  is_default ? "" : "+", is_default ? "" : axes->profile->name);
	_cleanup_free_ char *reason = NULL;
	struct error *err = reason_against(axes, &reason);

	if (err)
		return err;
	vec_for_each(pahole, &planner->plan->paholes)
		add_family(planner, axes, tree, *pahole, reason);
	return NULL;
}

static struct error *add_trees_of_line(struct planner *planner, struct tree_axes axes)
{
	vec_for_each(profile, &planner->plan->profiles) {
		struct error *err;

		axes.profile = *profile;
		err = add_tree(planner, &axes);
		if (err)
			return err;
	}
	return NULL;
}

/* Of the plan's line @i. */
static const char *reason_of_line(const struct planner *planner, size_t i)
{
	return planner->line_reasons ? planner->line_reasons[i] : NULL;
}

static struct error *add_trees(struct planner *planner)
{
	struct plan *plan = planner->plan;

	vec_for_each(arch, &plan->arches) {
		size_t nr_lines = has_line(planner, *arch) ? planner->nr_lines : plan->lines.len;

		vec_for_each(toolchain, &plan->toolchains) {
			for (size_t i = 0; i < nr_lines; i++) {
				struct error *err = add_trees_of_line(
					planner, (struct tree_axes){ .arch = *arch,
								     .toolchain = *toolchain,
								     .line = plan->lines.data[i],
								     .line_reason = reason_of_line(
									     planner, i) });

				if (err)
					return err;
			}
		}
	}
	return NULL;
}

static struct error *find_line_reasons(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct error *err = NULL;

	planner->line_reasons = xcalloc(plan->lines.len + 1, sizeof(*planner->line_reasons));
	for (size_t i = 0; !err && i < plan->lines.len; i++)
		err = reason_against_line(plan->lines.data[i], &planner->line_reasons[i]);
	return err;
}

static struct error *fill_plan(struct planner *planner, const struct plan_request *request)
{
	struct error *err = select_axes(planner, request);

	if (!err)
		err = load_feature(planner, request->feature);
	if (!err)
		err = request->arch_file ? load_arch_file(planner, request->arch_file)
					 : load_arches(planner);
	if (!err)
		err = load_toolchains(planner);
	if (!err)
		err = load_profiles(planner);
	if (!err)
		err = load_paholes(planner, request->paholes);
	if (!err)
		err = request->kernel_dir ? load_line_of_tree(planner, request->kernel_dir)
					  : load_all_lines(planner, request->kernels);
	if (!err && planner->needs_own_series)
		err = find_line_reasons(planner);
	if (err)
		return err;
	sort_arches(planner->plan);
	return add_trees(planner);
}

struct error *plan_make(const struct plan_request *request, struct plan **ret)
{
	_cleanup_(plan_cleanup) struct plan *plan = xcalloc(1, sizeof(*plan));
	_cleanup_(matrix_cleanup) struct matrix *matrix = NULL;
	struct error *err = descriptor_find_or_path("matrix", "configs/matrices",
						    request->matrix ? request->matrix : "default",
						    &plan->matrix_path);

	if (!err)
		err = matrix_load(plan->matrix_path, &matrix);
	if (err)
		return err;

	struct planner planner = {
		.plan = plan,
		.matrix = matrix,
		.needs_own_series = !request->series || *request->series == '+',
		.config = request->config,
	};
	err = fill_plan(&planner, request);
	strv_free(planner.arches);
	strv_free(planner.toolchains);
	strv_free(planner.kernels);
	strv_free(planner.profiles);
	strv_free(planner.modes);
	for (size_t i = 0; planner.line_reasons && i < plan->lines.len; i++)
		free(planner.line_reasons[i]);
	free(planner.line_reasons);
	if (err)
		return err;
	*ret = return_ptr(plan);
	return NULL;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	vec_for_each(cell, &plan->cells)
		cell_names_free(cell);
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
	vec_for_each(profile, &plan->profiles)
		profile_free(*profile);
	vec_free(&plan->profiles);
	vec_for_each(pahole, &plan->paholes)
		pahole_spec_free(*pahole);
	vec_free(&plan->paholes);
	if (plan->feature)
		feature_free(plan->feature);
	free(plan->matrix_path);
	free(plan);
}
