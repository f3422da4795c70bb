// SPDX-License-Identifier: GPL-2.0-only
#include "source/mail_patch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/proc.h"
#include "source/series.h"

static void patch_release(struct mail_patch *patch)
{
	free(patch->subject);
	free(patch->text);
	free(patch->origin);
}

/* Whether a file begins as a mail does: with a header, or with a mailbox's line in front of it. */
static bool is_mail(const char *text)
{
	size_t name = 0;

	if (str_starts(text, "From "))
		return true;
	while (isalnum((unsigned char)text[name]) || text[name] == '-')
		name++;
	return name && text[name] == ':';
}

/* A line of a difference at the start of a line: "--- a/x" behind which "+++ b/x" comes. */
static bool has_difference(const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!str_starts(line, "--- "))
			continue;

		const char *next = strchr(line, '\n');
		if (next && str_starts(next + 1, "+++ "))
			return true;
	}
	return false;
}

/* Undoes the mail's encodings: text and subject as git mailinfo has them. */
static struct error *decode_mail(const char *path, const char *work, char **text_ret,
				 char **subject_ret)
{
	/* our children have no input of ours */
	static const char script[] = "exec git mailinfo -k --quoted-cr=strip --encoding=UTF-8 "
				     "\"$2/msg\" \"$2/patch\" <\"$1\"";
	const char *const argv[] = { "sh", "-c", script, "sh", path, work, NULL };
	_cleanup_free_ char *patch_path = xasprintf("%s/patch", work);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	static const char key[] = "Subject: ";
	const char *subject;
	struct error *err;

	proc.argv = argv;
	proc.capture = true;
	proc.capture_stdout_only = true;
	proc.deadline_s = 60;
	err = proc_run_checked(&proc);
	if (!err)
		err = file_read(patch_path, PATCH_MAX, text_ret, NULL);
	if (err)
		return err;
	subject = strstr(strbuf_str(&proc.output), key);
	subject = subject ? subject + strlen(key) : "";
	*subject_ret = xstrndup(subject, strcspn(subject, "\n"));
	return NULL;
}

/* The subject of what is no mail, its file's name: "0001-do-this.patch". */
static char *subject_of_file(const char *origin)
{
	const char *slash = strrchr(origin, '/');

	return xstrdup(slash ? slash + 1 : origin);
}

struct error *mail_patch_read(const char *path, const char *origin, const char *work,
			      struct mail_patches *patches)
{
	_cleanup_free_ char *raw = NULL, *text = NULL, *subject = NULL;
	struct mail_patch patch = { 0 };
	struct error *err = file_read(path, PATCH_MAX, &raw, NULL);

	if (err)
		return err;
	if (is_mail(raw)) {
		err = decode_mail(path, work, &text, &subject);
		if (err)
			return error_wrap(err, "%s", origin);
	} else {
		text = return_ptr(raw);
		subject = subject_of_file(origin);
	}
	if (!has_difference(text))
		return NULL;
	/* "Index: FILE" in front of a difference looks like a mail's header */
	patch.subject = *subject ? return_ptr(subject) : subject_of_file(origin);
	patch.about = mail_subject_parse(patch.subject);
	if (patch.about.reply) {
		log_info("%s: left out, an answer: %s", origin, patch.subject);
		free(patch.subject);
		return NULL;
	}
	patch.text = return_ptr(text);
	patch.origin = xstrdup(origin);
	vec_push(&patches->list, patch);
	return NULL;
}

static bool is_numbered(const struct mail_patch *patch)
{
	return patch->about.total > 0;
}

/* Number and version of the newest series: the newest version of what is numbered, if anything is. */
static void find_newest(const struct mail_patches *patches, bool *numbered_ret,
			unsigned int *version_ret, unsigned int *total_ret)
{
	*numbered_ret = false;
	for (size_t i = 0; i < patches->list.len; i++)
		*numbered_ret |= is_numbered(&patches->list.data[i]);
	*version_ret = *total_ret = 0;
	for (size_t i = 0; i < patches->list.len; i++) {
		const struct mail_patch *patch = &patches->list.data[i];

		if (is_numbered(patch) != *numbered_ret || patch->about.version < *version_ret)
			continue;
		*version_ret = patch->about.version;
		*total_ret = patch->about.total;
	}
}

static struct error *refuse_twice(const struct mail_patch *a, const struct mail_patch *b,
				  const char *where)
{
	return error_new(
		ERROR_INPUT,
		"%s: two patches are %u/%u of version %u, '%s' and '%s'; leave one series in it",
		where, a->about.number, a->about.total, a->about.version, a->subject, b->subject);
}

/* The index of patch @number of @total, in the newest version that has it; the list's length: there is none. */
static struct error *find_numbered(const struct mail_patches *patches, unsigned int number,
				   unsigned int total, const char *where, size_t *ret)
{
	size_t best = patches->list.len;

	for (size_t i = 0; i < patches->list.len; i++) {
		const struct mail_patch *patch = &patches->list.data[i];
		const struct mail_patch *old =
			best < patches->list.len ? &patches->list.data[best] : NULL;

		if (patch->about.number != number || patch->about.total != total ||
		    (old && patch->about.version < old->about.version))
			continue;
		/* the same mail twice does no harm */
		if (old && patch->about.version == old->about.version &&
		    !str_eq(old->text, patch->text))
			return refuse_twice(old, patch, where);
		best = i;
	}
	*ret = best;
	return NULL;
}

/* Moves the patches at @keep to the front of the list, in this order, and frees the others. */
static void keep_only(struct mail_patches *patches, const size_t *keep, size_t nr)
{
	struct mail_patches kept = { 0 };

	for (size_t i = 0; i < nr; i++) {
		vec_push(&kept.list, patches->list.data[keep[i]]);
		patches->list.data[keep[i]] = (struct mail_patch){ 0 };
	}
	vec_for_each(patch, &patches->list) {
		if (patch->subject)
			log_info("left out: %s", patch->subject);
		patch_release(patch);
	}
	vec_free(&patches->list);
	*patches = kept;
}

static struct error *select_numbered(struct mail_patches *patches, unsigned int version,
				     unsigned int total, const char *where)
{
	_cleanup_free_ size_t *keep = xcalloc(total, sizeof(*keep));

	for (unsigned int number = 1; number <= total; number++) {
		size_t *at = &keep[number - 1];
		struct error *err = find_numbered(patches, number, total, where, at);

		if (err)
			return err;
		if (*at == patches->list.len)
			return error_new(ERROR_INPUT,
					 "%s: patch %u/%u of version %u is missing; save the whole "
					 "thread",
					 where, number, total, version);
		if (patches->list.data[*at].about.version != version)
			log_info("%s: %u/%u is of version %u: it was not sent again", where, number,
				 total, patches->list.data[*at].about.version);
	}
	keep_only(patches, keep, total);
	return NULL;
}

static void select_unnumbered(struct mail_patches *patches, unsigned int version)
{
	_cleanup_free_ size_t *keep = xcalloc(patches->list.len, sizeof(*keep));
	size_t nr = 0;

	for (size_t i = 0; i < patches->list.len; i++)
		if (patches->list.data[i].about.version == version)
			keep[nr++] = i;
	keep_only(patches, keep, nr);
}

struct error *mail_patches_select(struct mail_patches *patches, const char *where)
{
	unsigned int version, total;
	bool numbered;

	if (!patches->list.len)
		return error_new(ERROR_INPUT, "%s: there is no patch in it", where);
	find_newest(patches, &numbered, &version, &total);
	if (numbered)
		return select_numbered(patches, version, total, where);
	select_unnumbered(patches, version);
	return NULL;
}

void mail_patches_release(struct mail_patches *patches)
{
	vec_for_each(patch, &patches->list)
		patch_release(patch);
	vec_free(&patches->list);
}
