/* SPDX-License-Identifier: GPL-2.0-only */
/* pahole's command line, as far as `btfmatrix pahole` must understand it. */
#ifndef BTFMATRIX_CLI_PAHOLE_ARGS_H
#define BTFMATRIX_CLI_PAHOLE_ARGS_H

#include <stdbool.h>

#include "core/mem.h"

struct pahole_args {
	/* BTF is to be made; all else is not for us */
	bool encode;
	/* a second section is to be written too (.BTF.base), which no raw file can hold */
	bool distilled_base;
	/* --btf_base and --btf_encode_detached, NULL: not given; borrowed */
	const char *base, *detached;
	/* what BTF is made of: the last argument; NULL: none */
	const char *file;
	/* all arguments but --btf_encode_detached; borrowed */
	VEC(const char *) rest;
};

/** @argv is NULL-terminated and has no program name. */
void pahole_args_parse(struct pahole_args *args, char *const *argv);
void pahole_args_release(struct pahole_args *args);

#endif
