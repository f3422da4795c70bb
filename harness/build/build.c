// SPDX-License-Identifier: GPL-2.0-only
#include "build/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build/artefacts.h"
#include "build/build_blame.h"
#include "build/ccache.h"
#include "build/kbuild.h"
#include "build/kconfig.h"
#include "build/object_tree.h"
#include "build/tree_heal.h"
#include "config/parts.h"
#include "config/tool_versions.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"

/* Raise it when the way a cell is built changes in a manner that the digest below does not see. */
#define BUILD_FORMAT 4

static struct error *read_versions(const struct build_request *request, struct build_result *result)
{
	struct error *err = tool_version(request->tools->cc, &result->compiler);

	if (!err)
		err = tool_version(request->tools->ld, &result->linker);
	if (!err)
		err = tool_version("make", &result->make);
	return err;
}

/* Identifies pahole and what is done to its output, which a part of this very program does. The caller frees it. */
static char *pahole_identity(const struct build_request *request)
{
	return xasprintf("%s %s %s %s%s", request->pahole->path, request->pahole->version,
			 request->pahole->packages ?: "host",
			 request->cell->pahole->stock ? "stock" : part_pahole,
			 request->cell->pahole->encode ? " encode" : "");
}

static void digest_inputs(const struct build_request *request, const char *config_request,
			  const char *pahole_id, struct build_result *result)
{
	const struct arch *arch = request->cell->arch;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];

	strbuf_addf(&sb, "format %d\nsource %s\nname %s\narch %s %s\nimage %s %s\n", BUILD_FORMAT,
		    request->source->id, request->cell->name, arch->kernel_arch,
		    arch->cross_compile, arch->image_target, arch->image_file);
	strbuf_addf(&sb, "tools %s, %s, %s\npahole %s\n", result->compiler, result->linker,
		    result->make, pahole_id);
	for (char **arg = request->tools->make_args; arg && *arg; arg++)
		strbuf_addf(&sb, "make %s\n", *arg);
	for (char **target = request->cell->profile->base_targets; target && *target; target++)
		strbuf_addf(&sb, "base %s\n", *target);
	for (char **package = request->tools->root_packages; package && *package; package++)
		strbuf_addf(&sb, "package %s\n", *package);
	strbuf_adds(&sb, config_request);
	sha256_hex(sb.data, sb.len, hex);
	result->key = xstrdup(hex);
}

static struct error *remove_file(const char *path)
{
	return !unlink(path) || errno == ENOENT || errno == ENOTDIR
		       ? NULL
		       : error_errno(errno, "cannot remove %s", path);
}

/*
 * kbuild leaves a module of another mode lying about, and a report on one stays where the next series does not run
 * pahole for it: what is there afterwards, this build made.
 */
static struct error *remove_extra_module(const struct build_request *request,
					 const struct object_tree *tree)
{
	const char *name = request->cell->feature->module;
	_cleanup_free_ char *report = xasprintf("%s/" EXTRA_REPORT, tree->reports);
	_cleanup_free_ char *module = NULL, *module_report = NULL;
	struct error *err = remove_file(report);

	if (err || !name)
		return err;
	module = xasprintf("%s/%s", tree->dir, name);
	module_report = object_tree_module_report(tree, name);
	err = remove_file(module);
	return err ?: remove_file(module_report);
}

/* Whether the feature is there is settled by pahole, so a refusal names the one that was asked. */
static struct error *name_pahole(const struct build_request *request, struct error *err)
{
	const struct pahole_spec *spec = request->cell->pahole;
	struct error *named;

	if (!err || err->kind != ERROR_INPUT ||
	    !strstr(err->message, request->cell->feature->symbol))
		return err;
	named = error_new(ERROR_INPUT, "%s; pahole is %s (%s)%s", err->message,
			  request->pahole->version, request->pahole->path,
			  spec->stock ? ", as it is: without btfmatrix's encoder" : "");
	error_free(err);
	return named;
}

static struct error *build_in_tree(const struct build_request *request, const char *pahole_id,
				   const char *config_request, struct build_result *result)
{
	_cleanup_(object_tree_close) struct object_tree tree = OBJECT_TREE_INIT;
	_cleanup_free_ char *log_name = NULL, *log_path = NULL;
	_cleanup_free_ char *path_env = NULL;
	struct kbuild_run run = { 0 };
	bool found;
	struct error *err = object_tree_open(request, pahole_id, &tree);

	if (err)
		return err;
	/* Whoever held the lock may have built just this. */
	if (!request->force) {
		err = artefacts_find(request, result, &found);
		if (err || found)
			return err;
	}
	log_name = xasprintf("btfmatrix/%s.log", btf_mode_name(request->cell->mode));
	log_path = xasprintf("%s/%s", tree.dir, log_name);
	err = tree_remove(log_path);
	if (!err)
		err = remove_extra_module(request, &tree);
	if (!err)
		err = tree_heal_begin(tree.dir);
	if (!err)
		err = ccache_prepare(request, &path_env, &result->ccache);
	run.path_env = path_env;
	run.ccache_env = result->ccache ? ccache_depend_mode() : NULL;
	if (!err) {
		result->step = BUILD_CONFIGURE;
		err = name_pahole(request,
				  kbuild_configure(request, &tree, config_request, log_path, &run));
	}
	if (!err) {
		result->step = BUILD_COMPILE;
		err = kbuild_make(request, &tree, log_path, &run);
	}
	/* A compiler's error is an end in order; a make that had to be ended is none. */
	if (!err || err->kind == ERROR_CHILD || err->kind == ERROR_INPUT)
		error_free(tree_heal_end(tree.dir));
	if (err) {
		result->log = return_ptr(log_path);
		return err;
	}
	result->step = BUILD_KEEP;
	result->wall_s = run.wall_s;
	result->cpu_s = run.cpu_s;
	result->nr_compiled = run.nr_compiled;
	result->command = kbuild_describe(request, &tree);
	return artefacts_keep(request, &tree, log_name, result);
}

/* Tools and key; what Kconfig is asked and pahole's identity, which go into it, for building it. */
static struct error *identify(const struct build_request *request, struct build_result *result,
			      struct strbuf *config_request, char **pahole_id_ret)
{
	struct error *err = read_versions(request, result);

	if (!err)
		err = kconfig_request(request->cell, config_request);
	if (err)
		return err;
	*pahole_id_ret = pahole_identity(request);
	digest_inputs(request, strbuf_str(config_request), *pahole_id_ret, result);
	return NULL;
}

struct error *build_find(const struct build_request *request, struct build_result *result,
			 bool *found_ret)
{
	_cleanup_strbuf_ struct strbuf config_request = STRBUF_INIT;
	_cleanup_free_ char *pahole_id = NULL;
	struct error *err = identify(request, result, &config_request, &pahole_id);

	*found_ret = false;
	return err ?: artefacts_find(request, result, found_ret);
}

static struct error *build_or_find(const struct build_request *request, struct build_result *result)
{
	_cleanup_strbuf_ struct strbuf config_request = STRBUF_INIT;
	_cleanup_free_ char *pahole_id = NULL;
	bool found = false;
	struct error *err = identify(request, result, &config_request, &pahole_id);

	if (!err && !request->force)
		err = artefacts_find(request, result, &found);
	if (err || found)
		return err;
	return build_in_tree(request, pahole_id, strbuf_str(&config_request), result);
}

struct error *build_cell(const struct build_request *request, struct build_result *result)
{
	const struct arch *arch = request->cell->arch;
	struct error *err = build_check_source(arch, request->source->dir);

	if (err)
		return err;
	err = build_or_find(request, result);
	return err ? build_blame(arch, err) : build_check_image(arch, result->vmlinux);
}

void build_result_release(struct build_result *result)
{
	free(result->dir);
	free(result->key);
	free(result->vmlinux);
	free(result->image);
	free(result->config);
	free(result->extra_module);
	free(result->repairs);
	free(result->extra_repairs);
	free(result->log);
	free(result->compiler);
	free(result->linker);
	free(result->make);
	free(result->ccache);
	free(result->command);
	*result = (struct build_result){ 0 };
}
