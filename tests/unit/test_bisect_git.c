// SPDX-License-Identifier: GPL-2.0-only
/* What a bisection asks of git, on real repositories: one of 10,000 commits, and some that are not fit for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bisect/bisect.h"
#include "bisect/changes.h"
#include "bisect/git.h"
#include "bisect/git_log.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/proc.h"
#include "scratch.h"

enum {
	NR = 10000,
	CULPRIT = 6543
};

/* Runs a shell script in @dir; "$1" is @arg. Returns what it prints, the caller's to free. */
static char *shell(const char *dir, const char *arg, const char *script)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	proc.argv = (const char *const[]){ "sh", "-ec", script, "sh", arg ?: "", NULL };
	proc.cwd = dir;
	proc.capture = true;
	proc.env = (const char *const[]){
		"GIT_AUTHOR_NAME=a",           "GIT_AUTHOR_EMAIL=a@example.org",
		"GIT_COMMITTER_NAME=a",        "GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_CONFIG_GLOBAL=/dev/null", NULL
	};
	expect_ok(proc_run(&proc));
	if (proc.exit_code)
		fail_msg("%s", strbuf_str(&proc.output));
	char *out = strbuf_detach(&proc.output) ?: xstrdup("");
	out[strcspn(out, "\n")] = '\0';
	return out;
}

/* Everything in the repository's folder with its time: a look at it changes nothing. */
static char *fingerprint(const char *dir)
{
	return shell(dir, NULL, "find . -printf '%p %T@ %s\\n' | sort | sha256sum");
}

/* A repository of NR commits, each of which changes one of a few files of a tiny tree; tags base and tip. */
static char *make_repository(void)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path = xasprintf("%s/import", dir);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	for (int i = 0; i <= NR; i++) {
		char text[64];
		const char *file = i == CULPRIT ? "state"
				   : i % 3      ? "kernel/a.c"
						: "Documentation/b.rst";

		snprintf(text, sizeof(text), "%s %d\n", i == CULPRIT ? "bad" : "x", i);
		fprintf(out,
			"commit refs/heads/main\nmark :%d\ncommitter a <a@example.org> %d +0000\n"
			"data <<E\nchange %d\nE\nM 644 inline %s\ndata %zu\n%s\n",
			i + 1, 1700000000 + i, i, file, strlen(text), text);
	}
	fclose(out);
	free(shell(dir, NULL,
		   "git init -q -b main repo; git -C repo fast-import --quiet <import; "
		   "git -C repo tag tip main; git -C repo tag base main~10000; "
		   "git -C repo checkout -q main"));
	return dir;
}

/* Looks into the commit for the culprit's mark. */
struct looker {
	const struct history *history;
	const char *git_dir;
	size_t nr;
};

static struct error *look(void *context, size_t commit, const size_t *cells, size_t nr_cells,
			  unsigned int slot, struct trial_result *results)
{
	struct looker *looker = context;
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	struct error *err =
		git_run(looker->git_dir,
			(const char *const[]){ "ls-tree", "--name-only",
					       looker->history->commits.data[commit].id, NULL },
			&out);

	(void)cells;
	(void)slot;
	looker->nr++;
	for (size_t i = 0; !err && i < nr_cells; i++)
		results[i].mark = strstr(strbuf_str(&out), "state") ? MARK_BAD : MARK_GOOD;
	return err;
}

struct listener {
	const struct history *history;
	struct git_log *log;
	const char *objects;
};

static struct error *on_mark(void *user, size_t cell, size_t commit, enum mark mark,
			     const char *why)
{
	struct listener *listener = user;
	const struct history *history = listener->history;
	size_t end = history->commits.len - 1;

	(void)cell;
	if (commit == end && !why)
		return git_log_begin(listener->log, listener->objects, history->commits.data[0].id,
				     history->commits.data[end].id, false, NULL);
	return commit == 0 ? NULL
			   : git_log_mark(listener->log, history->commits.data[commit].id, mark);
}

static void test_ten_thousand(void **state)
{
	static const struct trial_ops ops = { .test = look };
	static const char *const names[] = { "a/gcc/n" };
	static const size_t families[] = { 0 };
	char *dir = make_repository();
	_cleanup_free_ char *repo = xasprintf("%s/repo", dir), *own = xasprintf("%s/own", dir);
	_cleanup_free_ char *objects = xasprintf("%s/own/objects", dir), *before, *after;
	_cleanup_(git_user_release) struct git_user user = { 0 };
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_free_ char *good = NULL, *bad = NULL, *culprit = NULL, *replayed = NULL;
	struct git_log log = { .git_dir = xasprintf("%s/log", dir),
			       .path = xasprintf("%s/log.txt", dir),
			       .good = "good",
			       .bad = "bad" };
	struct bisection bisection = { 0 };
	struct looker looker = { &history, own, 0 };
	struct listener listener = { &history, &log, objects };
	const struct bisect_request request = {
		.history = &history,
		.ops = &ops,
		.context = &looker,
		.nr_cells = 1,
		.names = names,
		.families = families,
		.state = own,
		.good = "good",
		.bad = "bad",
		.on_mark = on_mark,
		.user = &listener,
	};

	(void)state;
	before = fingerprint(repo);
	expect_ok(git_user_open(repo, &user));
	assert_null(user.dirty);
	expect_ok(git_user_resolve(&user, "--good", "base", &good));
	expect_ok(git_user_resolve(&user, "--bad", "main", &bad));
	expect_ok(git_make(own, user.objects, NULL));
	expect_ok(git_history(own, good, bad, false, NULL, &history));
	assert_int_equal(history.commits.len, NR + 1);
	assert_string_equal(history.commits.data[0].id, good);
	assert_string_equal(history.commits.data[NR].id, bad);
	assert_string_equal(history.commits.data[CULPRIT].subject, "change 6543");
	assert_int_equal(history_only_parent(&history, 77), 76);

	expect_ok(bisect_run(&request, &bisection));
	assert_int_equal(bisection.cells[0].outcome, BISECT_FOUND);
	assert_int_equal(bisection.cells[0].culprit, CULPRIT);
	assert_in_range(looker.nr, 1, 16);
	/* git itself has come to the same end */
	assert_non_null(log.answer);
	assert_string_equal(log.answer, history.commits.data[CULPRIT].id);
	after = fingerprint(repo);
	assert_string_equal(before, after);

	/* and its log does so again, in a clone */
	replayed = shell(dir, NULL,
			 "git clone -q -n repo again; cd again; git bisect replay ../log.txt >out; "
			 "grep 'is the first bad commit' out");
	culprit = xasprintf("%s is the first bad commit", history.commits.data[CULPRIT].id);
	assert_string_equal(replayed, culprit);
	bisection_release(&bisection);
	git_log_release(&log);
	scratch_remove(dir);
}

static void test_changes(void **state)
{
	char *dir = make_repository();
	_cleanup_free_ char *git_dir = xasprintf("%s/repo/.git", dir);
	_cleanup_free_ char *scratch = xasprintf("%s/pairs", dir), *good = NULL, *bad = NULL;
	_cleanup_(history_release) struct history history = { 0 };
	_cleanup_(changes_release) struct changes changes = { 0 };

	(void)state;
	good = shell(dir, NULL, "git -C repo rev-parse base");
	bad = shell(dir, NULL, "git -C repo rev-parse tip");
	expect_ok(git_history(git_dir, good, bad, false, NULL, &history));
	expect_ok(changes_load(git_dir, &history, scratch, &changes));
	assert_int_equal(changes.commits[0].files.len, 0);
	assert_int_equal(changes.commits[5].files.len, 1);
	assert_string_equal(changes.commits[5].files.data[0].path, "kernel/a.c");
	assert_int_equal(changes.commits[5].files.data[0].status, 'M');
	assert_string_equal(changes.commits[6].files.data[0].path, "Documentation/b.rst");
	assert_string_equal(changes.commits[CULPRIT].files.data[0].path, "state");
	assert_int_equal(changes.commits[CULPRIT].files.data[0].status, 'A');
	scratch_remove(dir);
}

/* Commits that touch a path alone, with the bad end on top; merges, and their first parents. */
static void test_paths_and_merges(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *git_dir = xasprintf("%s/.git", dir), *good = NULL, *bad = NULL;
	static const char *const paths[] = { "f", NULL };
	_cleanup_(history_release) struct history all = { 0 };
	_cleanup_(history_release) struct history first = { 0 };
	_cleanup_(history_release) struct history of_path = { 0 };

	(void)state;
	/* base - a(g) - b(f) - merge - d(g); side: base - c(f) */
	free(shell(dir, NULL,
		   "git init -q -b main .; c() { echo $2 >$1; git add $1; git commit -qm $2; }; "
		   "c f base; git tag base; git checkout -q -b side; c h c; git checkout -q main; "
		   "c g a; c f b; git merge -q --no-ff -m merge side; c g d"));
	good = shell(dir, NULL, "git rev-parse base");
	bad = shell(dir, NULL, "git rev-parse HEAD");
	expect_ok(git_history(git_dir, good, bad, false, NULL, &all));
	assert_int_equal(all.commits.len, 6);
	assert_int_equal(all.commits.data[4].parents.len, 2);
	assert_string_equal(all.commits.data[4].subject, "merge");
	expect_ok(git_history(git_dir, good, bad, true, NULL, &first));
	assert_int_equal(first.commits.len, 5);
	assert_int_equal(first.commits.data[3].parents.len, 1);
	expect_ok(git_history(git_dir, good, bad, false, paths, &of_path));
	assert_int_equal(of_path.commits.len, 3);
	assert_string_equal(of_path.commits.data[1].subject, "b");
	assert_string_equal(of_path.commits.data[2].subject, "d");
	assert_int_equal(of_path.commits.data[2].parents.data[0], 1);
	scratch_remove(dir);
}

static void test_unfit_repositories(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *repo = xasprintf("%s/repo", dir);
	_cleanup_free_ char *shallow = xasprintf("%s/shallow", dir);
	_cleanup_free_ char *git_dir = xasprintf("%s/repo/.git", dir);
	_cleanup_free_ char *main = NULL, *other = NULL, *base = NULL, *name = NULL;
	_cleanup_(git_user_release) struct git_user user = { 0 };
	_cleanup_(history_release) struct history history = { 0 };

	(void)state;
	free(shell(dir, NULL,
		   "git init -q -b main repo; cd repo; "
		   "c() { echo $2 >$1; git add $1; git commit -qm $2; }; c f 1; c f 2; c f 3; "
		   "git clone -q --depth 1 \"file://$PWD\" ../shallow; git checkout -q --orphan "
		   "other; "
		   "git commit -qm other; git checkout -q main; echo 4 >f"));
	expect_error(git_user_open(dir, &user), "is no git repository", NULL);
	expect_error(git_user_open(shallow, &user), "is a shallow clone", "--unshallow", NULL);
	expect_ok(git_user_open(repo, &user));
	assert_string_equal(user.dirty, "f");
	expect_error(git_user_resolve(&user, "--good", "v9.9", &name), "--good v9.9",
		     "no such commit", NULL);
	expect_error(git_user_resolve(&user, "--good", "--all", &name), "no such commit", NULL);
	main = shell(repo, NULL, "git rev-parse main");
	other = shell(repo, NULL, "git rev-parse other");
	expect_error(git_merge_base(git_dir, main, other, &base), "no commit in common", NULL);
	expect_error(git_history(git_dir, main, main, false, NULL, &history), "are one commit",
		     NULL);
	scratch_remove(dir);
}

/* A checkout that was killed: its lock goes, and so do files that no index knows. */
static void test_checkout(void **state)
{
	char *dir = make_repository();
	_cleanup_free_ char *own = xasprintf("%s/tree.git", dir), *tree = xasprintf("%s/tree", dir);
	_cleanup_free_ char *objects = xasprintf("%s/repo/.git/objects", dir);
	_cleanup_free_ char *base = shell(dir, NULL, "git -C repo rev-parse base");
	_cleanup_free_ char *tip = shell(dir, NULL, "git -C repo rev-parse tip");
	_cleanup_free_ char *said = NULL;

	(void)state;
	expect_ok(git_make(own, objects, tree));
	expect_ok(git_checkout(own, base));
	said = shell(tree, NULL, "cat Documentation/b.rst; git status --porcelain");
	assert_string_equal(said, "x 0");
	free(shell(dir, NULL,
		   "touch tree.git/btfmatrix-checkout tree.git/index.lock tree/junk; echo y "
		   ">tree/state"));
	expect_ok(git_checkout(own, tip));
	free(said);
	said = shell(tree, NULL, "git status --porcelain; ls | tr '\\n' ' '; cat state");
	assert_string_equal(said, "Documentation kernel state bad 6543");
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ten_thousand),     cmocka_unit_test(test_changes),
		cmocka_unit_test(test_paths_and_merges), cmocka_unit_test(test_unfit_repositories),
		cmocka_unit_test(test_checkout),
	};

	log_set_level(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
