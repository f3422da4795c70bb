// SPDX-License-Identifier: GPL-2.0-only
#include "source/patch_trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "source/git_apply.h"

static const char *const forwards_options[] = { "--reject", NULL };
static const char *const backwards_options[] = { "--reject", "--reverse", NULL };

static struct error *copy_one(const char *from, const char *to)
{
	_cleanup_free_ char *parent = xstrdup(to);
	struct stat st;
	struct error *err;

	if (lstat(from, &st)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return NULL;
		return error_errno(errno, "cannot read %s", from);
	}
	/* whatever else it is, git would not patch it */
	if (!S_ISREG(st.st_mode))
		return NULL;
	*strrchr(parent, '/') = '\0';
	err = dir_make(parent);
	return err ?: file_copy_plain(from, to);
}

struct error *patch_trial_copy(const struct patch_text *text, const char *tree, const char *to)
{
	struct error *err = NULL;

	for (size_t i = 0; !err && i < text->files.len; i++) {
		_cleanup_free_ char *source = xasprintf("%s/%s", tree, text->files.data[i].name);
		_cleanup_free_ char *target = xasprintf("%s/%s", to, text->files.data[i].name);

		err = copy_one(source, target);
	}
	return err;
}

/* The trial of the file whose name is the first @len bytes of @name; NULL: the patch has no such file. */
static struct file_trial *find_file(const struct patch_text *text, struct patch_trial *trial,
				    const char *name, size_t len)
{
	for (size_t i = 0; i < text->files.len; i++) {
		const char *file = text->files.data[i].name;

		if (strlen(file) == len && memcmp(file, name, len) == 0)
			return &trial->files.data[i];
	}
	return NULL;
}

/* The length of the text between @prefix and @infix in @line, which go around a name; 0: it is no such line. */
static size_t match_name(const char *line, const char *prefix, const char *infix, const char **name)
{
	const char *end;

	if (!str_starts(line, prefix))
		return 0;
	*name = line + strlen(prefix);
	end = strstr(*name, infix);
	return end ? (size_t)(end - *name) : 0;
}

/* One line of what `git apply --reject` says; @current is the file it is speaking of. */
static void read_line(const struct patch_text *text, struct patch_trial *trial, const char *line,
		      struct file_trial **current)
{
	struct file_trial *file;
	unsigned int number;
	const char *name;
	size_t len;

	if ((len = match_name(line, "Applied patch ", " cleanly", &name)) ||
	    (len = match_name(line, "Applying patch ", " with ", &name))) {
		*current = find_file(text, trial, name, len);
		if (*current)
			(*current)->tried = true;
	} else if (sscanf(line, "Rejected hunk #%u", &number) == 1) {
		if (*current)
			vec_push(&(*current)->rejected, number);
	} else if ((len = match_name(line, "error: ", ": ", &name))) {
		file = find_file(text, trial, name, len);
		if (file && !file->reason)
			file->reason = xstrdup(name + len + 2);
	}
}

static void read_words(const struct patch_text *text, char *words, struct patch_trial *trial)
{
	struct file_trial *current = NULL;
	char *save = NULL;

	for (char *line = strtok_r(words, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		read_line(text, trial, line, &current);
}

struct error *patch_trial_run(const struct patch_text *text, const char *patch, const char *tree,
			      const char *scratch, bool backwards, struct patch_trial *ret)
{
	_cleanup_free_ char *words = NULL;
	int status = 0;
	struct error *err = dir_make(scratch);

	if (!err)
		err = patch_trial_copy(text, tree, scratch);
	if (!err)
		err = git_apply(scratch, patch, backwards ? backwards_options : forwards_options,
				&status, &words);
	if (err)
		return err;
	if (status > 1) {
		words[strcspn(words, "\n")] = '\0';
		return error_new(ERROR_INPUT, "git cannot read the patch %s: %s", patch, words);
	}
	for (size_t i = 0; i < text->files.len; i++)
		vec_push(&ret->files, (struct file_trial){ 0 });
	read_words(text, words, ret);
	return tree_remove(scratch);
}

void patch_trial_release(struct patch_trial *trial)
{
	vec_for_each(file, &trial->files) {
		vec_free(&file->rejected);
		free(file->reason);
	}
	vec_free(&trial->files);
}

bool patch_trial_took(const struct patch_trial *trial, size_t file, unsigned int hunk)
{
	const struct file_trial *tried = &trial->files.data[file];

	if (!tried->tried)
		return false;
	for (size_t i = 0; i < tried->rejected.len; i++)
		if (tried->rejected.data[i] == hunk + 1)
			return false;
	return true;
}
