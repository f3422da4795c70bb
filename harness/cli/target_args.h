/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that name a running kernel, and what was got from it. */
#ifndef BTFMATRIX_CLI_TARGET_ARGS_H
#define BTFMATRIX_CLI_TARGET_ARGS_H

#include <argp.h>

#include "cli/board_args.h"
#include "target/target.h"
#include "verify/verify.h"

struct target_args {
	/* each NULL or 0 where it was not given */
	const char *target, *image, *load_module, *probe;
	double deadline_s;
	struct board board;
	/* set by choose_target() */
	struct chosen_target chosen;
};

/** For argp's children; its input is a struct target_args. */
extern const struct argp target_argp;

/* What verify_input borrows while it is verified. */
struct live {
	struct target_result result;
	struct values *values;
	char *work_dir;
};

/**
 * Probes the chosen target and sets what @input has not: guest, values, arch, and the kernel's BTF or ELF file.
 * @live owns all that; it is released after the verification, whatever came of it.
 */
must_check struct error *live_probe(const struct target_args *args, struct verify_input *input,
				    struct live *live);
void live_release(struct live *live);

#endif
