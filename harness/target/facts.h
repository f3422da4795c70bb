/* SPDX-License-Identifier: GPL-2.0-only */
/* What a machine lets a user do, and which checks that leaves out. Pure but for the script it comes from. */
#ifndef BTFMATRIX_TARGET_FACTS_H
#define BTFMATRIX_TARGET_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/mem.h"

/** For sh: prints "btfmatrix-facts", then "KEY VALUE" lines. */
extern const char facts_script[];

struct fact {
	char *key, *value;
};

struct facts {
	VEC(struct fact) list;
};

/** Takes the lines behind "btfmatrix-facts"; false where there is no such line. */
bool facts_parse(struct facts *facts, const char *output);
void facts_release(struct facts *facts);

/** The value, "" where there is none. */
const char *facts_get(const struct facts *facts, const char *key);

/* Something that checks need. */
struct ability {
	/* e.g. "BPF" */
	const char *name;
	/* what it is needed for: patterns of check ids */
	const char *checks;
	/* Whether it is there, and a line of how or why not, in @why_ret, which the caller frees. */
	bool (*judge)(const struct facts *facts, char **why_ret);
};

extern const struct ability abilities[];
extern const size_t nr_abilities;

#endif
