/* SPDX-License-Identifier: GPL-2.0-only */
/* From a member's name to its place, by BTF alone. */
#ifndef BTFMATRIX_PROBE_BTF_PATH_H
#define BTFMATRIX_PROBE_BTF_PATH_H

#include "btf_walk.h"

/* What a path such as "init_uts_ns.name.release" or "timer_bases[0].cpu" names. */
struct btf_place {
	const struct btf_variable *variable;
	/* bytes from the variable's start, and of the member */
	uint32_t offset, size;
	/* a character array is read byte by byte: its elements' size, else the member's own */
	uint32_t unit;
	bool is_pointer;
};

enum btf_path_result {
	PATH_FOUND,
	/* the BTF has no variable of that name */
	PATH_NO_VARIABLE,
	/* it has the variable, and its type does not fit the rest of the path */
	PATH_NO_MEMBER,
};

/** Walks @path; @why (of @why_size bytes) says what is missing. */
enum btf_path_result btf_path_find(const struct btf_index *index, const char *path,
				   struct btf_place *place, char *why, size_t why_size);

#endif
