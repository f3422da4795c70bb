// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/git.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fileio.h"
#include "core/proc.h"

/* What a surrounding git (a hook, `git bisect run`) would have ours work on. */
static const char *const foreign_env[] = {
	"GIT_DIR",        "GIT_WORK_TREE",
	"GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
	"GIT_NAMESPACE",  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_COMMON_DIR", "GIT_PREFIX",
};

/* Commits that we make of the same things have the same names. */
static const char *const own_env[] = { "GIT_OPTIONAL_LOCKS=0",
				       "LC_ALL=C",
				       "GIT_PAGER=cat",
				       "GIT_AUTHOR_NAME=btfmatrix",
				       "GIT_AUTHOR_EMAIL=btfmatrix@localhost",
				       "GIT_AUTHOR_DATE=946684800 +0000",
				       "GIT_COMMITTER_NAME=btfmatrix",
				       "GIT_COMMITTER_EMAIL=btfmatrix@localhost",
				       "GIT_COMMITTER_DATE=946684800 +0000",
				       NULL };

/* Other users' trees, whose hooks and monitors are not for us. */
static const char *const own_config[] = { "-c", "safe.directory=*",
					  "-c", "core.hooksPath=/dev/null",
					  "-c", "core.fsmonitor=false",
					  "-c", "core.untrackedCache=false",
					  "-c", "advice.detachedHead=false",
					  "-c", "log.follow=false",
					  "-c", "gc.auto=0" };

/* The last line of what git said is why it failed. */
static struct error *tell_failure(const struct proc *proc, const char *const *args)
{
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	const char *text = strbuf_str(&proc->output);
	size_t len = strlen(text), start;

	while (len && text[len - 1] == '\n')
		len--;
	for (start = len; start && text[start - 1] != '\n'; start--)
		;
	proc_format_command(&command, args);
	return error_new(ERROR_CHILD, "git %s: %.*s", strbuf_str(&command), (int)(len - start),
			 text + start);
}

static struct error *run(const char *place_option, const char *place, const char *const *args,
			 struct strbuf *out, int *status_ret)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_free_ char *where = NULL;
	VEC(const char *) argv = { 0 };
	struct error *err;

	for (size_t i = 0; i < ARRAY_SIZE(foreign_env); i++)
		unsetenv(foreign_env[i]);
	vec_push(&argv, "git");
	for (size_t i = 0; i < ARRAY_SIZE(own_config); i++)
		vec_push(&argv, own_config[i]);
	where = xasprintf("%s%s", place_option, place);
	if (str_starts(place_option, "--"))
		vec_push(&argv, where);
	else {
		vec_push(&argv, place_option);
		vec_push(&argv, place);
	}
	for (const char *const *arg = args; *arg; arg++)
		vec_push(&argv, *arg);
	vec_push(&argv, NULL);
	proc.argv = argv.data;
	proc.env = own_env;
	proc.capture = true;
	proc.capture_stdout_only = out != NULL && !status_ret;
	err = proc_run(&proc);
	vec_free(&argv);
	if (!err && status_ret)
		*status_ret = proc.exit_code;
	else if (!err && proc.exit_code)
		err = tell_failure(&proc, args);
	if (!err && out)
		strbuf_add(out, strbuf_str(&proc.output), proc.output.len);
	return err;
}

struct error *git_run(const char *git_dir, const char *const *args, struct strbuf *out)
{
	return run("--git-dir=", git_dir, args, out, NULL);
}

struct error *git_run_said(const char *git_dir, const char *const *args, struct strbuf *out)
{
	int status;
	struct error *err = run("--git-dir=", git_dir, args, out, &status);

	if (!err && status && status != 2)
		return error_new(ERROR_CHILD, "git %s: %s", args[0], strbuf_str(out));
	return err;
}

static void trim(char *line)
{
	size_t len = strlen(line);

	while (len && line[len - 1] == '\n')
		line[--len] = '\0';
}

struct error *git_line(const char *git_dir, const char *const *args, char **ret)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	struct error *err = git_run(git_dir, args, &out);

	if (err)
		return err;
	*ret = strbuf_detach(&out) ?: xstrdup("");
	trim(*ret);
	return NULL;
}

/* What the user's repository says; NULL where git fails. */
static struct error *ask(const char *dir, const char *const *args, char **ret)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int status;
	struct error *err = run("-C", dir, args, &out, &status);

	*ret = NULL;
	if (err || status)
		return err;
	*ret = strbuf_detach(&out) ?: xstrdup("");
	trim(*ret);
	return NULL;
}

#define ASK(dir, ret, ...) ask(dir, (const char *const[]){ __VA_ARGS__, NULL }, ret)

static struct error *refuse_incomplete(const struct git_user *user)
{
	_cleanup_free_ char *shallow = NULL, *partial = NULL;
	struct error *err = ASK(user->dir, &shallow, "rev-parse", "--is-shallow-repository");

	if (!err)
		err = ASK(user->dir, &partial, "config", "--get-regexp",
			  "^remote\\..*\\.promisor$");
	if (err)
		return err;
	if (shallow && str_eq(shallow, "true"))
		return error_new(ERROR_INPUT,
				 "%s is a shallow clone, whose history is cut off: `git fetch "
				 "--unshallow` there gets the rest",
				 user->dir);
	if (partial && *partial)
		return error_new(ERROR_INPUT,
				 "%s is a partial clone, which lacks files of the commits to be "
				 "tested: bisect a whole clone",
				 user->dir);
	return NULL;
}

static struct error *find_dirty(struct git_user *user)
{
	_cleanup_free_ char *bare = NULL, *status = NULL;
	struct error *err = ASK(user->dir, &bare, "rev-parse", "--is-bare-repository");

	if (!err && bare && str_eq(bare, "false"))
		err = ASK(user->dir, &status, "status", "--porcelain", "--untracked-files=no",
			  "--ignore-submodules");
	if (!err && status && strlen(status) > 3)
		user->dirty = xstrndup(status + 3, strcspn(status + 3, "\n"));
	return err;
}

struct error *git_user_open(const char *dir, struct git_user *ret)
{
	_cleanup_(git_user_release) struct git_user user = { .dir = realpath(dir, NULL) };
	_cleanup_free_ char *objects = NULL;
	struct error *err;

	if (!user.dir)
		return error_errno(errno, "cannot read %s", dir);
	err = ASK(user.dir, &objects, "rev-parse", "--git-path", "objects");
	if (err)
		return err;
	if (!objects)
		return error_new(ERROR_INPUT, "%s is no git repository", dir);
	if (*objects == '/')
		user.objects = realpath(objects, NULL);
	else {
		_cleanup_free_ char *path = xasprintf("%s/%s", user.dir, objects);

		user.objects = realpath(path, NULL);
	}
	if (!user.objects)
		return error_errno(errno, "cannot read the objects of %s", dir);
	if (strchr(user.objects, '\n') || *user.objects == '"')
		return error_new(ERROR_INPUT, "%s: git cannot borrow from a folder of that name",
				 dir);
	err = refuse_incomplete(&user);
	if (!err)
		err = find_dirty(&user);
	if (err)
		return err;
	*ret = user;
	user = (struct git_user){ 0 };
	return NULL;
}

void git_user_release(struct git_user *user)
{
	free(user->dir);
	free(user->objects);
	free(user->dirty);
	*user = (struct git_user){ 0 };
}

struct error *git_user_resolve(const struct git_user *user, const char *what, const char *rev,
			       char **ret)
{
	_cleanup_free_ char *spec = xasprintf("%s^{commit}", rev), *said = NULL;
	struct error *err =
		ASK(user->dir, &said, "rev-parse", "--verify", "--quiet", "--end-of-options", spec);

	if (err)
		return err;
	if (!said)
		return error_new(ERROR_INPUT, "%s %s: no such commit in %s", what, rev, user->dir);
	/* Older gits print the option too. */
	*ret = xstrdup(strrchr(said, '\n') ? strrchr(said, '\n') + 1 : said);
	return NULL;
}

struct error *git_make(const char *git_dir, const char *objects, const char *work_tree)
{
	_cleanup_free_ char *alternates = xasprintf("%s/objects/info/alternates", git_dir);
	_cleanup_free_ char *line = xasprintf("%s\n", objects);
	_cleanup_free_ char *dot_git = work_tree ? xasprintf("%s/.git", work_tree) : NULL;
	_cleanup_free_ char *link = xasprintf("gitdir: %s\n", git_dir);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	if (path_exists(alternates))
		return NULL;
	proc.argv = (const char *const[]){ "git",         "init",  "-q", "--bare",
					   "--template=", git_dir, NULL };
	proc.env = own_env;
	err = dir_make(git_dir);
	if (!err)
		err = proc_run_checked(&proc);
	if (!err && work_tree) {
		err = git_run(git_dir,
			      (const char *const[]){ "config", "core.bare", "false", NULL }, NULL);
		if (!err)
			err = git_run(git_dir,
				      (const char *const[]){ "config", "core.worktree", work_tree,
							     NULL },
				      NULL);
		if (!err)
			err = dir_make(work_tree);
		if (!err)
			err = file_write_atomic(dot_git, link, strlen(link), 0644);
	}
	if (err)
		return err;
	/* Last: where it is, all is. */
	_cleanup_free_ char *info = xasprintf("%s/objects/info", git_dir);
	err = dir_make(info);
	return err ?: file_write_atomic(alternates, line, strlen(line), 0644);
}

/*
 * A checkout that was killed leaves a lock, and files that no index knows: the marker says so, and then all that does
 * not belong there goes. Else the work tree has what the index says, as nobody else writes to it.
 */
struct error *git_checkout(const char *git_dir, const char *rev)
{
	_cleanup_free_ char *marker = xasprintf("%s/btfmatrix-checkout", git_dir);
	_cleanup_free_ char *lock = xasprintf("%s/index.lock", git_dir);
	bool was_killed = path_exists(marker);
	struct error *err = file_write_atomic(marker, "", 0, 0644);

	if (!err && was_killed)
		err = tree_remove(lock);
	if (!err)
		err = git_run(git_dir,
			      (const char *const[]){ "checkout", "-q", "-f", "--detach", rev,
						     NULL },
			      NULL);
	if (!err && was_killed)
		err = git_run(git_dir, (const char *const[]){ "clean", "-ffdxq", NULL }, NULL);
	return err ?: tree_remove(marker);
}

struct error *git_merge_base(const char *git_dir, const char *a, const char *b, char **ret)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int status;
	struct error *err = run("--git-dir=", git_dir,
				(const char *const[]){ "merge-base", a, b, NULL }, &out, &status);

	if (err)
		return err;
	if (status)
		return error_new(ERROR_INPUT,
				 "%.12s and %.12s have no commit in common: no history leads from "
				 "one to the other",
				 a, b);
	*ret = xstrndup(strbuf_str(&out), strcspn(strbuf_str(&out), "\n"));
	return NULL;
}
