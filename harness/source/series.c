// SPDX-License-Identifier: GPL-2.0-only
#include "source/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"

enum {
	SERIES_MAX = 1 << 20,
	PATCH_MAX = 64 << 20
};

static struct error *add_patch(struct series *series, const char *name, struct strbuf *digest_input)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", series->dir, name);
	char hex[SHA256_HEX_SIZE];
	struct error *err;

	if (!path_exists(path))
		return error_new(
			ERROR_INPUT,
			"%s/series names %s, which is not there; add it or take the line out",
			series->dir, name);
	err = file_sha256(path, hex);
	if (err)
		return err;
	strbuf_addf(digest_input, "%s %s\n", hex, name);
	series->patches =
		xrealloc_array(series->patches, series->nr_patches + 1, sizeof(*series->patches));
	series->patches[series->nr_patches++] = return_ptr(path);
	return NULL;
}

struct error *series_load(const char *dir, struct series *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/series", dir), *text = NULL;
	_cleanup_strbuf_ struct strbuf digest_input = STRBUF_INIT;
	_cleanup_(series_release) struct series series = { .dir = xstrdup(dir) };
	struct error *err = file_read(path, SERIES_MAX, &text, NULL);
	char *save = NULL;

	if (err)
		return error_wrap(err, "no series of patches for this kernel");
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, "# \t\r")] = '\0';
		if (!*line)
			continue;
		err = add_patch(&series, line, &digest_input);
		if (err)
			return err;
	}
	sha256_hex(digest_input.data, digest_input.len, series.id);
	*ret = series;
	series = (struct series){ 0 };
	return NULL;
}

void series_release(struct series *series)
{
	for (unsigned int i = 0; i < series->nr_patches; i++)
		free(series->patches[i]);
	free(series->patches);
	free(series->dir);
	*series = (struct series){ 0 };
}

/* Runs `git apply` in @tree; @status_ret is its exit status and @words_ret (may be NULL) what it said. */
static struct error *git_apply(const char *tree, const char *patch, const char *option1,
			       const char *option2, int *status_ret, char **words_ret)
{
	_cleanup_free_ char *parent = realpath(tree, NULL), *ceiling = NULL;
	const char *argv[8] = { "git", "apply", "--whitespace=nowarn" };
	size_t n = 3;
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	if (!parent)
		return error_errno(errno, "cannot read the tree %s", tree);
	/* A repository around the cache would make git apply skip paths outside of it, in silence. */
	*strrchr(parent, '/') = '\0';
	ceiling = xasprintf("GIT_CEILING_DIRECTORIES=%s", parent);
	if (option1)
		argv[n++] = option1;
	if (option2)
		argv[n++] = option2;
	argv[n++] = patch;

	proc.argv = argv;
	proc.cwd = tree;
	proc.env = (const char *const[]){ ceiling, "LC_ALL=C", NULL };
	proc.capture = true;
	proc.deadline_s = 120;

	struct error *err = proc_run(&proc);
	if (err)
		return err;
	*status_ret = proc.term_signal ? 128 : proc.exit_code;
	if (words_ret)
		*words_ret = strbuf_detach(&proc.output);
	return NULL;
}

/* First line of git's complaint, e.g. "error: patch failed: lib/Kconfig.debug:417". */
static void cut_to_first_line(char *words)
{
	words[strcspn(words, "\n")] = '\0';
}

struct error *series_apply(const struct series *series, const char *tree, unsigned int *applied_ret,
			   unsigned int *present_ret)
{
	*applied_ret = *present_ret = 0;
	for (unsigned int i = 0; i < series->nr_patches; i++) {
		const char *patch = series->patches[i];
		_cleanup_free_ char *words = NULL;
		struct error *err;
		int status = 0;

		/* The reverse first: that it applies proves the patch is there, line by line. */
		err = git_apply(tree, patch, "--check", "--reverse", &status, NULL);
		if (err)
			return err;
		if (status == 0) {
			++*present_ret;
			continue;
		}
		err = git_apply(tree, patch, NULL, NULL, &status, &words);
		if (err)
			return err;
		if (status) {
			cut_to_first_line(words);
			return error_new(
				ERROR_INPUT,
				"patch %s neither applies nor is there already (%s); make the "
				"series fit this tree",
				patch, words);
		}
		++*applied_ret;
	}
	return NULL;
}
