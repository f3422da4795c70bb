/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --finding, --layout-of, --size-over, --boot, --build: what makes a commit bad. Use as select_argp
 * (cli/select_args.h), with a struct predicate.
 */
#ifndef BTFMATRIX_CLI_PREDICATE_ARGS_H
#define BTFMATRIX_CLI_PREDICATE_ARGS_H

#include <argp.h>

#include "bisect/predicate.h"

extern const struct argp predicate_argp;

/** The title of its options in --help, for struct argp_child. */
#define PREDICATE_ARGS_TITLE "What is looked for (default: the cell's verdict is fail):"

#endif
