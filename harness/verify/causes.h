/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a finding comes from, where the files prove it: something a compiler did to a variable that pahole does not
 * see, or something pahole does. (The causes of variables that are missing are the absence rules that are faults.) A
 * cause takes nothing off a finding; known.ini can name it in place of a list of variables.
 */
#ifndef BTFMATRIX_VERIFY_CAUSES_H
#define BTFMATRIX_VERIFY_CAUSES_H

#include "verify/evidence.h"

struct cause {
	const char *id, *explains;
	/* ids of the checks whose findings it may be behind; NULL ends them */
	const char *const *checks;
	/* whether a variable has what those checks find, and whether this is why */
	bool (*concerns)(const struct evidence *evidence, const struct variable *var);
	bool (*holds)(const struct evidence *evidence, const struct variable *var);
	/* in place of both, where a finding is of no VAR by its name; without any of these the checks say it themselves */
	bool (*is_behind)(const struct evidence *evidence, const struct verify_result *result,
			  const struct finding *finding);
};

/* A cause may have several rows. */
extern const struct cause causes[];
extern const size_t nr_causes;

/**
 * Sets .cause of each finding that has none and whose cause is proved: of every VAR of that name that has what was
 * found, since the finding may be of any of them.
 */
void causes_assign(const struct evidence *evidence, struct verify_result *result);

#endif
