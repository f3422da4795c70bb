// SPDX-License-Identifier: GPL-2.0-only
#include "source/series_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "source/git_apply.h"
#include "source/patch_trial.h"

static const char *const no_options[] = { NULL };
static const char *const reverse[] = { "--reverse", NULL };
static const char *const reverse_check[] = { "--check", "--reverse", NULL };

static const char *const state_names[PATCH_STATE_COUNT] = {
	[PATCH_APPLIES] = "applies",
	[PATCH_PRESENT] = "is there",
	[PATCH_PARTLY] = "is half there",
	[PATCH_CONFLICTS] = "conflicts",
};

/* A check going on. */
struct checker {
	const struct series *series;
	const char *tree;
	/* parsed, in the series' order */
	VEC(struct patch_text) texts;
	/* folder of our own with a copy of every file the series touches */
	char *scratch;
};

const char *patch_state_name(enum patch_state state)
{
	return state_names[state];
}

static struct error *parse_patches(struct checker *checker)
{
	for (unsigned int i = 0; i < checker->series->nr_patches; i++) {
		const char *path = checker->series->patches[i];
		_cleanup_free_ char *text = NULL;
		struct patch_text parsed;
		struct error *err = file_read(path, PATCH_MAX, &text, NULL);

		if (!err)
			err = patch_text_parse(path, text, &parsed);
		if (err)
			return err;
		vec_push(&checker->texts, parsed);
	}
	return NULL;
}

/* Copies all that the first @nr patches touch into the new folder @to. */
static struct error *copy_touched(const struct checker *checker, size_t nr, const char *to)
{
	struct error *err = dir_make(to);

	for (size_t i = 0; !err && i < nr; i++)
		err = patch_trial_copy(&checker->texts.data[i], checker->tree, to);
	return err;
}

/* Whether patches @nr to 1, taken back in this order, all come off. */
static struct error *comes_off(const struct checker *checker, unsigned int nr, bool *ret)
{
	_cleanup_free_ char *dir = xasprintf("%s/back", checker->scratch);
	struct error *err = copy_touched(checker, nr, dir);
	int status = 0;

	for (unsigned int i = nr; !err && !status && i-- > 0;)
		err = git_apply(dir, checker->series->patches[i], reverse, &status, NULL);
	*ret = !status;
	return err ?: tree_remove(dir);
}

/*
 * How many of the first patches are there. One of them alone may not come off, as a later one has changed what
 * it put there, so the longest row that comes off is looked for.
 */
static struct error *count_there(const struct checker *checker, unsigned int *ret)
{
	for (unsigned int nr = checker->series->nr_patches; nr > 0; nr--) {
		bool there;
		struct error *err = comes_off(checker, nr, &there);

		if (err)
			return err;
		if (there) {
			*ret = nr;
			return NULL;
		}
	}
	*ret = 0;
	return NULL;
}

/* Judges the hunks of a patch that neither applies nor is there. */
static struct error *judge_hunks(const struct checker *checker, size_t index, const char *dir,
				 struct patch_report *report)
{
	const struct patch_text *text = &checker->texts.data[index];
	_cleanup_free_ char *scratch = xasprintf("%s/trial", checker->scratch);
	_cleanup_(patch_trial_release) struct patch_trial forward = { 0 }, back = { 0 };
	struct error *err;

	report->state = PATCH_PARTLY;
	err = patch_trial_run(text, report->patch, dir, scratch, false, &forward);
	if (!err)
		err = patch_trial_run(text, report->patch, dir, scratch, true, &back);
	if (err)
		return err;
	vec_for_each(file, &text->files) {
		size_t at = (size_t)(file - text->files.data);

		for (unsigned int i = 0; i < file->hunks.len; i++) {
			struct hunk_report hunk = {
				.file = xstrdup(file->name),
				.number = i + 1,
				.nr_hunks = (unsigned int)file->hunks.len,
				.line = file->hunks.data[i],
				.state = patch_trial_took(&back, at, i)      ? PATCH_PRESENT
					 : patch_trial_took(&forward, at, i) ? PATCH_APPLIES
									     : PATCH_CONFLICTS,
			};
			const char *reason = forward.files.data[at].reason;

			if (hunk.state == PATCH_CONFLICTS) {
				report->state = PATCH_CONFLICTS;
				hunk.reason = reason ? xstrdup(reason) : NULL;
			}
			vec_push(&report->hunks, hunk);
		}
	}
	return NULL;
}

static struct error *judge(const struct checker *checker, size_t index, const char *dir,
			   struct patch_report *report)
{
	int status = 0;
	struct error *err = git_apply(dir, report->patch, reverse_check, &status, NULL);

	report->state = PATCH_PRESENT;
	if (err || status == 0)
		return err;
	report->state = PATCH_APPLIES;
	err = git_apply(dir, report->patch, no_options, &status, NULL);
	if (err || status == 0)
		return err;
	return judge_hunks(checker, index, dir, report);
}

static struct error *judge_all(const struct checker *checker, struct series_report *report)
{
	const struct series *series = checker->series;
	_cleanup_free_ char *dir = xasprintf("%s/on", checker->scratch);
	unsigned int nr_there;
	struct error *err = count_there(checker, &nr_there);

	if (!err)
		err = copy_touched(checker, series->nr_patches, dir);
	for (unsigned int i = 0; !err && i < series->nr_patches; i++) {
		struct patch_report patch = { .patch = series->patches[i], .state = PATCH_PRESENT };

		if (i >= nr_there)
			err = judge(checker, i, dir, &patch);
		vec_push(&report->patches, patch);
	}
	return err;
}

struct error *series_check(const struct series *series, const char *tree, struct series_report *ret)
{
	const char *tmp = getenv("TMPDIR");
	struct checker checker = { .series = series, .tree = tree };
	struct error *err = parse_patches(&checker), *removed;

	*ret = (struct series_report){ 0 };
	if (!err) {
		checker.scratch =
			xasprintf("%s/btfmatrix-patch-XXXXXX", tmp && *tmp ? tmp : "/tmp");
		if (!mkdtemp(checker.scratch)) {
			err = error_errno(errno, "cannot make a folder in %s",
					  tmp && *tmp ? tmp : "/tmp");
		} else {
			err = judge_all(&checker, ret);
			removed = tree_remove(checker.scratch);
			if (err)
				error_free(removed);
			else
				err = removed;
		}
	}
	free(checker.scratch);
	vec_for_each(text, &checker.texts)
		patch_text_release(text);
	vec_free(&checker.texts);
	return err;
}

void series_report_release(struct series_report *report)
{
	vec_for_each(patch, &report->patches) {
		vec_for_each(hunk, &patch->hunks) {
			free(hunk->file);
			free(hunk->reason);
		}
		vec_free(&patch->hunks);
	}
	vec_free(&report->patches);
}

void hunk_describe(const struct hunk_report *hunk, struct strbuf *sb)
{
	if (hunk->line)
		strbuf_addf(sb, "%s: hunk %u of %u, line %u", hunk->file, hunk->number,
			    hunk->nr_hunks, hunk->line);
	else
		strbuf_addf(sb, "%s, a new file", hunk->file);
	if (hunk->reason)
		strbuf_addf(sb, ": %s", hunk->reason);
}

const struct patch_report *series_report_find_bad(const struct series_report *report)
{
	vec_for_each(patch, &report->patches)
		if (patch->state == PATCH_PARTLY || patch->state == PATCH_CONFLICTS)
			return patch;
	return NULL;
}
