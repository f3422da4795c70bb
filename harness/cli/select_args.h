/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --matrix, --arch, --toolchain, --kernel, --profile, --pahole, --mode, --kernel-dir, --series, --feature: which cells a command is about.
 *
 * Recipe: list &select_argp among the `children` of the command's argp, and at ARGP_KEY_INIT set
 * state->child_inputs[its index] to a zeroed struct plan_request, which it fills with pointers
 * into argv.
 */
#ifndef BTFMATRIX_CLI_SELECT_ARGS_H
#define BTFMATRIX_CLI_SELECT_ARGS_H

#include <argp.h>

#include "plan/plan.h"

extern const struct argp select_argp;

/** The title of its options in --help, for struct argp_child. */
#define SELECT_ARGS_TITLE "Which cells:"

#endif
