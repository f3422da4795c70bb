/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of harness/report/page/, which are in the program so that it needs nothing beside it. */
#ifndef BTFMATRIX_REPORT_PAGE_FILES_H
#define BTFMATRIX_REPORT_PAGE_FILES_H

/* Each ends with a NUL. */
extern const char page_html[], page_css[];
extern const char page_uplot_css[], page_uplot_js[];
extern const char page_core_js[], page_matrix_js[], page_detail_js[], page_map_js[], page_time_js[],
	page_main_js[];

#endif
