/* SPDX-License-Identifier: GPL-2.0-only */
/* A run's outcomes for people: a table, what was found, and what it cost. */
#ifndef BTFMATRIX_REPORT_TABLE_H
#define BTFMATRIX_REPORT_TABLE_H

#include <stdio.h>

#include "run/run.h"

/** Prints the table of cells, then findings, then what each family cost. */
void table_print(const struct run *run, FILE *out);

#endif
