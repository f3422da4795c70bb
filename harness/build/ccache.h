/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ccache, by a folder of links that have compilers' names, in front of $PATH: command lines, and so what kbuild takes
 * for changed, are the same with it and without. It is as the user has set it up (CCACHE_*, ccache.conf).
 *
 * There is no base_dir: it makes the paths on command lines relative, and so those in DWARF and in __FILE__, and an
 * image would be another one with ccache than without. A tree hits at the same place, which the cache gives to the
 * same source.
 *
 * What is not in the cache is compiled as it would be without it: in depend mode ccache takes what a file includes from
 * the compiler's -MMD, which kbuild asks for anyway. Otherwise it preprocesses each file first, which costs a third of
 * its compile.
 */
#ifndef BTFMATRIX_BUILD_CCACHE_H
#define BTFMATRIX_BUILD_CCACHE_H

#include "build/build.h"

/**
 * What make's environment needs, "PATH=...", and ccache's name and version; the caller frees both. Both are NULL where
 * there is no ccache, where $PATH leads to it anyway (then make needs nothing, and version is there), and for a
 * compiler that is not looked up in $PATH, such as a tool root's.
 */
must_check struct error *ccache_prepare(const struct build_request *request, char **path_ret,
					char **version_ret);

/** For make's environment, static: "CCACHE_DEPEND=1"; NULL: the user has said which mode it is to be. */
const char *ccache_depend_mode(void);

#endif
