/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pahole a cell has, and what is done with what it writes: "1.24+encode", "1.30-stock", "host". */
#ifndef BTFMATRIX_CONFIG_PAHOLE_SPEC_H
#define BTFMATRIX_CONFIG_PAHOLE_SPEC_H

#include <stdbool.h>

#include "core/cleanup.h"

/** The pahole that a run takes by itself, with repairs. */
#define PAHOLE_SPEC_DEFAULT "default"

struct pahole_spec {
	/* as people write it */
	char *text;
	/* its part of a cell's name: @text with no '/' in it; NULL: the default, which has no part */
	char *label;
	/* as pahole_tool_named() takes it; NULL: what a run takes by itself */
	char *which;
	/* run without `btfmatrix pahole`'s repairs */
	bool stock;
	/* btfmatrix encodes all variables, also where this pahole can */
	bool encode;
};

/**
 * WHICH[HOW]: "host", a version or a program's path; "-stock" or "+encode". Or HOW alone, "stock" and
 * "encode", for the default pahole. "repaired" is another name for the default. NULL for what is none of these; whether there is such a pahole is found out by
 * pahole_tool_named().
 */
struct pahole_spec *pahole_spec_parse(const char *text);
void pahole_spec_free(struct pahole_spec *spec);
DEFINE_CLEANUP_PTR(pahole_spec, struct pahole_spec, pahole_spec_free);

/** For an ini_field's .check. */
const char *pahole_spec_check(const char *value);

#endif
