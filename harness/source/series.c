// SPDX-License-Identifier: GPL-2.0-only
#include "source/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "source/git_apply.h"
#include "source/series_check.h"

enum {
	SERIES_MAX = 1 << 20
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
	_cleanup_(series_release) struct series series = { 0 };
	struct error *err = file_read(path, SERIES_MAX, &text, NULL);
	char *save = NULL;

	if (err)
		return error_wrap(err, "no series of patches for this kernel");
	/* git is run elsewhere */
	series.dir = realpath(dir, NULL);
	if (!series.dir)
		return error_errno(errno, "cannot find %s", dir);
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

void series_append(struct series *series, struct series *more)
{
	_cleanup_free_ char *ids = xasprintf("%s %s", series->id, more->id);

	for (unsigned int i = 0; i < more->nr_patches; i++) {
		series->patches = xrealloc_array(series->patches, series->nr_patches + 1,
						 sizeof(*series->patches));
		series->patches[series->nr_patches++] = more->patches[i];
	}
	more->nr_patches = 0;
	sha256_hex(ids, strlen(ids), series->id);
	series_release(more);
}

/* What keeps @bad from being applied, for people. */
static struct error *refusal(const struct patch_report *bad)
{
	_cleanup_strbuf_ struct strbuf where = STRBUF_INIT;

	vec_for_each(hunk, &bad->hunks) {
		/* of a half applied one all that is missing, else what is in the way */
		if (hunk->state != (bad->state == PATCH_PARTLY ? PATCH_APPLIES : PATCH_CONFLICTS))
			continue;
		strbuf_adds(&where, where.len ? "; " : "");
		hunk_describe(hunk, &where);
	}
	if (bad->state == PATCH_PARTLY)
		return error_new(ERROR_INPUT, "patch %s is half there already; what is missing: %s",
				 path_base_name(bad->patch), strbuf_str(&where));
	return error_new(ERROR_INPUT, "patch %s neither applies nor is there already: %s",
			 path_base_name(bad->patch), strbuf_str(&where));
}

struct error *series_apply(const struct series *series, const char *tree, unsigned int *applied_ret,
			   unsigned int *present_ret)
{
	_cleanup_(series_report_release) struct series_report report = { 0 };
	static const char *const no_options[] = { NULL };
	const struct patch_report *bad;
	struct error *err = series_check(series, tree, &report);

	*applied_ret = *present_ret = 0;
	if (err)
		return err;
	bad = series_report_find_bad(&report);
	if (bad)
		return refusal(bad);
	vec_for_each(patch, &report.patches) {
		_cleanup_free_ char *words = NULL;
		int status = 0;

		if (patch->state == PATCH_PRESENT) {
			++*present_ret;
			continue;
		}
		err = git_apply(tree, patch->patch, no_options, &status, &words);
		if (err)
			return err;
		if (status) {
			words[strcspn(words, "\n")] = '\0';
			return error_new(ERROR_SYSTEM,
					 "patch %s applied to a copy of %s, and not there: %s",
					 patch->patch, tree, words);
		}
		++*applied_ret;
	}
	return NULL;
}
