/* SPDX-License-Identifier: GPL-2.0-only */
/* What the HTML report's script shows. */
#ifndef BTFMATRIX_REPORT_HTML_DATA_H
#define BTFMATRIX_REPORT_HTML_DATA_H

#include <jansson.h>

#include "report/report.h"

/**
 * The report as the page wants it: small, so each string, finding, layout and config is there once and
 * elsewhere by its index. No format for others: that is report_print_json(). A new reference.
 */
json_t *html_data(const struct report *report);

#endif
