// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/git_log.h"

#include <stdlib.h>
#include <string.h>

#include "bisect/git.h"
#include "core/fileio.h"

enum {
	/* of an object name in hex: SHA-1, SHA-256 */
	SHORT_NAME = 40,
	LONG_NAME = 64,
};

static struct error *write_log(struct git_log *log)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	struct error *err =
		git_run(log->git_dir, (const char *const[]){ "bisect", "log", NULL }, &out);

	return err ?: file_write_atomic(log->path, strbuf_str(&out), out.len, 0644);
}

/* "NAME is the first bad commit" */
static void take_answer(struct git_log *log, const char *said)
{
	_cleanup_free_ char *words = xasprintf(" is the first %s commit", log->bad);
	const char *at = strstr(said, words);
	size_t len;

	if (!at)
		return;
	for (len = 0; at - len > said && at[-1 - (ptrdiff_t)len] != '\n'; len++)
		;
	if (len != SHORT_NAME && len != LONG_NAME)
		return;
	free(log->answer);
	log->answer = xstrndup(at - len, len);
}

struct error *git_log_begin(struct git_log *log, const char *objects, const char *good_commit,
			    const char *bad_commit, bool first_parent, const char *const *paths)
{
	_cleanup_free_ char *old = xasprintf("--term-old=%s", log->good);
	_cleanup_free_ char *new = xasprintf("--term-new=%s", log->bad);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	VEC(const char *) args = { 0 };
	struct error *err = tree_remove(log->git_dir);

	if (!err)
		err = git_make(log->git_dir, objects, NULL);
	/* git bisect wants to know where to go back to */
	if (!err)
		err = git_run(log->git_dir,
			      (const char *const[]){ "update-ref", "--no-deref", "HEAD", bad_commit,
						     NULL },
			      NULL);
	if (err)
		return err;
	vec_push(&args, "bisect");
	vec_push(&args, "start");
	vec_push(&args, "--no-checkout");
	if (first_parent)
		vec_push(&args, "--first-parent");
	vec_push(&args, old);
	vec_push(&args, new);
	vec_push(&args, bad_commit);
	vec_push(&args, good_commit);
	vec_push(&args, "--");
	for (; paths && *paths; paths++)
		vec_push(&args, *paths);
	vec_push(&args, NULL);
	err = git_run_said(log->git_dir, args.data, &out);
	vec_free(&args);
	if (err)
		return err;
	take_answer(log, strbuf_str(&out));
	return write_log(log);
}

struct error *git_log_mark(struct git_log *log, const char *commit, enum mark mark)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	const char *word = mark == MARK_GOOD ? log->good : mark == MARK_BAD ? log->bad : "skip";
	struct error *err = git_run_said(
		log->git_dir, (const char *const[]){ "bisect", word, commit, NULL }, &out);

	if (err)
		return err;
	take_answer(log, strbuf_str(&out));
	return write_log(log);
}

void git_log_release(struct git_log *log)
{
	free(log->git_dir);
	free(log->path);
	free(log->answer);
	*log = (struct git_log){ 0 };
}
