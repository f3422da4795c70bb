/* SPDX-License-Identifier: GPL-2.0-only */
/* A run for people and for programs: views of one struct rec_run (record/model.h). */
#ifndef BTFMATRIX_REPORT_REPORT_H
#define BTFMATRIX_REPORT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "record/model.h"
#include "record/record.h"

/* Runs that a report shows over time. */
#define REPORT_HISTORY_RUNS 50

/* What a report is made from; all is borrowed. */
struct report {
	const struct rec_run *run;
	/* the cells of this run in all runs; NULL: not known */
	const struct rec_history *history;
	/* the folder the record is in, for the logs of cells; NULL: not known */
	const char *folder;
	/* what to put before a log's path for a link from the page; NULL: nothing */
	const char *links;
};

struct report_format {
	const char *name;
	void (*print)(FILE *out, const struct report *report);
	/* needs the lists of cells, or the history */
	bool whole, history;
};

extern const struct report_format report_formats[];
extern const size_t nr_report_formats;

/** The format called @name, or NULL. */
const struct report_format *report_format_by_name(const char *name);

/** A table of cells, findings, and what each family cost. */
void report_print_text(FILE *out, const struct report *report);
/** Schema docs/schema/report.schema.json. */
void report_print_json(FILE *out, const struct report *report);
/** A test suite for each cell, a test case for each check. */
void report_print_junit(FILE *out, const struct report *report);
/** KTAP version 1 as the kernel's documentation has it: cells with checks as subtests. */
void report_print_ktap(FILE *out, const struct report *report);
/** GitHub's Markdown, for a step summary or a comment. */
void report_print_markdown(FILE *out, const struct report *report);
/** Markdown: a table of the architectures, compilers, sizes and verdicts. */
void report_print_arches(FILE *out, const struct report *report);
/** Markdown: a table of the cells, with the kinds in their modules and what was found. */
void report_print_cells(FILE *out, const struct report *report);
/** One page that needs nothing else. */
void report_print_html(FILE *out, const struct report *report);

/** Workflow commands that make annotations of cells that fail or could not be done. */
void report_print_annotations(FILE *out, const struct report *report);

/* What several of them say. */

/** Whether it is the first cell of its family in the run: that one has the row, modes are its columns. */
bool report_is_first_of_family(const struct rec_run *run, const struct rec_cell *cell);
/** The cell of a family in this mode, the run's; NULL: there is none. */
const struct rec_cell *report_find_mode(const struct rec_run *run, const char *family,
					const char *mode);
/** A cell's new findings; with a baseline, those it does not have. */
size_t report_count_new(const struct rec_run *run, const struct rec_cell *cell);
/** Whether the finding is new in that sense. */
bool report_is_new(const struct rec_run *run, const struct rec_finding *finding);
/** Whether the cell has new findings, or its kernel did not come up well. */
bool report_is_bad(const struct rec_run *run, const struct rec_cell *cell);
/** Whether its kernel was booted and did not come up well. */
bool report_boot_failed(const struct rec_cell *cell);
/**
 * Whether finding @i is the first of a check that is not among the cell's own, as where an entry of known.ini
 * found nothing: reports by check have a place for these too.
 */
bool report_is_first_of_other_check(const struct rec_cell *cell, size_t i);
/** Cells of that verdict. */
size_t report_count_verdict(const struct rec_run *run, const char *verdict);
/** "3 pass, 6 known". The caller frees it. */
char *report_totals(const struct rec_run *run);
/** "2026-11-25 00:34:12" in UTC; the caller frees it. */
char *report_time(int64_t when);
/** "1.8 MB"; the caller frees it. */
char *report_bytes(int64_t bytes);

#endif
