/* SPDX-License-Identifier: GPL-2.0-only */
/* Which version of a tool is in use, for records and people. */
#ifndef BTFMATRIX_CONFIG_TOOL_VERSIONS_H
#define BTFMATRIX_CONFIG_TOOL_VERSIONS_H

#include "core/error.h"

/**
 * Name and version of a program ($PATH name or path), e.g. "s390x-linux-gnu-gcc 12.2.0": the name is the
 * program's own, the version is from the first line of `PROGRAM --version`. "sh" is what /bin/sh is,
 * e.g. "dash 0.5.12-2" (its Debian version: dash tells none).
 *
 * ERROR_SYSTEM where it cannot be run, ERROR_CHILD where it fails or tells no version. The caller frees
 * the string.
 */
must_check struct error *tool_version(const char *program, char **ret);

/**
 * The version in what a program said: the first word of digits and dots on the first line outside
 * brackets, e.g. "GNU ld (GNU Binutils for Debian) 2.40" -> "2.40"; NULL where there is none. The
 * caller frees it.
 */
char *tool_version_parse(const char *output);

#endif
