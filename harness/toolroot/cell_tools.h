/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which programs make and boot a cell: the host's, those of an unpacked toolchain (path:PREFIX), or those of
 * a tool root, as its toolchain's and its architecture's descriptors say.
 */
#ifndef BTFMATRIX_TOOLROOT_CELL_TOOLS_H
#define BTFMATRIX_TOOLROOT_CELL_TOOLS_H

#include "config/arch.h"
#include "config/toolchain.h"
#include "core/error.h"

/* All strings are owned. Programs are names in $PATH or paths. */
struct cell_tools {
	/* make's CROSS_COMPILE=, and its further variables */
	char *cross_compile;
	strv make_args;
	/* the kernel's compiler and linker */
	char *cc, *ld;
	/* a GCC with a static C library, for the probe */
	char *probe_cc;
	char *qemu;
	/* "NAME=VERSION" of the packages listed by the tool roots that these are from; empty: none is */
	strv root_packages;
	/* names of those roots */
	strv roots;
};

/**
 * Finds them for @arch and @toolchain. Tool roots that are needed are made, which takes minutes. The host's
 * programs are not looked for beyond what decides between host and root: a missing one shows when it is run.
 *
 * Errors: those of toolroot_open().
 */
must_check struct error *cell_tools_find(const struct arch *arch, const struct toolchain *toolchain,
					 struct cell_tools *ret);
/** The same for what is not built: the compiler of the probe, and QEMU. */
must_check struct error *cell_tools_find_guest(const struct arch *arch, struct cell_tools *ret);
void cell_tools_release(struct cell_tools *tools);

/* For `btfmatrix doctor`: where each would be from; NULL: the host. Borrowed from the descriptors. */
struct cell_tool_roots {
	const char *cc, *probe_cc, *qemu;
};

/** As cell_tools_find() decides, without making any root. */
must_check struct error *cell_tools_roots(const struct arch *arch,
					  const struct toolchain *toolchain,
					  struct cell_tool_roots *ret);

#endif
