// SPDX-License-Identifier: GPL-2.0-only
#include "report/page_files.h"

/* The assembler takes a file in as it is; the Makefile knows that this object depends on them. */
#define FILE_AS(name, path)                                  \
	__asm__(".pushsection .rodata, \"a\"\n"              \
		".globl " #name "\n" #name ":\n"             \
		".incbin \"harness/report/page/" path "\"\n" \
		".byte 0\n"                                  \
		".popsection\n")

FILE_AS(page_html, "page.html");
FILE_AS(page_css, "page.css");
FILE_AS(page_uplot_css, "vendor/uPlot.min.css");
FILE_AS(page_uplot_js, "vendor/uPlot.iife.min.js");
FILE_AS(page_core_js, "core.js");
FILE_AS(page_matrix_js, "matrix.js");
FILE_AS(page_detail_js, "detail.js");
FILE_AS(page_map_js, "map.js");
FILE_AS(page_time_js, "time.js");
FILE_AS(page_main_js, "main.js");
