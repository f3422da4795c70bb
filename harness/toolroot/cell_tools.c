// SPDX-License-Identifier: GPL-2.0-only
#include "toolroot/cell_tools.h"

#include <stdlib.h>
#include <string.h>

#include "config/tool_versions.h"
#include "config/version.h"
#include "core/fileio.h"
#include "toolroot/toolroot.h"

static bool on_host(const char *program)
{
	_cleanup_free_ char *path = path_find_program(program);

	return path != NULL;
}

/* Whether the host's QEMU is as new as the descriptor asks. */
static struct error *host_qemu_serves(const struct arch *arch, bool *ret)
{
	_cleanup_free_ char *version = NULL;
	struct error *err;

	*ret = on_host(arch->qemu_binary);
	if (!*ret || !arch->qemu_version)
		return NULL;
	err = tool_version(arch->qemu_binary, &version);
	if (!err)
		*ret = version_compare(strrchr(version, ' ') + 1, arch->qemu_version) >= 0;
	return err;
}

struct error *cell_tools_roots(const struct arch *arch, const struct toolchain *toolchain,
			       struct cell_tool_roots *ret)
{
	_cleanup_free_ char *cc = toolchain_program(toolchain->cc, arch);
	_cleanup_free_ char *gcc = toolchain_program("%sgcc", arch);
	struct error *err = NULL;
	bool host_serves = true;

	*ret = (struct cell_tool_roots){ 0 };
	if (toolchain->root)
		ret->cc = toolchain->root;
	else if (strstr(toolchain->cc, "%s") && !toolchain->prefix && !on_host(cc))
		ret->cc = arch->root;
	/* one and the same probe for every toolchain, where the host can make it */
	if (!on_host(gcc))
		ret->probe_cc = arch->root ? arch->root : toolchain->root;
	if (arch->qemu_root)
		err = host_qemu_serves(arch, &host_serves);
	if (!host_serves)
		ret->qemu = arch->qemu_root;
	return err;
}

/* The roots of a cell, each opened once. */
struct opened {
	const struct arch *arch;
	struct cell_tools *tools;
	VEC(struct toolroot) roots;
};

static struct error *record_packages(struct cell_tools *tools, const struct toolroot *root)
{
	_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;
	struct error *err = toolroot_config_find(root->name, &config);

	strv_append(&tools->roots, xstrdup(root->name));
	for (char **package = err ? NULL : config->packages; !err && package && *package;
	     package++) {
		_cleanup_free_ char *version = NULL;

		err = toolroot_package_version(root, *package, &version);
		if (!err && version)
			strv_append(&tools->root_packages, xasprintf("%s=%s", *package, version));
	}
	return err;
}

/* The wrapper of @program in the root called @name. */
static struct error *take_from_root(struct opened *opened, const char *name, const char *program,
				    char **ret)
{
	struct toolroot root = { 0 };
	struct error *err;

	vec_for_each(known, &opened->roots) {
		if (str_eq(known->name, name)) {
			*ret = toolroot_program(known, program);
			return NULL;
		}
	}
	err = toolroot_open(name, STRV_CONST(opened->arch->packages), &root);
	if (err)
		return err;
	vec_push(&opened->roots, root);
	*ret = toolroot_program(&root, program);
	return record_packages(opened->tools, &root);
}

/* @program itself, or its wrapper where @root is not NULL. */
static struct error *take(struct opened *opened, const char *root, char *program, char **ret)
{
	struct error *err = NULL;

	if (!root) {
		*ret = program;
		return NULL;
	}
	err = take_from_root(opened, root, program, ret);
	free(program);
	return err;
}

/* An unpacked toolchain has its programs below a prefix of the user's, which takes the place of the arch's. */
static char *prefixed(const struct toolchain *toolchain, const char *pattern,
		      const struct arch *arch)
{
	return toolchain->prefix && strstr(pattern, "%s")
		       ? toolchain_prefixed(toolchain, pattern, arch)
		       : toolchain_program(pattern, arch);
}

static struct error *find_all(struct opened *opened, const struct toolchain *toolchain,
			      const struct cell_tool_roots *from)
{
	const struct arch *arch = opened->arch;
	struct cell_tools *tools = opened->tools;
	struct error *err =
		take(opened, from->cc, prefixed(toolchain, "%s", arch), &tools->cross_compile);

	if (!err)
		err = take(opened, from->cc, prefixed(toolchain, toolchain->cc, arch), &tools->cc);
	if (!err)
		err = take(opened, from->cc, prefixed(toolchain, toolchain->ld, arch), &tools->ld);
	if (!err)
		err = take(opened, from->probe_cc, toolchain_program("%sgcc", arch),
			   &tools->probe_cc);
	if (!err)
		err = take(opened, from->qemu, xstrdup(arch->qemu_binary), &tools->qemu);
	for (char **arg = toolchain->make_args; arg && *arg; arg++)
		strv_append(&tools->make_args, xstrdup(*arg));
	return err;
}

struct error *cell_tools_find(const struct arch *arch, const struct toolchain *toolchain,
			      struct cell_tools *ret)
{
	_cleanup_(cell_tools_release) struct cell_tools tools = { 0 };
	struct opened opened = { .arch = arch, .tools = &tools };
	struct cell_tool_roots from;
	struct error *err = cell_tools_roots(arch, toolchain, &from);

	if (!err)
		err = find_all(&opened, toolchain, &from);
	vec_for_each(root, &opened.roots)
		toolroot_release(root);
	vec_free(&opened.roots);
	if (err)
		return err;
	*ret = tools;
	tools = (struct cell_tools){ 0 };
	return NULL;
}

struct error *cell_tools_find_guest(const struct arch *arch, struct cell_tools *ret)
{
	/* what compiles the probe, and so is looked for anyway */
	static const struct toolchain gcc = { .name = (char *)"gcc",
					      .cc = (char *)"%sgcc",
					      .ld = (char *)"%sld" };

	return cell_tools_find(arch, &gcc, ret);
}

void cell_tools_release(struct cell_tools *tools)
{
	free(tools->cross_compile);
	strv_free(tools->make_args);
	free(tools->cc);
	free(tools->ld);
	free(tools->probe_cc);
	free(tools->qemu);
	strv_free(tools->root_packages);
	strv_free(tools->roots);
	*tools = (struct cell_tools){ 0 };
}
