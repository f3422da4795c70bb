// SPDX-License-Identifier: GPL-2.0-only
#include "build/object_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "config/own_command.h"
#include "config/project.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

/* In the object tree; kbuild leaves names it does not know alone. */
#define OWN_DIR "btfmatrix"

/* "x86_64/gcc/6.12" as one name */
static char *tree_dir_name(const char *tree)
{
	char *name = xstrdup(tree);

	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '-';
	return name;
}

static struct error *write_pahole_script(const struct build_request *request,
					 const struct object_tree *tree)
{
	_cleanup_free_ char *self = NULL;
	_cleanup_strbuf_ struct strbuf script = STRBUF_INIT;
	struct error *err = own_program(&self);

	if (err)
		return err;
	strbuf_adds(&script, "#!/bin/sh\nBTFMATRIX_PAHOLE_REPORT_DIR=");
	strbuf_add_shell_word(&script, tree->reports);
	strbuf_adds(&script, "\nexport BTFMATRIX_PAHOLE_REPORT_DIR\nexec ");
	strbuf_add_shell_word(&script, self);
	strbuf_adds(&script, " pahole --real=");
	strbuf_add_shell_word(&script, request->pahole->path);
	strbuf_adds(&script, request->cell->pahole->stock ? " --stock" : "");
	strbuf_adds(&script, request->cell->pahole->encode ? " --encode" : "");
	strbuf_adds(&script, " -- \"$@\"\n");
	return file_write_if_changed(tree->pahole, script.data, script.len, 0755, NULL);
}

/*
 * Removes every module modules.order names, and vmlinux, so that kbuild links and encodes them again. In Linux 7
 * vmlinux is a copy of vmlinux.unstripped, which is what is linked.
 */
static struct error *forget_btf(const struct object_tree *tree)
{
	static const char *const linked[] = { "vmlinux", "vmlinux.unstripped" };
	_cleanup_free_ char *order = xasprintf("%s/modules.order", tree->dir), *names = NULL;
	struct error *err = NULL;
	char *save = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(linked); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", tree->dir, linked[i]);

		err = tree_remove(path);
	}
	if (!err)
		err = tree_remove(tree->reports);
	if (!err)
		err = dir_make(tree->reports);
	if (err || !path_exists(order))
		return err;
	err = file_read(order, 0, &names, NULL);
	if (err)
		return err;
	for (char *name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save)) {
		size_t len = strlen(name);

		if (len < 2 || !str_ends(name, ".o") || strstr(name, ".."))
			continue;
		_cleanup_free_ char *module =
			xasprintf("%s/%.*s.ko", tree->dir, (int)len - 2, name);

		if (unlink(module) && errno != ENOENT)
			return error_errno(errno, "cannot remove %s", module);
	}
	return NULL;
}

static struct error *note_pahole(const struct object_tree *tree, const char *pahole_id)
{
	_cleanup_free_ char *stamp = xasprintf("%s/" OWN_DIR "/pahole-id", tree->dir);
	_cleanup_free_ char *old = NULL;
	_cleanup_error_ struct error *missing = file_read(stamp, 1 << 16, &old, NULL);
	struct error *err;

	if (!missing && str_eq(old, pahole_id))
		return NULL;
	err = forget_btf(tree);
	if (!err)
		err = file_write_atomic(stamp, pahole_id, strlen(pahole_id), 0644);
	return err;
}

/* One tree for each source: kbuild would compile everything again at a new place anyway. The caller frees it. */
static char *tree_dir(const struct build_request *request, const char *cache)
{
	_cleanup_free_ char *name = tree_dir_name(request->cell->tree);

	return xasprintf("%s/objects/%s-%s", cache, name, strrchr(request->source->dir, '-') + 1);
}

char *object_tree_foreign_lock(const struct build_request *request)
{
	_cleanup_free_ char *cache = NULL, *dir = NULL, *lock_path = NULL;
	_cleanup_error_ struct error *err = cache_dir(&cache);
	_cleanup_close_ int lock = -1;

	if (err)
		return NULL;
	dir = tree_dir(request, cache);
	lock_path = xasprintf("%s.lock", dir);
	lock = open(lock_path, O_RDWR | O_CLOEXEC);
	return lock < 0 || !flock(lock, LOCK_EX | LOCK_NB) ? NULL : return_ptr(lock_path);
}

struct error *object_tree_open(const struct build_request *request, const char *pahole_id,
			       struct object_tree *tree)
{
	_cleanup_free_ char *cache = NULL, *parent = NULL, *lock_path = NULL, *waiting = NULL;
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	tree->dir = tree_dir(request, cache);
	tree->pahole = xasprintf("%s/" OWN_DIR "/pahole", tree->dir);
	tree->reports = xasprintf("%s/" OWN_DIR "/repairs", tree->dir);
	lock_path = xasprintf("%s.lock", tree->dir);
	parent = xasprintf("%s/objects", cache);
	waiting = xasprintf("waiting for another btfmatrix to build %s", request->cell->tree);

	err = dir_make(parent);
	if (!err)
		err = file_lock(lock_path, waiting, &tree->lock);
	if (!err)
		err = dir_make(tree->reports);
	if (!err)
		err = write_pahole_script(request, tree);
	if (!err)
		err = note_pahole(tree, pahole_id);
	return err;
}

char *object_tree_module_report(const struct object_tree *tree, const char *module)
{
	return xasprintf("%s/%s.btf-repairs.json", tree->reports, path_base_name(module));
}

void object_tree_close(struct object_tree *tree)
{
	free(tree->dir);
	free(tree->pahole);
	free(tree->reports);
	if (tree->lock >= 0)
		close(tree->lock);
	*tree = (struct object_tree)OBJECT_TREE_INIT;
}
