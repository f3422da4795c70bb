// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/pahole_trials.h"

#include <stdlib.h>
#include <string.h>

#include "bisect/place.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/proc.h"
#include "core/strbuf.h"

enum {
	LABEL_DIGITS = 12,
	BUILD_DEADLINE_S = 3600
};

static void skip_all(struct trial_result *results, size_t nr, const char *reason)
{
	for (size_t i = 0; i < nr; i++) {
		results[i].mark = MARK_SKIP;
		results[i].reason = xstrdup(reason);
	}
}

/* *ok_ret is false where the commit does not build. */
static struct error *build(const struct pahole_trials *trials, const char *tree, const char *log,
			   bool *ok_ret)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err = tree_remove(log);

	proc.argv = (const char *const[]){ "sh", "-c", trials->build, NULL };
	proc.cwd = tree;
	proc.log_path = log;
	proc.deadline_s = BUILD_DEADLINE_S;
	if (!err)
		err = proc_run(&proc);
	if (err && err->kind == ERROR_TIMEOUT) {
		error_free(err);
		err = NULL;
		proc.exit_code = 1;
	}
	*ok_ret = !err && proc.exit_code == 0;
	return err;
}

/*
 * A program of a name of its own: what was built with another commit's pahole is known by the path of it. It stays in
 * the tree it was built in, as it has its libraries there.
 */
static struct error *write_wrapper(const char *path, const char *program)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "#!/bin/sh\nexec ");
	strbuf_add_shell_word(&sb, program);
	strbuf_adds(&sb, " \"$@\"\n");
	return file_write_if_changed(path, sb.data, sb.len, 0755, NULL);
}

static struct error *test(void *context, size_t commit, const size_t *cells, size_t nr_cells,
			  unsigned int slot, struct trial_result *results)
{
	struct pahole_trials *trials = context;
	const char *id = trials->git->history->commits.data[commit].id;
	_cleanup_free_ char *tree = place_tree(trials->git->place, slot);
	_cleanup_free_ char *folder = xasprintf("%s/paholes", trials->git->state);
	_cleanup_free_ char *wrapper = xasprintf("%s/%s", folder, id);
	_cleanup_free_ char *log = xasprintf("%s/%s.log", folder, id);
	_cleanup_free_ char *program = xasprintf("%s/%s", tree, trials->program);
	_cleanup_free_ char *label = xstrndup(id, LABEL_DIGITS);
	struct tester tester = *trials->git->tester;
	bool ok = false;
	struct error *err = dir_make(folder);

	if (!err)
		err = place_checkout(trials->git->place, slot, id);
	if (!err)
		err = build(trials, tree, log, &ok);
	if (!err && (!ok || !path_is_executable(program))) {
		_cleanup_free_ char *reason = xasprintf("pahole does not build; see %s", log);

		skip_all(results, nr_cells, reason);
		return NULL;
	}
	if (!err)
		err = write_wrapper(wrapper, program);
	tester.pahole = wrapper;
	return err
		       ?: tester_run(&tester, trials->kernel_dir, label, cells, nr_cells, NULL,
				     results);
}

const struct trial_ops pahole_trial_ops = { .test = test };
