// SPDX-License-Identifier: GPL-2.0-only
#include "source/user_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * What a build in the tree leaves. For a tree that is no repository: a .gitignore is no help there, as that
 * of Debian's source packages has everything ignored.
 */
static const char *const excluded[] = {
	"--exclude=*.o",
	"--exclude=*.ko",
	"--exclude=*.a",
	"--exclude=*.cmd",
	"--exclude=*.mod",
	"--exclude=*.mod.c",
	"--exclude=*.order",
	"--exclude=.tmp_*",
	"--exclude=/.config*",
	"--exclude=/vmlinux",
	"--exclude=/vmlinux.*",
	"--exclude=/include/config/",
	"--exclude=/System.map",
	"--exclude=/include/generated/",
	"--exclude=/arch/*/include/generated/",
};

static struct error *list_repository(const char *user_dir, struct proc *proc)
{
	/* Git distrusts the trees of other users; we only read. */
	_cleanup_free_ char *safe = xasprintf("safe.directory=%s", user_dir);
	const char *const argv[] = { "git", "-c",       safe,       "ls-files",
				     "-z",  "--cached", "--others", "--exclude-standard",
				     NULL };
	struct error *err;

	proc->argv = argv;
	err = proc_run_checked(proc);
	proc->argv = NULL;
	return err;
}

/* Git lists any folder, with an empty repository of ours. */
static struct error *list_folder(const char *user_dir, const char *scratch, struct proc *proc)
{
	_cleanup_free_ char *git_dir = xasprintf("--git-dir=%s", scratch);
	_cleanup_free_ char *work_tree = xasprintf("--work-tree=%s", user_dir);
	_cleanup_(proc_release) struct proc init = PROC_INIT;
	VEC(const char *) argv = { 0 };
	const char *const fixed[] = { "git",      git_dir, work_tree, "-c", "core.bare=false",
				      "ls-files", "-z",    "--others" };
	struct error *err;

	init.argv = (const char *const[]){ "git", "init", "-q", "--bare", scratch, NULL };
	err = proc_run_checked(&init);
	if (err)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		vec_push(&argv, fixed[i]);
	for (size_t i = 0; i < ARRAY_SIZE(excluded); i++)
		vec_push(&argv, excluded[i]);
	vec_push(&argv, NULL);
	proc->argv = argv.data;
	err = proc_run_checked(proc);
	proc->argv = NULL;
	vec_free(&argv);
	return err ?: tree_remove(scratch);
}

static struct error *list_files(struct user_tree *tree, const char *scratch, size_t *len_ret)
{
	_cleanup_free_ char *dot_git = xasprintf("%s/.git", tree->dir);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	proc.cwd = tree->dir;
	proc.env = (const char *const[]){ "GIT_OPTIONAL_LOCKS=0", NULL };
	proc.capture = true;
	proc.capture_stdout_only = true;
	err = path_exists(dot_git) ? list_repository(tree->dir, &proc)
				   : list_folder(tree->dir, scratch, &proc);
	if (err)
		return error_wrap(err, "cannot list the files of %s", tree->dir);
	*len_ret = proc.output.len;
	tree->text = strbuf_detach(&proc.output);
	return NULL;
}

/* Takes @name into the list and the digest, if it is there and is a file. */
static struct error *add_file(struct user_tree *tree, const char *name, struct strbuf *digest_input)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", tree->dir, name);
	struct stat st;

	if (lstat(path, &st)) {
		/* Tracked, but deleted in the work tree: the user wants it gone. */
		if (errno == ENOENT || errno == ENOTDIR)
			return NULL;
		return error_errno(errno, "cannot read %s", path);
	}
	/* A submodule, or a folder git lists as one name. */
	if (S_ISDIR(st.st_mode))
		return NULL;
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return error_new(ERROR_INPUT, "%s is neither a file nor a link; remove it", path);
	strbuf_addf(digest_input, "%s %lld %lld.%09ld %o\n", name, (long long)st.st_size,
		    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, st.st_mode);
	vec_push(&tree->names, name);
	return NULL;
}

struct error *user_tree_open(const char *dir, const char *scratch, struct user_tree *ret)
{
	_cleanup_free_ char *kbuild = xasprintf("%s/Kbuild", dir);
	_cleanup_(user_tree_release) struct user_tree tree = { .dir = xstrdup(dir) };
	_cleanup_strbuf_ struct strbuf digest_input = STRBUF_INIT;
	struct error *err;
	size_t len = 0;

	if (!path_exists(kbuild))
		return error_new(ERROR_INPUT,
				 "%s is not the top of a kernel tree: it has no file Kbuild", dir);
	err = list_files(&tree, scratch, &len);
	for (size_t pos = 0; !err && pos < len; pos += strlen(tree.text + pos) + 1)
		err = add_file(&tree, tree.text + pos, &digest_input);
	if (!err && !tree.names.len)
		err = error_new(ERROR_INPUT, "%s has no files but what a build leaves", dir);
	if (err)
		return err;
	qsort(tree.names.data, tree.names.len, sizeof(*tree.names.data), compare_names);
	sha256_hex(digest_input.data, digest_input.len, tree.digest);
	*ret = tree;
	tree = (struct user_tree){ 0 };
	return NULL;
}

void user_tree_release(struct user_tree *tree)
{
	vec_free(&tree->names);
	free(tree->text);
	free(tree->dir);
	*tree = (struct user_tree){ 0 };
}

static struct error *make_parent(const char *path)
{
	_cleanup_free_ char *parent = xstrdup(path);
	char *slash = strrchr(parent, '/');

	*slash = '\0';
	return path_is_dir(parent) ? NULL : dir_make(parent);
}

static struct error *copy_link(const char *from, const char *to)
{
	char target[4096];
	ssize_t len = readlink(from, target, sizeof(target) - 1);

	if (len < 0)
		return error_errno(errno, "cannot read the link %s", from);
	target[len] = '\0';
	unlink(to);
	if (symlink(target, to))
		return error_errno(errno, "cannot make the link %s", to);
	return NULL;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct error *sync_file(const char *from, const char *to)
{
	struct stat from_st, to_st;
	struct error *err;

	if (lstat(from, &from_st))
		return error_errno(errno, "cannot read %s", from);
	if (!lstat(to, &to_st) && is_same(&from_st, &to_st))
		return NULL;
	err = make_parent(to);
	if (!err)
		err = S_ISLNK(from_st.st_mode) ? copy_link(from, to) : file_copy_plain(from, to);
	if (err)
		return err;

	const struct timespec times[2] = { from_st.st_atim, from_st.st_mtim };
	if (utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW))
		return error_errno(errno, "cannot set the time of %s", to);
	return NULL;
}

/* nftw() has no argument for the caller's state. */
static struct {
	const struct user_tree *keep;
	size_t top_len;
} prune;

static int prune_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + prune.top_len;

	(void)st;
	(void)ftw;
	if (type == FTW_D || type == FTW_DP || type == FTW_DNR || !*name)
		return 0;
	if (!bsearch(&name, prune.keep->names.data, prune.keep->names.len,
		     sizeof(*prune.keep->names.data), compare_names))
		return unlink(path);
	return 0;
}

static struct error *remove_vanished(const char *copy, const struct user_tree *tree)
{
	prune.keep = tree;
	prune.top_len = strlen(copy) + 1;
	if (nftw(copy, prune_entry, 64, FTW_PHYS))
		return error_errno(errno, "cannot clear old files from %s", copy);
	return NULL;
}

struct error *user_tree_copy(const struct user_tree *tree, const char *copy)
{
	struct error *err = dir_make(copy);

	if (!err)
		err = remove_vanished(copy, tree);
	for (size_t i = 0; !err && i < tree->names.len; i++) {
		_cleanup_free_ char *from = xasprintf("%s/%s", tree->dir, tree->names.data[i]);
		_cleanup_free_ char *to = xasprintf("%s/%s", copy, tree->names.data[i]);

		if (proc_interrupted())
			return error_new(ERROR_INTERRUPTED, "interrupted");
		if (i % 1000 == 0)
			log_status("copying %s: %zu of %zu files", tree->dir, i, tree->names.len);
		err = sync_file(from, to);
	}
	log_status_clear();
	return err;
}
