/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the row "c" of the table cell is flaky, in SQL. */
#ifndef BTFMATRIX_RECORD_FLAKY_H
#define BTFMATRIX_RECORD_FLAKY_H

/*
 * Of the same files judged by the same program another run has another verdict, or another try of this
 * one had. What could not be done (error, skipped) is no verdict on the cell.
 */
#define IS_FLAKY                                                                          \
	"((c.verdict IN ('pass','known','fail') AND EXISTS (SELECT 1 FROM cell o WHERE "  \
	"o.verdict_key = c.verdict_key AND o.verdict <> c.verdict AND o.verdict IN "      \
	"('pass','known','fail'))) OR EXISTS (SELECT 1 FROM attempt a WHERE a.cell_id = " \
	"c.id AND a.verdict <> c.verdict))"

#endif
