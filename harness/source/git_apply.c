// SPDX-License-Identifier: GPL-2.0-only
#include "source/git_apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "core/proc.h"

struct error *git_apply(const char *tree, const char *patch, const char *const *options,
			int *status_ret, char **words_ret)
{
	_cleanup_free_ char *parent = realpath(tree, NULL), *ceiling = NULL;
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	VEC(const char *) argv = { 0 };

	if (!parent)
		return error_errno(errno, "cannot read the tree %s", tree);
	/* A repository around the tree would make git apply skip paths outside of it, in silence. */
	*strrchr(parent, '/') = '\0';
	ceiling = xasprintf("GIT_CEILING_DIRECTORIES=%s", parent);
	vec_push(&argv, "git");
	vec_push(&argv, "apply");
	vec_push(&argv, "--whitespace=nowarn");
	for (; *options; options++)
		vec_push(&argv, *options);
	vec_push(&argv, patch);
	vec_push(&argv, NULL);

	proc.argv = argv.data;
	proc.cwd = tree;
	proc.env = (const char *const[]){ ceiling, "LC_ALL=C", NULL };
	proc.capture = true;
	proc.deadline_s = 120;

	struct error *err = proc_run(&proc);
	vec_free(&argv);
	if (err)
		return err;
	*status_ret = proc.term_signal ? 128 : proc.exit_code;
	if (words_ret)
		*words_ret = strbuf_detach(&proc.output);
	return NULL;
}
