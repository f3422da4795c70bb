// SPDX-License-Identifier: GPL-2.0-only
#include "toolroot/toolroot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/project.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "toolroot/toolroot_private.h"

/* Raise it when the way a root is made changes. */
#define ROOT_FORMAT 1

enum {
	KEY_DIGITS = 8,
	PACKAGES_MAX = 1 << 20
};

/* Digest of what a root is made from. */
static void make_key(const struct toolroot_config *config, char hex[static SHA256_HEX_SIZE])
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "format %d\nsuite %s\n", ROOT_FORMAT, config->suite);
	for (char **package = config->packages; *package; package++)
		strbuf_addf(&sb, "%s\n", *package);
	sha256_hex(sb.data, sb.len, hex);
}

static struct error *root_dir(const struct toolroot_config *config, const char *key, char **ret)
{
	_cleanup_free_ char *cache = NULL;
	struct error *err = cache_dir(&cache);

	if (!err)
		*ret = xasprintf("%s/toolroots/%s-%.*s", cache, config->name, KEY_DIGITS, key);
	return err;
}

static char *used_path(const char *dir)
{
	return xasprintf("%s.used", dir);
}

/* That a program of the root runs; where bubblewrap may not, unshare is tried, and kept to. */
static struct error *try_to_enter(const char *dir)
{
	_cleanup_free_ char *shell = xasprintf("%s/run/usr/bin/dash", dir);
	const char *const argv[] = { shell, "-c", ":", NULL };
	_cleanup_error_ struct error *first = NULL;
	_cleanup_free_ char *out = NULL;
	struct error *err;

	first = proc_read_output(argv, &out);
	if (!first)
		return NULL;
	if (first->kind == ERROR_INTERRUPTED || getenv("BTFMATRIX_ENTER"))
		return error_wrap(return_ptr(first), "cannot enter the tool root");
	setenv("BTFMATRIX_ENTER", "unshare", 1);
	err = proc_read_output(argv, &out);
	if (err && err->kind != ERROR_INTERRUPTED) {
		unsetenv("BTFMATRIX_ENTER");
		error_free(err);
		err = error_new(ERROR_SYSTEM,
				"cannot enter the tool root %s: neither bubblewrap nor unshare may "
				"make a mount namespace here (%s)",
				dir, first->message);
	}
	return err;
}

/* What stands behind a root's own path where one is being made; then six letters. */
#define PARTIAL ".partial-"

/* What killed processes left of @dir. They may have left an mmdebstrap too, which is still at it. */
static struct error *remove_partials(const char *dir)
{
	_cleanup_free_ char *pattern = xasprintf("%s" PARTIAL "??????", dir);
	_cleanup_globfree_ glob_t found = { 0 };
	struct error *err = NULL;

	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		return NULL;
	for (size_t i = 0; !err && i < found.gl_pathc; i++)
		err = tree_remove(found.gl_pathv[i]);
	return err;
}

/* A folder that no other process has ever been told of. */
static struct error *make_partial(const char *dir, char **ret)
{
	_cleanup_free_ char *partial = xasprintf("%s" PARTIAL "XXXXXX", dir);

	if (!mkdtemp(partial) || chmod(partial, 0755))
		return error_errno(errno, "cannot make the folder %s", partial);
	*ret = return_ptr(partial);
	return NULL;
}

static struct error *make_in(const struct toolroot_config *config, const char *key, const char *dir,
			     const char *const *wanted)
{
	_cleanup_free_ char *log_path = xasprintf("%s.log", dir), *partial = NULL;
	struct error *err;

	log_info("making the tool root %s (%zu packages of Debian %s and what they need; minutes)",
		 config->name, strv_len(STRV_CONST(config->packages)), config->suite);
	err = remove_partials(dir);
	if (!err)
		err = tree_remove(log_path);
	if (!err)
		err = make_partial(dir, &partial);
	if (!err)
		err = toolroot_unpack(config, partial, log_path, wanted);
	if (!err)
		err = toolroot_write_wrappers(partial);
	if (!err)
		err = toolroot_seal(partial, key);
	if (!err && rename(partial, dir))
		err = error_errno(errno, "cannot rename %s to %s", partial, dir);
	/* what is half-made is of no use, and large */
	if (err && partial)
		error_free(tree_remove(partial));
	return err;
}

static struct error *check_or_make(const struct toolroot_config *config, const char *key,
				   const char *dir, const char *const *wanted)
{
	_cleanup_free_ char *why = NULL;
	struct error *err;

	if (path_is_dir(dir)) {
		err = toolroot_check(dir, key, &why);
		if (err || !why)
			return err;
		log_warning("the tool root %s is damaged (%s); making it again", dir, why);
		err = tree_remove(dir);
		if (err)
			return err;
	}
	return make_in(config, key, dir, wanted);
}

/* Locks CACHE/toolroots/NAME-KEY.lock, which is held while a root is made, checked or removed. */
static struct error *lock_root(const char *dir, int *fd_ret)
{
	_cleanup_free_ char *lock_path = xasprintf("%s.lock", dir), *parent = xstrdup(dir);
	struct error *err;

	*strrchr(parent, '/') = '\0';
	err = dir_make(parent);
	return err
		       ?: file_lock(lock_path, "waiting for another btfmatrix to make a tool root",
				    fd_ret);
}

/* A root that this process uses. */
struct used_root {
	char *dir;
	int fd;
};

static VEC(struct used_root) used_roots;

/*
 * Holds CACHE/toolroots/NAME-KEY.used for as long as this process lives, as do others that use the root; its time
 * tells when it was last used. Whoever removes a root has its lock, and this file alone.
 */
static struct error *note_use(const char *dir)
{
	_cleanup_free_ char *path = used_path(dir);
	_cleanup_close_ int fd = -1;

	vec_for_each(used, &used_roots)
		if (str_eq(used->dir, dir))
			return NULL;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || flock(fd, LOCK_SH) || futimens(fd, NULL))
		return error_errno(errno, "cannot lock %s", path);
	vec_push(&used_roots, (struct used_root){ xstrdup(dir), fd });
	fd = -1;
	return NULL;
}

void toolroot_let_go(void)
{
	vec_for_each(used, &used_roots) {
		free(used->dir);
		close(used->fd);
	}
	vec_free(&used_roots);
}

static struct error *read_id(struct toolroot *root)
{
	_cleanup_free_ char *path = xasprintf("%s/packages", root->dir);
	char hex[SHA256_HEX_SIZE];
	struct error *err = file_sha256(path, hex);

	if (!err)
		root->id = xstrdup(hex);
	return err;
}

struct error *toolroot_bind(const char *dir)
{
	const char *have = getenv("BTFMATRIX_BINDS");
	_cleanup_free_ char *path = realpath(dir, NULL), *longer = NULL, *framed = NULL;
	_cleanup_free_ char *wanted = NULL;

	if (!path)
		return error_errno(errno, "cannot find %s", dir);
	if (strchr(path, ':'))
		return error_new(ERROR_INPUT,
				 "%s has a ':' in it, which a tool root cannot be given; use "
				 "another folder",
				 path);
	framed = xasprintf(":%s:", have ? have : "");
	wanted = xasprintf(":%s:", path);
	if (strstr(framed, wanted))
		return NULL;
	longer = have && *have ? xasprintf("%s:%s", have, path) : xstrdup(path);
	if (setenv("BTFMATRIX_BINDS", longer, 1))
		return error_errno(errno, "cannot set BTFMATRIX_BINDS");
	return NULL;
}

/* Roots that could not be had; without network each try takes its time. */
struct failed_root {
	char *name, *message;
	enum error_kind kind;
};

static VEC(struct failed_root) failed_roots;

static void note_failure(const char *name, const struct error *err)
{
	if (err->kind != ERROR_INTERRUPTED)
		vec_push(&failed_roots, (struct failed_root){ .name = xstrdup(name),
							      .message = xstrdup(err->message),
							      .kind = err->kind });
}

void toolroot_forget_failures(void)
{
	vec_for_each(failed, &failed_roots) {
		free(failed->name);
		free(failed->message);
	}
	vec_free(&failed_roots);
}

static struct error *open_root(const char *name, const char *const *wanted, struct toolroot *ret)
{
	_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;
	_cleanup_(toolroot_release) struct toolroot root = { 0 };
	_cleanup_free_ char *project = NULL;
	_cleanup_close_ int lock = -1;
	char key[SHA256_HEX_SIZE];
	struct error *err = toolroot_config_find(name, &config);

	if (err)
		return err;
	err = project_dir(&project);
	if (!err)
		err = toolroot_bind(project);
	if (err)
		return err;
	make_key(config, key);
	root.name = xstrdup(name);
	root.suite = xstrdup(config->suite);
	err = root_dir(config, key, &root.dir);
	if (!err)
		err = lock_root(root.dir, &lock);
	if (!err)
		err = check_or_make(config, key, root.dir, wanted);
	if (!err)
		err = note_use(root.dir);
	if (!err)
		err = try_to_enter(root.dir);
	if (!err)
		err = read_id(&root);
	if (err)
		return err;
	*ret = root;
	root = (struct toolroot){ 0 };
	return NULL;
}

struct error *toolroot_open(const char *name, const char *const *wanted, struct toolroot *ret)
{
	struct error *err;

	vec_for_each(failed, &failed_roots)
		if (str_eq(failed->name, name))
			return error_new(failed->kind, "%s", failed->message);
	err = open_root(name, wanted, ret);
	if (err)
		note_failure(name, err);
	return err;
}

void toolroot_release(struct toolroot *root)
{
	free(root->name);
	free(root->suite);
	free(root->dir);
	free(root->id);
	*root = (struct toolroot){ 0 };
}

char *toolroot_program(const struct toolroot *root, const char *program)
{
	return xasprintf("%s/run/usr/bin/%s", root->dir, program);
}

struct error *toolroot_package_version(const struct toolroot *root, const char *package, char **ret)
{
	_cleanup_free_ char *path = xasprintf("%s/packages", root->dir), *text = NULL;
	struct error *err = file_read(path, PACKAGES_MAX, &text, NULL);
	size_t len = strlen(package);
	char *save = NULL;

	*ret = NULL;
	if (err)
		return err;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (str_starts(line, package) && line[len] == ' ') {
			*ret = xstrdup(line + len + 1);
			break;
		}
	return NULL;
}

struct error *toolroot_look(const struct toolroot_config *config, enum toolroot_state *state_ret,
			    char **why_ret)
{
	_cleanup_free_ char *dir = NULL;
	char key[SHA256_HEX_SIZE];
	struct error *err;

	make_key(config, key);
	err = root_dir(config, key, &dir);
	*why_ret = NULL;
	*state_ret = TOOLROOT_MISSING;
	if (err || !path_is_dir(dir))
		return err;
	err = toolroot_check(dir, key, why_ret);
	*state_ret = *why_ret ? TOOLROOT_DAMAGED : TOOLROOT_WHOLE;
	return err;
}

/* Whether @dir is where the root of the descriptor @name would be today. */
static bool is_current(const char *dir, const char *name)
{
	_cleanup_(toolroot_config_cleanup) struct toolroot_config *config = NULL;
	_cleanup_free_ char *today = NULL;
	_cleanup_error_ struct error *err = toolroot_config_find(name, &config);
	char key[SHA256_HEX_SIZE];

	if (err)
		return false;
	make_key(config, key);
	err = root_dir(config, key, &today);
	return !err && str_eq(today, dir);
}

/* When a root was used; of one without the file that says so, when it was made. */
static time_t last_used(const char *dir)
{
	_cleanup_free_ char *used = used_path(dir);
	struct stat st;

	return !stat(used, &st) || !stat(dir, &st) ? st.st_mtime : 0;
}

struct error *toolroots_list(struct toolroots_kept *ret)
{
	_cleanup_free_ char *cache = NULL, *parent = NULL;
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	parent = xasprintf("%s/toolroots", cache);
	_cleanup_closedir_ DIR *dir = opendir(parent);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		_cleanup_free_ char *path = xasprintf("%s/%s", parent, entry->d_name);
		const char *dash = strrchr(entry->d_name, '-');

		if (entry->d_name[0] == '.' || !dash || !path_is_dir(path))
			continue;
		struct toolroot_kept kept = {
			.name = xstrndup(entry->d_name, (size_t)(dash - entry->d_name)),
			.used_at = last_used(path),
		};

		kept.current = is_current(path, kept.name);
		kept.dir = return_ptr(path);
		vec_push(&ret->list, kept);
	}
	return NULL;
}

void toolroots_release(struct toolroots_kept *kept)
{
	vec_for_each(root, &kept->list) {
		free(root->dir);
		free(root->name);
	}
	vec_free(&kept->list);
}

/* Opens and locks @path; false where another process has it. */
static bool try_lock(const char *path, int *fd_ret)
{
	*fd_ret = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	return *fd_ret >= 0 && !flock(*fd_ret, LOCK_EX | LOCK_NB);
}

struct error *toolroot_remove(const char *dir, bool *removed_ret)
{
	const char *partial = strstr(strrchr(dir, '/'), PARTIAL);
	_cleanup_free_ char *root = xstrndup(dir, partial ? (size_t)(partial - dir) : strlen(dir));
	_cleanup_free_ char *lock_path = xasprintf("%s.lock", root), *used = used_path(root);
	_cleanup_free_ char *stamp = xasprintf("%s/stamp", dir);
	_cleanup_close_ int lock = -1, use = -1;
	struct error *err;

	*removed_ret = try_lock(lock_path, &lock) && (partial || try_lock(used, &use));
	if (!*removed_ret)
		return NULL;
	/* first, so that what is left of an interrupted removal is not taken for a root */
	err = tree_remove(stamp);
	if (!err)
		err = tree_remove(dir);
	if (!err && !partial)
		err = tree_remove(used);
	return err;
}
