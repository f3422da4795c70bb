/* SPDX-License-Identifier: GPL-2.0-only */
/* pahole's command line, as far as `btfmatrix pahole` must understand it. */
#ifndef BTFMATRIX_CLI_PAHOLE_ARGS_H
#define BTFMATRIX_CLI_PAHOLE_ARGS_H

#include <stdbool.h>

#include "core/mem.h"

/** What asks for all variables; no pahole that is packaged knows the option. */
#define PAHOLE_ALL_VARS_FEATURE "global_var"
#define PAHOLE_ALL_VARS_OPTION  "--encode_all_btf_vars"

struct pahole_args {
	/* BTF is to be made; all else is not for us */
	bool encode;
	/* a second section is to be written too (.BTF.base), which no raw file can hold */
	bool distilled_base;
	/* all variables are to be encoded and not the per-CPU ones alone: global_var, or what 1.24 was taught */
	bool all_vars;
	/* by --encode_all_btf_vars, which is at this place of rest */
	bool all_vars_option;
	size_t all_vars_place;
	/* what may be given with --btf_features is asked for */
	bool ask_features;
	/* --btf_base and --btf_encode_detached, NULL: not given; borrowed */
	const char *base, *detached;
	/* what BTF is made of: the last argument; NULL: none */
	const char *file;
	/* all arguments but --btf_encode_detached; borrowed */
	VEC(const char *) rest;
	/* the same without what asks for all variables, which an old pahole does not know; owned */
	VEC(char *) plain;
};

/** @argv is NULL-terminated and has no program name. */
void pahole_args_parse(struct pahole_args *args, char *const *argv);
void pahole_args_release(struct pahole_args *args);

/**
 * Takes global_var out of a list of features, "a,b" or "+a,b". What is left is the caller's to free; NULL:
 * nothing is. @all_vars becomes what the list says of it, if it does; a '-' takes a feature away.
 */
char *pahole_features_without_all_vars(const char *features, bool *all_vars);

#endif
