// SPDX-License-Identifier: GPL-2.0-only
#include "source/series_import.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/project.h"
#include "config/strv.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "source/mail_patch.h"

enum {
	/* of a title in a file's name */
	TITLE_MAX = 52
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files in a folder that may hold a patch, sorted. */
static struct error *list_files(const char *dir_path, strv *ret)
{
	static const char *const ends[] = { ".patch", ".diff", ".eml", ".mbox", ".txt" };
	_cleanup_closedir_ DIR *dir = opendir(dir_path);

	if (!dir)
		return error_errno(errno, "cannot read %s", dir_path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		bool wanted = false;

		for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
			wanted |= str_ends(entry->d_name, ends[i]);
		if (wanted && entry->d_name[0] != '.')
			strv_append(ret, xasprintf("%s/%s", dir_path, entry->d_name));
	}
	if (*ret)
		qsort(*ret, strv_len(STRV_CONST(*ret)), sizeof(**ret), compare_names);
	return NULL;
}

/* As many mails as git mailsplit makes of a mailbox, one a file in @work/mails. */
static struct error *split_mailbox(const char *path, const char *work, strv *ret)
{
	_cleanup_free_ char *dir = xasprintf("%s/mails", work);
	_cleanup_free_ char *out = xasprintf("-o%s", dir);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_closedir_ DIR *opened = NULL;
	struct error *err = tree_remove(dir);

	if (!err)
		err = dir_make(dir);
	if (err)
		return err;
	/* -b: what has no "From " line is one mail */
	proc.argv = (const char *const[]){ "git", "mailsplit", "-d4", "-b", out, path, NULL };
	proc.capture = true;
	proc.deadline_s = 60;
	err = proc_run_checked(&proc);
	if (err)
		return err;
	opened = opendir(dir);
	for (struct dirent *entry; opened && (entry = readdir(opened));)
		if (isdigit((unsigned char)entry->d_name[0]))
			strv_append(ret, xasprintf("%s/%s", dir, entry->d_name));
	if (*ret)
		qsort(*ret, strv_len(STRV_CONST(*ret)), sizeof(**ret), compare_names);
	return NULL;
}

/* Lists send mailboxes gzipped. @ret: the file to read, @path or an unpacked one. */
static struct error *unzip(const char *path, const char *work, char **ret)
{
	/* 2 is a warning, of what is behind the end */
	static const char script[] = "gzip -t <\"$1\"; [ $? -ne 1 ] || exit 1; "
				     "gzip -dc <\"$1\" 2>&- | head -c \"$3\" >\"$2\"";
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *max = xasprintf("%d", PATCH_MAX);
	_cleanup_free_ char *plain = xasprintf("%s/plain", work);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	unsigned char magic[2] = { 0 };
	struct error *err;

	if (!file)
		return error_errno(errno, "cannot read %s", path);
	if (fread(magic, 1, 2, file) != 2 || magic[0] != 0x1f || magic[1] != 0x8b) {
		*ret = xstrdup(path);
		return NULL;
	}
	proc.argv = (const char *const[]){ "sh", "-c", script, "sh", path, plain, max, NULL };
	proc.capture = true;
	proc.deadline_s = 120;
	err = proc_run(&proc);
	if (!err && (proc.exit_code || proc.term_signal)) {
		const char *said = strbuf_str(&proc.output);

		said += strspn(said, "\n");
		err = error_new(ERROR_INPUT, "%s is gzipped and damaged: %.*s", path,
				(int)strcspn(said, "\n"), said);
	}
	if (!err)
		*ret = return_ptr(plain);
	return err;
}

static struct error *read_file(const char *path, const char *origin, const char *work,
			       struct mail_patches *patches)
{
	_cleanup_free_ char *plain = NULL, *text = NULL;
	_cleanup_strv_ strv mails = NULL;
	struct error *err = unzip(path, work, &plain);

	if (!err)
		err = file_read(plain, PATCH_MAX, &text, NULL);
	if (err)
		return err;
	if (!str_starts(text, "From "))
		return mail_patch_read(plain, origin, work, patches);
	err = split_mailbox(plain, work, &mails);
	for (char **mail = mails; !err && mail && *mail; mail++)
		err = mail_patch_read(*mail, origin, work, patches);
	return err;
}

static struct error *read_all(const char *path, const char *work, struct mail_patches *patches)
{
	_cleanup_strv_ strv files = NULL;
	struct error *err;

	if (!path_is_dir(path))
		return read_file(path, path, work, patches);
	err = list_files(path, &files);
	for (char **file = files; !err && file && *file; file++)
		err = read_file(*file, *file, work, patches);
	return err;
}

/* "0001-bpf-do-a-thing.patch", as git format-patch calls it. */
static char *file_name(const struct mail_patch *patch, size_t position)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	const char *title = patch->about.title;
	size_t len = strlen(title) - (str_ends(title, ".patch") ? strlen(".patch") : 0);
	bool gap = false;

	/* a file's own number is another's */
	if (strspn(title, "0123456789") == 4 && title[4] == '-') {
		title += 5;
		len -= 5;
	}
	for (; len && sb.len < TITLE_MAX; title++, len--) {
		if (!isalnum((unsigned char)*title) && *title != '_' && *title != '.') {
			gap = true;
			continue;
		}
		if (gap && sb.len)
			strbuf_addc(&sb, '-');
		strbuf_addc(&sb, *title);
		gap = false;
	}
	return xasprintf("%04zu-%s.patch", position, sb.len ? strbuf_str(&sb) : "patch");
}

static struct error *write_folder(const struct mail_patches *patches, const char *dir)
{
	_cleanup_free_ char *list_path = xasprintf("%s/series", dir);
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	struct error *err = dir_make(dir);

	for (size_t i = 0; !err && i < patches->list.len; i++) {
		const struct mail_patch *patch = &patches->list.data[i];
		_cleanup_free_ char *name = file_name(patch, i + 1);
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
		_cleanup_free_ char *text =
			xasprintf("Subject: %s\n\n%s", patch->subject, patch->text);

		err = file_write_atomic(path, text, strlen(text), 0644);
		strbuf_addf(&names, "%s\n", name);
	}
	return err ?: file_write_atomic(list_path, names.data, names.len, 0644);
}

/* Moves the finished folder @from to where its contents say: what is there is always whole. */
static struct error *keep(const char *from, const char *cache, struct series *ret)
{
	_cleanup_(series_release) struct series series = { 0 };
	_cleanup_free_ char *to = NULL;
	struct error *err = series_load(from, &series);

	if (err)
		return err;
	to = xasprintf("%s/series/%.12s", cache, series.id);
	if (!path_is_dir(to) && rename(from, to) && errno != EEXIST && errno != ENOTEMPTY)
		return error_errno(errno, "cannot rename %s to %s", from, to);
	return series_load(to, ret);
}

static struct error *import_into(const char *path, const char *work, const char *cache,
				 struct series *ret)
{
	_cleanup_(mail_patches_release) struct mail_patches patches = { 0 };
	_cleanup_free_ char *folder = xasprintf("%s/folder", work);
	struct error *err = read_all(path, work, &patches);

	if (!err)
		err = mail_patches_select(&patches, path);
	if (!err)
		err = write_folder(&patches, folder);
	return err ?: keep(folder, cache, ret);
}

struct error *series_open(const char *path, struct series *ret)
{
	_cleanup_free_ char *list = xasprintf("%s/series", path), *cache = NULL, *parent = NULL;
	_cleanup_free_ char *work = NULL;
	struct error *err, *removed;

	if (access(path, R_OK))
		return error_errno(errno, "cannot read the series %s", path);
	if (path_exists(list))
		return series_load(path, ret);
	err = cache_dir(&cache);
	if (err)
		return err;
	parent = xasprintf("%s/series", cache);
	err = dir_make(parent);
	if (err)
		return err;
	work = xasprintf("%s/import-XXXXXX", parent);
	if (!mkdtemp(work))
		return error_errno(errno, "cannot make a folder in %s", parent);
	err = import_into(path, work, cache, ret);
	removed = tree_remove(work);
	if (err) {
		error_free(removed);
		return err;
	}
	return removed;
}
