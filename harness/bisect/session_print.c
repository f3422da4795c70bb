// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>

#include "bisect/session.h"
#include "cli/command.h"
#include "core/escape.h"
#include "core/json_text.h"
#include "core/strbuf.h"

enum {
	/* suspects that are printed; all are in the JSON */
	SUSPECTS_SHOWN = 20
};

static const struct commit *commit_of(const struct session *session, size_t index)
{
	return &session->history.commits.data[index];
}

static void put_commit(FILE *out, const struct session *session, size_t index)
{
	const struct commit *commit = commit_of(session, index);

	fputs("  ", out);
	put_line(out, commit->id);
	if (*commit->subject) {
		fputc(' ', out);
		put_line(out, commit->subject);
	}
	fputc('\n', out);
}

static void put_field(FILE *out, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	fprintf(out, "  %-9s ", name);
	put_line(out, text);
	fputc('\n', out);
}

static void print_evidence(FILE *out, const struct session *session, const struct bisect_cell *cell)
{
	const struct trial_result *evidence = &cell->evidence;

	put_field(out, "because:", evidence->reason);
	put_field(out, evidence->state ? "before:" : "expected:", evidence->expected);
	put_field(out, evidence->state ? "now:" : "BTF says:", evidence->actual);
	if (cell->outcome == BISECT_FOUND && cell->evidence_of != cell->culprit)
		fprintf(out, "  seen in:  %.12s, whose build is the same\n",
			commit_of(session, cell->evidence_of)->id);
	put_field(out, "tools:", evidence->tools);
	put_field(out, "logs:", evidence->dir);
}

/* "x86_64/gcc/m" and what is looked for, for a command line. The caller frees it. */
static char *test_options(const struct session *session, size_t cell)
{
	const struct bisect_options *options = session->options;
	_cleanup_free_ char *predicate = predicate_options(&options->predicate);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "--cell %s%s%s", session->names[cell], *predicate ? " " : "", predicate);
	if (options->series) {
		strbuf_adds(&sb, " --series ");
		strbuf_add_shell_word(&sb, options->series);
	}
	if (options->feature) {
		strbuf_adds(&sb, " --feature ");
		strbuf_add_shell_word(&sb, options->feature);
	}
	return strbuf_detach(&sb);
}

/* How to see it again; the caller frees it. NULL: there is no such command. */
static char *reproducer(const struct session *session, size_t cell)
{
	const char *culprit = commit_of(session, session->bisection.cells[cell].culprit)->id;
	_cleanup_free_ char *options = test_options(session, cell);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	/* what is no commit of the user's cannot be checked out there */
	if (!session->logs || !str_eq(session->thing, "commit") || session->options->pahole_dir)
		return NULL;
	strbuf_adds(&sb, "git -C ");
	strbuf_add_shell_word(&sb, session->options->kernel_dir);
	strbuf_addf(&sb,
		    " worktree add /tmp/%.12s %.12s && btfmatrix test --kernel-dir /tmp/%.12s %s",
		    culprit, culprit, culprit, options);
	return strbuf_detach(&sb);
}

static void print_cell(FILE *out, const struct session *session, size_t index)
{
	const struct bisect_cell *cell = &session->bisection.cells[index];
	const char *bad = session->options->term_bad;
	_cleanup_free_ char *again = reproducer(session, index);

	fprintf(out, "\n%s: ", session->names[index]);
	switch (cell->outcome) {
	case BISECT_OPEN:
		fputs("not done\n", out);
		return;
	case BISECT_WRONG_ENDS:
		put_line(out, cell->problem);
		fputc('\n', out);
		return;
	case BISECT_FOUND:
		if (session->options->config_bad)
			fputs("it takes these lines, and each of them\n", out);
		else
			fprintf(out, "the first %s %s is\n", bad, session->thing);
		vec_for_each(suspect, &cell->suspects)
			put_commit(out, session, *suspect);
		break;
	case BISECT_AMBIGUOUS:
		fprintf(out, "the first %s %s is one of these %zu; the others cannot be tested\n",
			bad, session->thing, cell->suspects.len);
		for (size_t i = 0; i < cell->suspects.len && i < SUSPECTS_SHOWN; i++)
			put_commit(out, session, cell->suspects.data[i]);
		if (cell->suspects.len > SUSPECTS_SHOWN)
			fprintf(out, "  ... and %zu more\n", cell->suspects.len - SUSPECTS_SHOWN);
		break;
	}
	print_evidence(out, session, cell);
	fprintf(out, "  tested:   %zu, %zu of them skipped", cell->nr_tested, cell->nr_skipped);
	if (cell->nr_same)
		fprintf(out, "; %zu more make a build that was tested", cell->nr_same);
	fputc('\n', out);
	put_field(out, "again:", again);
	if (again)
		put_field(out, "replay:", session->logs[index].path);
}

void session_print(FILE *out, const struct session *session)
{
	const struct bisection *bisection = &session->bisection;

	for (size_t i = 0; i < bisection->nr_cells; i++)
		print_cell(out, session, i);
	fprintf(out, "\n%zu trial%s, %.0f s, %.0f CPU s",
		bisection->nr_trials + bisection->nr_old_trials,
		bisection->nr_trials + bisection->nr_old_trials == 1 ? "" : "s", bisection->wall_s,
		bisection->cpu_s);
	if (bisection->nr_old_trials)
		fprintf(out, ", %zu of them from before", bisection->nr_old_trials);
	fputc('\n', out);
}

static const char *const outcome_names[] = {
	[BISECT_OPEN] = "open",
	[BISECT_FOUND] = "found",
	[BISECT_AMBIGUOUS] = "ambiguous",
	[BISECT_WRONG_ENDS] = "wrong-ends",
};

static json_t *commit_json(const struct session *session, size_t index)
{
	const struct commit *commit = commit_of(session, index);

	return json_pack("{s:o, s:o}", "id", json_text(commit->id), "subject",
			 json_text(commit->subject));
}

static json_t *cell_json(const struct session *session, size_t index)
{
	const struct bisect_cell *cell = &session->bisection.cells[index];
	const struct trial_result *evidence = &cell->evidence;
	_cleanup_free_ char *again = reproducer(session, index);
	json_t *suspects = json_array();
	bool ended = cell->outcome == BISECT_FOUND || cell->outcome == BISECT_AMBIGUOUS;

	vec_for_each(suspect, &cell->suspects)
		json_array_append_new(suspects, commit_json(session, *suspect));
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "cell",
		session->names[index], "outcome", outcome_names[cell->outcome], "problem",
		json_text(cell->problem), "culprit",
		cell->outcome == BISECT_FOUND ? commit_json(session, cell->culprit) : json_null(),
		"suspects", suspects, "reason", json_text(evidence->reason), "expected",
		json_text(evidence->expected), "actual", json_text(evidence->actual), "tools",
		json_text(evidence->tools), "again", ended ? json_text(again) : json_null(), "log",
		session->logs ? json_text(session->logs[index].path) : json_null(), "tested",
		(json_int_t)cell->nr_tested, "skipped", (json_int_t)cell->nr_skipped, "same",
		(json_int_t)cell->nr_same);
}

struct error *session_write_json(const struct session *session, const char *path)
{
	const struct bisection *bisection = &session->bisection;
	size_t nr = session->history.commits.len;
	json_t *cells = json_array();

	for (size_t i = 0; i < bisection->nr_cells; i++)
		json_array_append_new(cells, cell_json(session, i));
	return json_write(json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:f, s:f, s:o}", "schema",
				    "btfmatrix-bisect-1", "of", session->thing ?: "commit", "good",
				    nr ? commit_json(session, 0) : json_null(), "bad",
				    nr ? commit_json(session, nr - 1) : json_null(), "trials",
				    (json_int_t)(bisection->nr_trials + bisection->nr_old_trials),
				    "commits", (json_int_t)(nr ? nr - 1 : 0), "wall_s",
				    bisection->wall_s, "cpu_s", bisection->cpu_s, "cells", cells),
			  path);
}

int session_status(const struct session *session)
{
	int status = STATUS_OK;

	for (size_t i = 0; i < session->bisection.nr_cells; i++) {
		switch (session->bisection.cells[i].outcome) {
		case BISECT_FOUND:
			break;
		case BISECT_AMBIGUOUS:
			status = status == STATUS_OK ? STATUS_FINDINGS : status;
			break;
		default:
			return STATUS_ERROR;
		}
	}
	return status;
}
