/* SPDX-License-Identifier: GPL-2.0-only */
/* What changed from one run to another. */
#ifndef BTFMATRIX_REPORT_COMPARE_H
#define BTFMATRIX_REPORT_COMPARE_H

#include <jansson.h>
#include <stdio.h>

#include "record/model.h"

enum layout_change {
	LAYOUT_ADDED,
	LAYOUT_REMOVED,
	LAYOUT_MOVED,
	LAYOUT_RESIZED,
	LAYOUT_RETYPED,
	LAYOUT_CHANGES,
};

/* Variables of a layout that differ, by kind; one that moved and grew is in both. */
struct layout_changes {
	struct {
		/* borrowed names */
		VEC(const char *) names;
	} kinds[LAYOUT_CHANGES];
};

/**
 * Compares two layouts. A variable is known by its name, and of several with one name the nth by offset is
 * the nth of the other.
 */
void layout_changes_make(const struct rec_layout *a, const struct rec_layout *b,
			 struct layout_changes *ret);
void layout_changes_release(struct layout_changes *changes);

enum cell_change {
	/* as it was */
	CELL_SAME,
	/* was pass or known, and is fail or error */
	CELL_BROKE,
	/* the other way round */
	CELL_MENDED,
	/* neither, and some findings came or went */
	CELL_CHANGED,
	CELL_ADDED,
	CELL_REMOVED,
};

struct cell_compare {
	enum cell_change change;
	/* borrowed from the runs; NULL where the run does not have it */
	const struct rec_cell *a, *b;
	/* borrowed: findings that only the second, or only the first has */
	VEC(const struct rec_finding *) came, went;
	/* both have a layout, and it is not the same */
	bool layout_differs;
	struct layout_changes layout;
};

struct run_compare {
	const struct rec_run *a, *b;
	VEC(struct cell_compare) cells;
};

/** Compares; the runs must outlive @ret. Marks the findings of both (see report/baseline.h). */
void run_compare_make(struct rec_run *a, struct rec_run *b, struct run_compare *ret);
void run_compare_release(struct run_compare *compare);

/** Something broke, or there is a finding that is neither known nor in the first run. */
bool run_compare_is_worse(const struct run_compare *compare);

void run_compare_print_text(FILE *out, const struct run_compare *compare);
/** The caller owns the reference. */
json_t *run_compare_to_json(const struct run_compare *compare);

#endif
