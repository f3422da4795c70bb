/* SPDX-License-Identifier: GPL-2.0-only */
/* A toolchain descriptor: configs/toolchains/NAME.ini. */
#ifndef BTFMATRIX_CONFIG_TOOLCHAIN_H
#define BTFMATRIX_CONFIG_TOOLCHAIN_H

#include "config/arch.h"
#include "core/cleanup.h"
#include "core/error.h"

struct toolchain {
	/* the descriptor's file name without ".ini" */
	char *name;
	char *path;
	/* the compiler and linker a cell uses: "%s" stands for the architecture's cross prefix */
	char *cc, *ld;
	/* variables for kbuild's make beyond ARCH and CROSS_COMPILE, e.g. "LLVM=-19"; may be empty */
	strv make_args;
	/* architectures it can build for; empty: all */
	strv arches;
	strv packages;
};

/** Reads a descriptor. Messages have "FILE:LINE: what; the mend". */
must_check struct error *toolchain_load(const char *path, struct toolchain **ret);
void toolchain_free(struct toolchain *toolchain);
DEFINE_CLEANUP_PTR(toolchain, struct toolchain, toolchain_free);

/** Whether @toolchain can build for the architecture called @arch. */
bool toolchain_supports(const struct toolchain *toolchain, const char *arch);

/** @pattern (.cc or .ld) with the architecture's cross prefix for "%s". The caller frees it. */
char *toolchain_program(const char *pattern, const struct arch *arch);

#endif
