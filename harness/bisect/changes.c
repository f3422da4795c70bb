// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/changes.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/proc.h"

/* "COMMIT PARENT" a line, for git diff-tree --stdin, which tells a commit's name before its files. */
static struct error *write_pairs(const struct history *history, const char *path)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < history->commits.len; i++) {
		size_t parent = history_only_parent(history, i);

		if (parent != i)
			strbuf_addf(&sb, "%s %s\n", history->commits.data[i].id,
				    history->commits.data[parent].id);
	}
	return file_write_atomic(path, strbuf_str(&sb), sb.len, 0644);
}

/* With -z: "COMMIT\0", then "STATUS\0PATH\0" for each file. The commits come as they were asked for. */
static struct error *parse(const struct history *history, char *text, size_t len,
			   struct changes *changes)
{
	size_t at = 0;

	for (char *word = text; word < text + len;) {
		char *next = word + strlen(word) + 1;

		if (strlen(word) == 1) {
			if (next >= text + len)
				break;
			vec_push(&changes->commits[at].files, (struct file_change){ *word, next });
			word = next + strlen(next) + 1;
			continue;
		}
		while (at < history->commits.len && !str_eq(history->commits.data[at].id, word))
			at++;
		if (at == history->commits.len)
			return error_new(ERROR_CHILD,
					 "git diff-tree tells of a commit %.40s that "
					 "it was not asked for",
					 word);
		word = next;
	}
	return NULL;
}

struct error *changes_load(const char *git_dir, const struct history *history, const char *scratch,
			   struct changes *ret)
{
	_cleanup_(changes_release) struct changes changes = { .nr_commits = history->commits.len };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_free_ char *out = xasprintf("%s.out", scratch);
	size_t len;
	struct error *err = write_pairs(history, scratch);

	if (err)
		return err;
	/* Through a file: what proc keeps in memory is cut at some length, and this must be whole. */
	proc.argv = (const char *const[]){ "sh",
					   "-c",
					   "exec git --git-dir=\"$0\" diff-tree --stdin -r -z "
					   "--no-renames --name-status <\"$1\" >\"$1.out\"",
					   git_dir,
					   scratch,
					   NULL };
	err = proc_run_checked(&proc);
	if (!err)
		err = file_read(out, 0, &changes.text, &len);
	if (err)
		return err;
	changes.commits = xcalloc(changes.nr_commits, sizeof(*changes.commits));
	err = parse(history, changes.text, len, &changes);
	if (!err)
		err = tree_remove(out);
	if (err)
		return err;
	*ret = changes;
	changes = (struct changes){ 0 };
	return tree_remove(scratch);
}

void changes_release(struct changes *changes)
{
	for (size_t i = 0; changes->commits && i < changes->nr_commits; i++)
		vec_free(&changes->commits[i].files);
	free(changes->commits);
	free(changes->text);
	*changes = (struct changes){ 0 };
}
