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

/* Files of the tree, sorted: names relative to its top, NUL-separated in text. */
struct file_list {
	char *text;
	VEC(const char *) names;
};

static void file_list_release(struct file_list *list)
{
	vec_free(&list->names);
	free(list->text);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* proc output as NUL-separated names. */
static void split_names(struct file_list *list, size_t len)
{
	for (size_t pos = 0; pos < len; pos += strlen(list->text + pos) + 1)
		if (list->text[pos])
			vec_push(&list->names, list->text + pos);
	if (list->names.len)
		qsort(list->names.data, list->names.len, sizeof(*list->names.data), compare_names);
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
static struct error *list_folder(const char *user_dir, const char *copy, struct proc *proc)
{
	_cleanup_free_ char *empty = xasprintf("%s.git", copy);
	_cleanup_free_ char *git_dir = xasprintf("--git-dir=%s", empty);
	_cleanup_free_ char *work_tree = xasprintf("--work-tree=%s", user_dir);
	_cleanup_(proc_release) struct proc init = PROC_INIT;
	VEC(const char *) argv = { 0 };
	const char *const fixed[] = { "git",      git_dir, work_tree, "-c", "core.bare=false",
				      "ls-files", "-z",    "--others" };
	struct error *err;

	init.argv = (const char *const[]){ "git", "init", "-q", "--bare", empty, NULL };
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
	return err ?: tree_remove(empty);
}

static struct error *list_files(const char *user_dir, const char *copy, struct file_list *list)
{
	_cleanup_free_ char *dot_git = xasprintf("%s/.git", user_dir);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	proc.cwd = user_dir;
	proc.env = (const char *const[]){ "GIT_OPTIONAL_LOCKS=0", NULL };
	proc.capture = true;
	proc.capture_stdout_only = true;
	err = path_exists(dot_git) ? list_repository(user_dir, &proc)
				   : list_folder(user_dir, copy, &proc);
	if (err)
		return error_wrap(err, "cannot list the files of %s", user_dir);

	size_t len = proc.output.len;
	list->text = strbuf_detach(&proc.output);
	split_names(list, len);
	return NULL;
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

static struct error *sync_file(const char *user_dir, const char *copy, const char *name,
			       struct strbuf *digest_input)
{
	_cleanup_free_ char *from = xasprintf("%s/%s", user_dir, name);
	_cleanup_free_ char *to = xasprintf("%s/%s", copy, name);
	struct stat from_st, to_st;
	struct error *err;

	if (lstat(from, &from_st)) {
		/* Tracked, but deleted in the work tree: the user wants it gone. */
		if (errno == ENOENT || errno == ENOTDIR)
			return NULL;
		return error_errno(errno, "cannot read %s", from);
	}
	/* A submodule, or a folder git lists as one name. */
	if (S_ISDIR(from_st.st_mode))
		return NULL;
	strbuf_addf(digest_input, "%s %lld %lld.%09ld %o\n", name, (long long)from_st.st_size,
		    (long long)from_st.st_mtim.tv_sec, from_st.st_mtim.tv_nsec, from_st.st_mode);

	if (!lstat(to, &to_st) && to_st.st_mode == from_st.st_mode &&
	    to_st.st_size == from_st.st_size && to_st.st_mtim.tv_sec == from_st.st_mtim.tv_sec &&
	    to_st.st_mtim.tv_nsec == from_st.st_mtim.tv_nsec)
		return NULL;
	err = make_parent(to);
	if (err)
		return err;
	if (S_ISLNK(from_st.st_mode)) {
		err = copy_link(from, to);
	} else if (S_ISREG(from_st.st_mode)) {
		err = file_copy_plain(from, to);
	} else {
		return error_new(ERROR_INPUT, "%s is neither a file nor a link; remove it", from);
	}
	if (err)
		return err;

	const struct timespec times[2] = { from_st.st_atim, from_st.st_mtim };
	if (utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW))
		return error_errno(errno, "cannot set the time of %s", to);
	return NULL;
}

/* nftw() has no argument for the caller's state. */
static struct {
	const struct file_list *keep;
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

static struct error *remove_vanished(const char *copy, const struct file_list *list)
{
	prune.keep = list;
	prune.top_len = strlen(copy) + 1;
	if (nftw(copy, prune_entry, 64, FTW_PHYS))
		return error_errno(errno, "cannot clear old files from %s", copy);
	return NULL;
}

struct error *user_tree_sync(const char *user_dir, const char *copy,
			     char digest_ret[static SHA256_HEX_SIZE])
{
	_cleanup_free_ char *kbuild = xasprintf("%s/Kbuild", user_dir);
	_cleanup_(file_list_release) struct file_list list = { 0 };
	_cleanup_strbuf_ struct strbuf digest_input = STRBUF_INIT;
	struct error *err;

	if (!path_exists(kbuild))
		return error_new(ERROR_INPUT,
				 "%s is not the top of a kernel tree: it has no file Kbuild",
				 user_dir);
	err = dir_make(copy);
	if (!err)
		err = list_files(user_dir, copy, &list);
	if (!err && !list.names.len)
		err = error_new(ERROR_INPUT, "%s has no files but what a build leaves", user_dir);
	if (!err)
		err = remove_vanished(copy, &list);
	if (err)
		return err;

	for (size_t i = 0; i < list.names.len; i++) {
		if (proc_interrupted())
			return error_new(ERROR_INTERRUPTED, "interrupted");
		if (i % 1000 == 0)
			log_status("copying %s: %zu of %zu files", user_dir, i, list.names.len);
		err = sync_file(user_dir, copy, list.names.data[i], &digest_input);
		if (err)
			return err;
	}
	log_status_clear();
	sha256_hex(digest_input.data, digest_input.len, digest_ret);
	return NULL;
}
