// SPDX-License-Identifier: GPL-2.0-only
/* The night's report: JSON, text, and the text as a mail. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bisect/git.h"
#include "core/cleanup.h"
#include "core/escape.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/strbuf.h"
#include "nightly/nightly.h"

enum {
	SHORT = 12,
	/* of one line of the mail: RFC 5322 has 998 */
	LINE_MAX_BYTES = 900,
	SUSPECTS_SHOWN = 10,
};

/* One line, without what would end it or a terminal would obey. */
static void add_line(struct strbuf *sb, const char *indent, const char *name, const char *text)
{
	size_t nr = 0;

	if (!text || !*text)
		return;
	strbuf_addf(sb, "%s%-10s", indent, name);
	for (; *text && nr < LINE_MAX_BYTES; text++, nr++)
		strbuf_addc(sb, (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
	strbuf_adds(sb, *text ? "...\n" : "\n");
}

/* "AUTHOR, DATE" of a commit in our repository; NULL where it is not there. The caller frees it. */
static char *author_of(const struct nightly *nightly, const char *commit)
{
	char *author = NULL;
	_cleanup_error_ struct error *err = git_line(
		nightly->repo,
		(const char *const[]){ "log", "-1", "--no-show-signature",
				       "--format=%an <%ae>, %ad", "--date=iso", commit, NULL },
		&author);

	return err ? NULL : author;
}

static void add_commit(struct strbuf *sb, const struct nightly *nightly, const char *name,
		       const json_t *commit)
{
	_cleanup_free_ char *line = xasprintf("%.*s %s", SHORT, json_text_at(commit, "id"),
					      json_text_at(commit, "subject"));
	_cleanup_free_ char *author = author_of(nightly, json_text_at(commit, "id"));

	add_line(sb, "   ", name, line);
	add_line(sb, "   ", "author:", author);
}

/* What the bisection says of one cell. */
static void add_verdict(struct strbuf *sb, const struct nightly *nightly, const json_t *cell)
{
	const json_t *suspects = json_object_get(cell, "suspects");
	const char *outcome = json_text_at(cell, "outcome");

	if (str_eq(outcome, "found"))
		add_commit(sb, nightly, "culprit:", json_object_get(cell, "culprit"));
	else if (str_eq(outcome, "ambiguous"))
		for (size_t i = 0; i < json_array_size(suspects) && i < SUSPECTS_SHOWN; i++)
			add_commit(sb, nightly, "suspect:", json_array_get(suspects, i));
	else
		add_line(sb, "   ", "no end:", json_text_at(cell, "problem"));
	add_line(sb, "   ", "expected:", json_text_at(cell, "expected"));
	add_line(sb, "   ", "actual:", json_text_at(cell, "actual"));
	add_line(sb, "   ", "again:", json_text_at(cell, "again"));
	add_line(sb, "   ", "tools:", json_text_at(cell, "tools"));
	add_line(sb, "   ", "git log:", json_text_at(cell, "log"));
}

/* The bisected cells carry no kernel in their name: "x86_64/gcc/m" for "x86_64/gcc/6.12/m". */
static const json_t *result_of(const json_t *bisection, size_t cell)
{
	const json_t *result = json_object_get(bisection, "result");

	return json_array_get(json_object_get(result, "cells"), cell);
}

/* The group of @groups that has @culprit; a new one where there is none yet. */
static json_t *group_of(json_t *groups, json_t *culprit)
{
	for (size_t i = 0; i < json_array_size(groups); i++) {
		json_t *group = json_array_get(groups, i);

		if (str_eq(json_text_at(json_object_get(group, "commit"), "id"),
			   json_text_at(culprit, "id")))
			return group;
	}
	json_array_append_new(groups, json_pack("{s:O, s:[]}", "commit", culprit, "failures"));
	return json_array_get(groups, json_array_size(groups) - 1);
}

/* Each commit that is to blame, once: [{"commit": {...}, "failures": ["CELL: KEY", ...]}, ...]; a new reference. */
static json_t *group_by_culprit(const struct nightly *nightly)
{
	const json_t *bisections = json_object_get(nightly->state.json, "bisections");
	json_t *groups = json_array();

	for (size_t i = 0; i < json_array_size(bisections); i++) {
		const json_t *bisection = json_array_get(bisections, i);
		const json_t *cells = json_object_get(bisection, "cells");

		for (size_t k = 0; k < json_array_size(cells); k++) {
			const json_t *result = result_of(bisection, k);
			json_t *culprit = json_object_get(result, "culprit");
			_cleanup_free_ char *failure =
				xasprintf("%s: %s",
					  json_string_value(json_array_get(cells, k)) ?: "",
					  json_text_at(bisection, "key"));

			/* an older state may have anything there */
			if (!json_is_true(json_object_get(bisection, "done")) ||
			    !str_eq(json_text_at(result, "outcome"), "found") ||
			    !json_is_object(culprit))
				continue;
			json_array_append_new(json_object_get(group_of(groups, culprit),
							      "failures"),
					      json_text(failure));
		}
	}
	return groups;
}

/* First of all who has to look at what: a commit that breaks one thing is seen by many checks and cells. */
static void add_culprits(struct strbuf *sb, const struct nightly *nightly)
{
	_cleanup_json_ json_t *groups = group_by_culprit(nightly);

	if (json_array_size(groups))
		strbuf_adds(sb, "\nCulprits\n--------\n");
	for (size_t i = 0; i < json_array_size(groups); i++) {
		const json_t *group = json_array_get(groups, i);
		const json_t *failures = json_object_get(group, "failures");

		strbuf_addc(sb, '\n');
		add_commit(sb, nightly, "commit:", json_object_get(group, "commit"));
		for (size_t k = 0; k < json_array_size(failures); k++)
			add_line(sb, "   ",
				 k ? "" : "broke:", json_string_value(json_array_get(failures, k)));
	}
}

static bool has_cell(const json_t *bisection, const char *cell, size_t *index_ret)
{
	const json_t *cells = json_object_get(bisection, "cells");

	for (size_t i = 0; i < json_array_size(cells); i++) {
		if (str_eq(json_string_value(json_array_get(cells, i)) ?: "", cell)) {
			*index_ret = i;
			return true;
		}
	}
	return false;
}

/* The bisection that is about a new failure, and which of its cells. */
static const json_t *bisection_of(const struct nightly *nightly, const json_t *news,
				  size_t *cell_ret)
{
	const json_t *bisections = json_object_get(nightly->state.json, "bisections");

	for (size_t i = 0; i < json_array_size(bisections); i++) {
		const json_t *bisection = json_array_get(bisections, i);

		if (str_eq(json_text_at(bisection, "kind"), json_text_at(news, "kind")) &&
		    str_eq(json_text_at(bisection, "bad"),
			   nightly_state_text(&nightly->state, "tip")) &&
		    has_cell(bisection, json_text_at(news, "cell"), cell_ret))
			return bisection;
	}
	return NULL;
}

/* New failures of one check in one cell are told once, by the first. */
static bool is_first_of_kind(const json_t *news, size_t at, size_t *nr_ret)
{
	const json_t *this = json_array_get(news, at);
	bool first = true;

	*nr_ret = 0;
	for (size_t i = 0; i < json_array_size(news); i++) {
		const json_t *other = json_array_get(news, i);
		bool same = str_eq(json_text_at(this, "cell"), json_text_at(other, "cell")) &&
			    str_eq(json_text_at(this, "kind"), json_text_at(other, "kind"));

		*nr_ret += same;
		first &= !same || i >= at;
	}
	return first;
}

static void add_range(struct strbuf *sb, const struct nightly *nightly, const json_t *news)
{
	const char *good = json_text_at(news, "good");
	const char *tip = nightly_state_text(&nightly->state, "tip");
	_cleanup_free_ char *spec = xasprintf("%s..%s", good, tip), *count = NULL;
	_cleanup_error_ struct error *err = git_line(
		nightly->repo, (const char *const[]){ "rev-list", "--count", spec, NULL }, &count);

	strbuf_addf(sb, "   %-10s%.*s..%.*s (%s commits)\n", "range:", SHORT, good, SHORT, tip,
		    err ? "?" : count);
}

static void add_news(struct strbuf *sb, const struct nightly *nightly)
{
	const json_t *news = json_object_get(nightly->state.json, "news");
	size_t number = 0, nr_of_kind, cell = 0;

	for (size_t i = 0; i < json_array_size(news); i++) {
		const json_t *one = json_array_get(news, i);
		const json_t *bisection = bisection_of(nightly, one, &cell);

		if (!is_first_of_kind(news, i, &nr_of_kind))
			continue;
		strbuf_addf(sb, "%s\n%zu. %s: %s", number ? "" : "\nNew failures\n------------\n",
			    number + 1, json_text_at(one, "cell"), json_text_at(one, "key"));
		number++;
		if (nr_of_kind > 1)
			strbuf_addf(sb, " and %zu more of this check", nr_of_kind - 1);
		strbuf_addc(sb, '\n');
		add_line(sb, "   ", "found:", json_text_at(one, "text"));
		add_range(sb, nightly, one);
		if (bisection && json_is_true(json_object_get(bisection, "done")) &&
		    result_of(bisection, cell)) {
			add_verdict(sb, nightly, result_of(bisection, cell));
			continue;
		}
		add_line(sb, "   ", "bisected:",
			 bisection && json_is_true(json_object_get(bisection, "done"))
				 ? json_text_at(bisection, "log")
				 : "not to its end, for want of time; the next night goes on");
		add_line(sb, "   ", "again:", json_text_at(one, "again"));
		add_line(sb, "   ", "tools:", json_text_at(one, "tools"));
	}
}

/* Bisections of nights before, which ended in this one. */
static void add_late(struct strbuf *sb, const struct nightly *nightly)
{
	const json_t *bisections = json_object_get(nightly->state.json, "bisections");
	const char *tip = nightly_state_text(&nightly->state, "tip");
	bool begun = false;

	for (size_t i = 0; i < json_array_size(bisections); i++) {
		const json_t *bisection = json_array_get(bisections, i);
		const json_t *cells = json_object_get(bisection, "cells");

		if (!json_is_true(json_object_get(bisection, "done")) ||
		    (str_eq(json_text_at(bisection, "bad"), tip) &&
		     json_array_size(json_object_get(nightly->state.json, "news"))))
			continue;
		for (size_t k = 0; k < json_array_size(cells); k++) {
			strbuf_addf(sb, "%s\n%s: %s\n",
				    begun ? "" : "\nBisected by now\n---------------\n",
				    json_string_value(json_array_get(cells, k)) ?: "",
				    json_text_at(bisection, "key"));
			begun = true;
			if (result_of(bisection, k))
				add_verdict(sb, nightly, result_of(bisection, k));
		}
	}
}

static void add_list(struct strbuf *sb, const char *title, const json_t *list)
{
	if (json_array_size(list))
		strbuf_addf(sb, "\n%s\n", title);
	for (size_t i = 0; i < json_array_size(list); i++)
		strbuf_addf(sb, "  %s: %s\n", json_text_at(json_array_get(list, i), "cell"),
			    json_text_at(json_array_get(list, i), "key"));
}

static void add_cells(struct strbuf *sb, const struct cell_problems *problems)
{
	strbuf_adds(sb, "\nCells\n-----\n");
	for (size_t i = 0; i < problems->cells.len; i++) {
		strbuf_addf(sb, "  %-32s %s", problems->cells.data[i], problems->verdicts.data[i]);
		if (problems->reasons.data[i])
			strbuf_addf(sb, ": %.*s", LINE_MAX_BYTES, problems->reasons.data[i]);
		strbuf_addc(sb, '\n');
	}
}

static struct error *make_text(const struct nightly *nightly, struct strbuf *sb)
{
	const struct nightly_config *config = nightly->config;
	const char *tip = nightly_state_text(&nightly->state, "tip");
	_cleanup_free_ char *run =
		xasprintf("%s/%s", nightly->runs, nightly_state_text(&nightly->state, "run"));
	_cleanup_(problems_release) struct cell_problems problems = { 0 };
	_cleanup_free_ char *subject = NULL, *at = NULL;
	struct error *err = problems_load(run, &problems);

	if (!err)
		err = git_line(nightly->repo,
			       (const char *const[]){ "log", "-1", "--no-show-signature",
						      "--format=%s", tip, NULL },
			       &subject);
	if (err)
		return err;
	strbuf_addf(sb, "%s: %s of %s\n", config->name, config->branch ?: "HEAD", config->url);
	at = xasprintf("%.*s %s", SHORT, tip, subject);
	add_line(sb, "", "at", at);
	add_line(sb, "", "results", run);
	add_culprits(sb, nightly);
	add_news(sb, nightly);
	add_late(sb, nightly);
	add_list(sb, "Mended", json_object_get(nightly->state.json, "mended"));
	add_cells(sb, &problems);
	return NULL;
}

static size_t count_news(const struct nightly *nightly)
{
	const json_t *news = json_object_get(nightly->state.json, "news");
	size_t count = 0, nr;

	for (size_t i = 0; i < json_array_size(news); i++)
		count += is_first_of_kind(news, i, &nr);
	return count;
}

static void make_mail(const struct nightly *nightly, const char *body, struct strbuf *sb)
{
	const struct nightly_config *config = nightly->config;
	size_t nr = count_news(nightly);
	time_t now = time(NULL);
	struct tm tm;
	char date[64];

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	if (config->from)
		strbuf_addf(sb, "From: %s\n", config->from);
	if (config->to)
		strbuf_addf(sb, "To: %s\n", config->to);
	strbuf_addf(sb, "Subject: [btfmatrix] %s: ", config->name);
	if (nr)
		strbuf_addf(sb, "%zu new failure%s", nr, nr == 1 ? "" : "s");
	else
		strbuf_adds(sb, "nothing new is broken");
	strbuf_addf(sb, " at %.*s\nDate: %s\n", SHORT, nightly_state_text(&nightly->state, "tip"),
		    date);
	strbuf_adds(sb, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
			"Content-Transfer-Encoding: 8bit\n\n");
	strbuf_adds(sb, body);
}

/* What report.json has: the state, and who is to blame; a new reference. */
static json_t *describe(const struct nightly *nightly)
{
	json_t *report = json_deep_copy(nightly->state.json);

	json_object_set_new(report, "culprits", group_by_culprit(nightly));
	return report;
}

struct error *nightly_report(struct nightly *nightly, char **mail_ret)
{
	const char *night = nightly_state_text(&nightly->state, "night");
	_cleanup_free_ char *dir = xasprintf("%s/%s", nightly->nights, night);
	_cleanup_free_ char *latest = xasprintf("%s/latest", nightly->nights);
	_cleanup_free_ char *text_path = xasprintf("%s/report.txt", dir);
	_cleanup_free_ char *json_path = xasprintf("%s/report.json", dir);
	_cleanup_free_ char *mail_path = xasprintf("%s/mail.txt", dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT, mail = STRBUF_INIT;
	struct error *err = make_text(nightly, &text);

	if (!err)
		err = dir_make(dir);
	if (err)
		return err;
	make_mail(nightly, strbuf_str(&text), &mail);
	err = file_write_atomic(text_path, text.data, text.len, 0644);
	if (!err)
		err = json_write(describe(nightly), json_path);
	if (!err)
		err = file_write_atomic(mail_path, mail.data, mail.len, 0644);
	if (err)
		return err;
	unlink(latest);
	/* A convenience; not having it is no error. */
	if (symlink(night, latest))
		unlink(latest);
	*mail_ret = return_ptr(mail_path);
	return NULL;
}
