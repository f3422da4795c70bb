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
	/* "ARCH:6.12": the oldest kernel it can build for an architecture, where it cannot build every one */
	strv since;
	/* "ARCH:CONFIG_FOO=y": Kconfig lines of an architecture's kernels where this toolchain builds them */
	strv kconfig;
	/* the tool root its programs are in; NULL: the host's */
	char *root;
	/* of a toolchain given as path:PREFIX: what is in front of "gcc"; NULL for a descriptor's */
	char *prefix;
	strv packages;
};

/** Reads a descriptor. Messages have "FILE:LINE: what; the mend". */
must_check struct error *toolchain_load(const char *path, struct toolchain **ret);
/** "PREFIX" of "path:PREFIX", borrowed; NULL where @name is a descriptor's. */
const char *toolchain_path_prefix(const char *name);
/**
 * A toolchain without descriptor, for --toolchain path:PREFIX. @prefix is what is in front of "gcc", as in
 * "/opt/gcc-14/bin/aarch64-linux-"; a "%s" in it stands for the architecture's own. One that ends in '/' is a
 * folder with LLVM in it. Its name is "path-" and what tells it from others. ERROR_INPUT where @prefix is no
 * absolute path or there is no compiler.
 */
must_check struct error *toolchain_of_path(const char *prefix, struct toolchain **ret);
void toolchain_free(struct toolchain *toolchain);
DEFINE_CLEANUP_PTR(toolchain, struct toolchain, toolchain_free);

/** Whether @toolchain can build for the architecture called @arch. */
bool toolchain_supports(const struct toolchain *toolchain, const char *arch);

/** The oldest kernel line @toolchain can build for @arch, borrowed; NULL: every one. */
const char *toolchain_since(const struct toolchain *toolchain, const char *arch);

/** "CONFIG_FOO=y" of a line of .kconfig that is for @arch, borrowed; NULL where @line is another's. */
const char *toolchain_kconfig_of(const char *line, const char *arch);

/** @pattern (.cc or .ld) with the architecture's cross prefix for "%s". The caller frees it. */
char *toolchain_program(const char *pattern, const struct arch *arch);

/** As toolchain_program() with .prefix in the place of the architecture's cross prefix. */
char *toolchain_prefixed(const struct toolchain *toolchain, const char *pattern,
			 const struct arch *arch);

/**
 * A compiler as known.ini names it, from what tool_version() says of it: the cross prefix and the
 * major version in the program's name are left out, so "s390x-linux-gnu-gcc-14 14.2.0" is "gcc-14.2.0" and
 * "clang-19 19.1.7" is "clang-19.1.7". The caller frees it.
 */
char *toolchain_compiler_id(const char *tool_version);

#endif
