/* SPDX-License-Identifier: GPL-2.0-only */
/* A program of another Debian release, run from the cache without being installed. */
#ifndef BTFMATRIX_DEBIAN_PRIVATE_DEB_H
#define BTFMATRIX_DEBIAN_PRIVATE_DEB_H

#include "core/error.h"

/**
 * Fetches @package of Debian @suite and all it depends on into @dir, unpacks them there and writes a
 * script that runs the file @program of it (e.g. "usr/bin/pahole") with the loader and libraries of that
 * release. Does nothing where @dir has it already.
 *
 * @path_ret: the script. @packages_ret: "NAME=VERSION" of what was unpacked, space-separated. The caller
 * frees both.
 */
must_check struct error *private_deb_program(const char *dir, const char *suite,
					     const char *package, const char *program,
					     char **path_ret, char **packages_ret);

#endif
