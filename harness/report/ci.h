/* SPDX-License-Identifier: GPL-2.0-only */
/* What a report tells the CI it runs in, beside its output. */
#ifndef BTFMATRIX_REPORT_CI_H
#define BTFMATRIX_REPORT_CI_H

#include "core/error.h"
#include "report/report.h"

/**
 * On GitHub: adds Markdown to the file $GITHUB_STEP_SUMMARY names, and where GITHUB_ACTIONS is "true",
 * prints annotations to standard error, where GitHub reads them and no report gets mixed up with them.
 * Elsewhere nothing.
 */
must_check struct error *ci_tell(const struct report *report);

/** An exit status by the cells' verdicts: 0, 1 with findings, 2 where a cell could not be done. */
int report_status(const struct rec_run *run);

#endif
