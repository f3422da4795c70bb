// SPDX-License-Identifier: GPL-2.0-only
#include "cli/diagnosis.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "build/pahole_tool.h"
#include "config/packages.h"
#include "config/project.h"
#include "config/tool_versions.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "source/debian_source.h"
#include "toolroot/cell_tools.h"
#include "toolroot/toolroot.h"

/*
 * Space a first run takes, in MiB, measured with 6.12 and rounded up: an unpacked tree has 1.7 GB, a
 * object tree 0.7 GB and the files kept of three cells in it 0.4 GB.
 */
enum {
	SPACE_PER_KERNEL = 2000,
	SPACE_PER_TREE = 1200,
};

/* Takes the three strings; a @mend of NULL means all is well. */
static void add(struct diagnoses *found, char *what, char *detail, char *mend)
{
	vec_push(&found->list, (struct diagnosis){
				       .what = what,
				       .ok = !mend,
				       .detail = detail,
				       .mend = mend,
			       });
}

/* Takes @what and @mend. */
static void add_program(struct diagnoses *found, char *what, const char *program, char *mend)
{
	_cleanup_free_ char *path = path_find_program(program);
	char *version = NULL;

	if (!path) {
		add(found, what, xasprintf("%s is not in $PATH", program), mend);
		return;
	}

	_cleanup_error_ struct error *err = tool_version(program, &version);
	if (err) {
		add(found, what, xstrdup(err->message), mend);
		return;
	}
	add(found, what, xasprintf("%s (%s)", version, path), NULL);
	free(version);
	free(mend);
}

/* The mend that names those of a descriptor's packages that begin with @prefix. */
static char *mend_packages(strv packages, const char *prefix)
{
	return packages_mend(STRV_CONST(packages), prefix)
		       ?: xstrdup("install it, or add it to $PATH");
}

static char *mend_package(const char *package)
{
	return packages_mend((const char *const[]){ package, NULL }, "");
}

static const struct {
	const char *program, *package;
} host_tools[] = {
	{ "make", "build-essential" }, { "/bin/sh", "dash" }, { "git", "git" }, { "bc", "bc" },
	{ "bison", "bison" },          { "flex", "flex" },
};

static void diagnose_host(struct diagnoses *found)
{
	for (size_t i = 0; i < ARRAY_SIZE(host_tools); i++)
		add_program(found, xstrdup(host_tools[i].program), host_tools[i].program,
			    mend_package(host_tools[i].package));
}

static void diagnose_pahole(struct diagnoses *found)
{
	struct pahole_tool host = { 0 };
	_cleanup_error_ struct error *err = pahole_tool_host(&host);
	_cleanup_free_ char *apt = path_find_program("apt-get");
	_cleanup_free_ char *have = NULL;
	char *what = xstrdup("pahole");

	if (err)
		have = xstrdup(err->message);
	else if (!host.path)
		have = xstrdup("the host has none");
	else
		have = xasprintf("%s (%s) has no global_var (from 1.28)", host.version, host.path);

	if (host.number >= PAHOLE_WITH_GLOBAL_VAR)
		add(found, what, xasprintf("%s (%s)", host.version, host.path), NULL);
	else if (apt)
		add(found, what,
		    xasprintf("%s; Debian 13's is used, from the cache (`btfmatrix fetch pahole`)",
			      have),
		    NULL);
	else
		add(found, what, return_ptr(have),
		    xstrdup("install pahole 1.28 or newer; there is no apt-get to fetch it with"));
	pahole_tool_release(&host);
}

static char *compiler_mend(const struct arch *arch, const struct toolchain *toolchain)
{
	return *toolchain->packages ? mend_packages(toolchain->packages, "")
				    : mend_packages(arch->packages, "gcc");
}

/* A program that is in a tool root: whether that is there. */
static void add_in_root(struct diagnoses *found, char *what, const char *program, const char *name)
{
	_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;
	_cleanup_free_ char *why = NULL;
	_cleanup_free_ char *mmdebstrap = path_find_program("mmdebstrap");
	enum toolroot_state state = TOOLROOT_MISSING;
	_cleanup_error_ struct error *err = toolroot_config_find(name, &config);

	if (!err)
		err = toolroot_look(config, &state, &why);
	if (err)
		add(found, what, xstrdup(err->message), xstrdup("see btfmatrix(1), roots"));
	else if (state == TOOLROOT_WHOLE)
		add(found, what, xasprintf("%s, in the tool root %s", program, name), NULL);
	else if (mmdebstrap)
		add(found, what,
		    xasprintf("%s, in the tool root %s, which a run makes (%s)", program, name,
			      why ? why : "`btfmatrix fetch` does too"),
		    NULL);
	else
		add(found, what,
		    xasprintf("%s would be in the tool root %s, which is not there", program, name),
		    mend_package("mmdebstrap"));
}

/* The probe is static: the compiler must find libc.a. It prints the bare name where it does not. */
static void diagnose_libc(struct diagnoses *found, const struct arch *arch)
{
	/* GCC makes it whatever the kernel is made by */
	_cleanup_free_ char *cc = toolchain_program("%sgcc", arch);
	_cleanup_free_ char *program = path_find_program(cc), *path = NULL;

	if (!program)
		return;
	_cleanup_error_ struct error *err = proc_read_output(
		(const char *const[]){ cc, "-print-file-name=libc.a", NULL }, &path);
	_cleanup_free_ char *real = err ? NULL : realpath(path, NULL);
	char *what = xasprintf("%s: static C library", arch->name);

	if (err)
		add(found, what, xstrdup(err->message), mend_packages(arch->packages, "libc6"));
	else if (*path != '/' || !real)
		add(found, what, xasprintf("%s finds no libc.a", cc),
		    mend_packages(arch->packages, "libc6"));
	else
		add(found, what, return_ptr(real), NULL);
}

static struct error *diagnose_toolchain(struct diagnoses *found, const struct arch *arch,
					const struct toolchain *toolchain)
{
	_cleanup_free_ char *cc = toolchain->prefix
					  ? toolchain_prefixed(toolchain, toolchain->cc, arch)
					  : toolchain_program(toolchain->cc, arch);
	_cleanup_free_ char *ld = toolchain->prefix
					  ? toolchain_prefixed(toolchain, toolchain->ld, arch)
					  : toolchain_program(toolchain->ld, arch);
	char *what = xasprintf("%s/%s: compiler", arch->name, toolchain->name);
	struct cell_tool_roots roots;
	struct error *err = cell_tools_roots(arch, toolchain, &roots);

	if (err) {
		free(what);
		return err;
	}
	if (roots.cc) {
		add_in_root(found, what, cc, roots.cc);
		return NULL;
	}
	add_program(found, what, cc, compiler_mend(arch, toolchain));
	add_program(found, xasprintf("%s/%s: linker", arch->name, toolchain->name), ld,
		    compiler_mend(arch, toolchain));
	return NULL;
}

static struct error *diagnose_kernel(struct diagnoses *found, const struct kernel_line *line)
{
	_cleanup_(debian_source_release) struct debian_source source = { 0 };
	struct error *err = debian_source_look(line, &source);

	if (err)
		return err;
	add(found, xasprintf("kernel %s", line->name),
	    source.tarball
		    ? return_ptr(source.tarball)
		    : xasprintf("a run fetches %s from Debian %s", line->package, line->suites[0]),
	    NULL);
	return NULL;
}

static struct error *diagnose_space(struct diagnoses *found, size_t nr_kernels, size_t nr_trees)
{
	_cleanup_free_ char *cache = NULL;
	struct error *err = cache_dir(&cache);
	struct statvfs vfs;

	if (err)
		return err;

	char *what = xstrdup("space in the cache");
	if (statvfs(cache, &vfs) < 0) {
		add(found, what, xasprintf("cannot tell for %s", cache),
		    xstrdup("XDG_CACHE_HOME moves the cache"));
		return NULL;
	}

	double free_mib = (double)vfs.f_bavail * (double)vfs.f_frsize / (1 << 20);
	double need_mib = (double)nr_kernels * SPACE_PER_KERNEL + (double)nr_trees * SPACE_PER_TREE;
	char *detail = xasprintf("%.1f GB free in %s; a first run takes up to %.1f GB",
				 free_mib / 1000, cache, need_mib / 1000);
	add(found, what, detail,
	    free_mib < need_mib ? xstrdup("free some, or set XDG_CACHE_HOME to a larger place")
				: NULL);
	return NULL;
}

/* Cells of one object tree are in one piece, so the first of them tells it from the one before. */
static bool starts_tree(struct plan *plan, const struct cell *cell)
{
	return cell == plan->cells.data || !str_eq(cell[-1].tree, cell->tree);
}

static bool uses_kernel(struct plan *plan, const struct kernel_line *line)
{
	vec_for_each(cell, &plan->cells)
		if (cell->line == line)
			return true;
	return false;
}

static bool uses(struct plan *plan, const struct arch *arch, const struct toolchain *toolchain)
{
	vec_for_each(cell, &plan->cells)
		if (cell->arch == arch && (!toolchain || cell->toolchain == toolchain))
			return true;
	return false;
}

/* The probe and the guest, whatever the toolchain. @qemu_root: the tool root that has QEMU, or NULL. */
static void diagnose_guest(struct diagnoses *found, const struct arch *arch, const char *qemu_root)
{
	diagnose_libc(found, arch);
	if (qemu_root)
		add_in_root(found, xasprintf("%s: QEMU", arch->name), arch->qemu_binary, qemu_root);
	else
		add_program(found, xasprintf("%s: QEMU", arch->name), arch->qemu_binary,
			    mend_packages(arch->packages, "qemu"));
}

static struct error *diagnose_arch(struct diagnoses *found, struct plan *plan,
				   const struct arch *arch)
{
	struct cell_tool_roots roots = { 0 };
	struct error *err = NULL;

	if (!uses(plan, arch, NULL))
		return NULL;
	vec_for_each(toolchain, &plan->toolchains) {
		if (!uses(plan, arch, *toolchain))
			continue;
		err = diagnose_toolchain(found, arch, *toolchain);
		if (!err)
			err = cell_tools_roots(arch, *toolchain, &roots);
		if (err)
			return err;
	}
	diagnose_guest(found, arch, roots.qemu);
	return NULL;
}

struct error *diagnose_arch_tools(struct diagnoses *found, const struct arch *arch,
				  const struct toolchain *toolchain)
{
	struct cell_tool_roots roots = { 0 };
	struct error *err = diagnose_toolchain(found, arch, toolchain);

	if (!err)
		err = cell_tools_roots(arch, toolchain, &roots);
	if (!err)
		diagnose_guest(found, arch, roots.qemu);
	return err;
}

struct error *diagnose(struct plan *plan, struct diagnoses *ret)
{
	size_t nr_kernels = 0, nr_trees = 0;

	diagnose_host(ret);
	diagnose_pahole(ret);
	vec_for_each(arch, &plan->arches) {
		struct error *err = diagnose_arch(ret, plan, *arch);

		if (err)
			return err;
	}
	vec_for_each(line, &plan->lines) {
		if (!uses_kernel(plan, *line))
			continue;
		struct error *err = diagnose_kernel(ret, *line);

		if (err)
			return err;
		nr_kernels++;
	}
	vec_for_each(cell, &plan->cells)
		nr_trees += starts_tree(plan, cell);
	return diagnose_space(ret, nr_kernels, nr_trees);
}

void diagnoses_release(struct diagnoses *diagnoses)
{
	vec_for_each(d, &diagnoses->list) {
		free(d->what);
		free(d->detail);
		free(d->mend);
	}
	vec_free(&diagnoses->list);
}
